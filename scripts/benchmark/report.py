"""The machine in words, and the table as Markdown."""

import importlib.metadata
import os
import platform
import subprocess

import numpy as np

PEERS = ["torch", "numpy", "jax", "diffrax", "pykeops", "faiss-cpu", "k-diffusion", "diffusers"]


def machine(limits):
    """What the figures were measured on."""
    info = open("/proc/cpuinfo").read() if os.path.exists("/proc/cpuinfo") else ""
    name = next((line.split(":")[1].strip() for line in info.splitlines()
                 if line.startswith("model name")), platform.processor())
    flags = next((line.split() for line in info.splitlines() if line.startswith("flags")), [])
    sets = [f for f in ("avx2", "fma", "avx512f", "avx512_bf16", "amx_tile") if f in flags]
    versions = []
    for peer in PEERS:
        try:
            versions.append(f"{peer} {importlib.metadata.version(peer)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{peer} missing")
    return {
        "processor": name, "cores": len(os.sched_getaffinity(0)), "sets": sets,
        "compiler": f"{first_line('swift', '--version')}; kernels by its clang",
        "peers": versions, "limits": limits, "sgemm": sgemm(), "read": read_bandwidth(),
    }


def first_line(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0].strip()


def best(call, repeats=7):
    import time

    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def sgemm():
    """GFLOP/s of torch's product of 2048 x 2048."""
    import torch

    a = torch.randn(2048, 2048)
    return 2 * 2048**3 / best(lambda: a @ a) / 1e9


def read_bandwidth():
    """GB/s of summing 256 MB with every core."""
    import torch

    a = torch.ones(1 << 26)
    return a.numel() * 4 / best(a.sum) / 1e9


def number(value):
    return "–" if value is None or np.isnan(value) else f"{value:.3g}"


def reached(row):
    if row["atMost"] is not None:
        return "yes" if row["ours"] * row["unit"][0] <= row["atMost"] else "no"
    if row["target"] is None or "ratio" not in row:
        return "–"
    return "yes" if row["ratio"] >= row["target"] else "no"


def line(row):
    scale, unit = row["unit"]
    target = (f"≤ {row['atMost']} {unit}" if row["atMost"] is not None
              else "–" if row["target"] is None else f"≥ {row['target']:g}×")
    best = row["best"]
    theirs = f"{number(row['peers'][best] * scale)} {unit}, {best}" if best else "–"
    ratio = "–"
    if "ratio" in row:
        low, high = row["spread"]
        ratio = f"{number(row['ratio'])} ({number(low)} to {number(high)})"
    return [
        row["case"], target, f"{number(row['ours'] * scale)} {unit}", theirs, ratio,
        number(row.get("ratioProcessor")), reached(row), number(row.get("gigaflops")),
        row["bound"]]


def others(row):
    """Every other form, with its distance from ours where results are compared."""
    scale, unit = row["unit"]
    parts = []
    for name, seconds in sorted(row["peers"].items(), key=lambda item: item[1]):
        gap = row["apart"].get(name)
        parts.append(f"{name} {number(seconds * scale)} {unit}"
                     + ("" if gap is None else f" (apart {gap:.0e})"))
    note = f". {row['note'][0].upper()}{row['note'][1:]}" if row["note"] else ""
    return f"- {row['case']}: {', '.join(parts) or 'no peer ran'}{note}."


def markdown(described, rows):
    heads = ["work", "target", "ours", "best peer", "ratio (spread)", "ratio of processor time",
             "reached", "GFLOP/s", "what bounds it"]
    limits = described["limits"]
    lines = [
        "# Speed against peers", "",
        "Written by `scripts/benchmark/run`: same inputs, both sides in turn, medians, results "
        "compared. A ratio is the peer's time over ours; its spread is that of the middle half of "
        "the rounds. GFLOP/s count the operations of the dense form, whether or not all are made.", "",
        f"- Processor: {described['processor']}, {described['cores']} cores, "
        f"{', '.join(described['sets'])}; kernels run on {limits['instructionSet']}.",
        f"- Limits measured: {number(limits['gigaflops'])} GFLOP/s of multiply-adds, "
        f"{number(described['sgemm'])} GFLOP/s of SGEMM in torch, "
        f"{number(described['read'])} GB/s read in torch, "
        f"{number(limits['gigabytesPerSecond'])} GB/s in `tweedie benchmark limits`, "
        f"{number(limits['gigaExponentialsPerSecond'])} G exp/s, "
        f"{number(limits['gigaNormalsPerSecond'])} G normals/s.",
        f"- Compiler: {described['compiler']}.",
        f"- Peers: {', '.join(described['peers'])}; as many threads as cores.", "",
        f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(line(row))} |" for row in rows]
    lines += ["", "Every form tried, and how far its result lies from ours in units of the largest "
              "number (runs with noise of their own: of the mean square):", ""]
    return "\n".join([*lines, *map(others, rows)]) + "\n"


def default(value):
    return float(value) if isinstance(value, np.floating) else str(value)
