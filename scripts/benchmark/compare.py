"""Times tweedie against peers on the same inputs, alternately, and checks that results agree."""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import cases
import training

TWEEDIE = Path(".build/release/tweedie").resolve()


def ours(arguments, output=None):
    """Seconds that `tweedie benchmark` reports, and what it wrote."""
    words = [str(TWEEDIE), "benchmark", *map(str, arguments), "--json", "--overwrite"]
    if output:
        words += ["-o", str(output)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr.strip()}")
    seconds = json.loads(done.stdout)["seconds"]
    return seconds, np.load(output).astype(np.float64) if output else None


def timed(peer, repeats):
    """The median of a few calls after one that is not counted, and the result."""
    result = peer()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        peer()
        times.append(time.perf_counter() - start)
    return statistics.median(times), result


def run(case, rounds):
    """One row of the table: medians over rounds in which the sides take turns."""
    with tempfile.TemporaryDirectory() as folder:
        work = case.prepare(Path(folder))
        output = Path(folder) / "ours.npy" if work.checks else None
        times, peers = [], {name: [] for name in work.peers}
        apart = 0.0
        for _ in range(rounds):
            seconds, result = ours(work.arguments, output)
            times.append(seconds / work.units)
            for name, peer in work.peers.items():
                seconds, theirs = timed(peer, work.repeats)
                peers[name].append(seconds / work.peer_units)
                if work.checks and theirs is not None:
                    scale = np.abs(result).max()
                    apart = max(apart, float(np.abs(np.asarray(theirs) - result).max() / scale))
    best = min(peers, key=lambda name: statistics.median(peers[name]))
    return {
        "case": case.name,
        "unit": work.unit,
        "ours": statistics.median(times),
        "peers": {name: statistics.median(values) for name, values in peers.items()},
        "best": best,
        "ratio": statistics.median(t / o for t, o in zip(peers[best], times)),
        "target": case.target,
        "apart": apart if work.checks else None,
    }


def machine():
    """What the figures were measured on."""
    name = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line),
        platform.processor(),
    )
    return f"{name}, {torch.get_num_threads()} threads, PyTorch {torch.__version__}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="cases whose name contains these words")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", default="Outputs/benchmark.json")
    given = parser.parse_args()
    rows = []
    print(machine())
    print(f"{'':44} {'ours':>10} {'best peer':>10}  {'':22} {'ratio':>6} {'target':>6} {'apart':>8}")
    for case in cases.ALL + training.ALL:
        if given.only not in case.name or not case.possible():
            continue
        row = run(case, given.rounds)
        rows.append(row)
        scale, unit = row["unit"]
        apart = "" if row["apart"] is None else f"{row['apart']:.1e}"
        print(
            f"{row['case']:44} {row['ours'] * scale:10.3g} {row['peers'][row['best']] * scale:10.3g}"
            f"  {unit + ' ' + row['best']:22} {row['ratio']:6.1f} {row['target'] or '':>6} {apart:>8}",
            flush=True,
        )
    path = Path(given.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine(), "rows": rows}, indent=1))
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
