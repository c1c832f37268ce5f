"""Timing: ours by `tweedie benchmark`, the peers in this process, one after the other in turn."""

import json
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np

TWEEDIE = Path(".build/release/tweedie").resolve()
MILLISECONDS, MICROSECONDS, NANOSECONDS, SECONDS = (1e3, "ms"), (1e6, "µs"), (1e9, "ns"), (1, "s")
# A peer whose result is farther from ours than this, in units of the largest number, does other
# work: it is shown with its error and is not the one to beat.
SAME = 2e-3


@dataclass
class Peer:
    """A call to time, and a denoiser whose cost is taken off `evaluations` times."""

    run: Callable
    denoiser: Callable | None = None
    evaluations: int = 0
    units: float | None = None


@dataclass
class Work:
    """What to time: words for `tweedie benchmark`, and the peers' calls by name."""

    arguments: list
    peers: dict
    unit: tuple = MILLISECONDS
    units: float = 1
    # Calls of a peer whose median counts, in each round.
    repeats: int = 3
    # Words of a run that writes our result; nil where `arguments` write it themselves.
    result: list | None = None
    # How results are held against each other: "points", "law" (mean square), or not at all.
    agreement: str | None = "points"
    # A shorter run: what is meant is the time that steps take beyond the score, without the start.
    shorter: list | None = None
    # Operations of the dense form, where they are what the work is made of.
    operations: float | None = None
    note: str = ""


@dataclass
class Case:
    name: str
    prepare: Callable
    target: float | None = None
    # What keeps it from being faster, in words.
    bound: str = ""
    possible: Callable = field(default=lambda: True)
    # A limit on our time in the case's unit, in place of a ratio.
    at_most: float | None = None


def tweedie(*words):
    """What the command prints as JSON."""
    words = [str(TWEEDIE), *map(str, words), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def ours(work, output):
    """Seconds a unit, by the clock and of all processors."""
    more = ["-o", output, "--overwrite"] if work.arguments[0] == "score" else []
    told = tweedie("benchmark", *work.arguments, *more)
    if work.shorter:  # By the clock alone: threads that wait use their processors too.
        less = tweedie("benchmark", *work.shorter)["secondsBeyondScore"]
        return np.array([told["secondsBeyondScore"] - less, np.nan]) / work.units
    return np.array([told["seconds"], told["processorSeconds"]]) / work.units


def timed(call, repeats):
    """Medians of a few calls, by the clock and of all processors, and what the call gives."""
    times = []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        result = call()
        times.append((time.perf_counter() - start, time.process_time() - used))
    return np.median(np.array(times), axis=0), result


def theirs(peer, work, repeats):
    times, result = timed(peer.run, repeats)
    if peer.denoiser:
        times = times - peer.evaluations * timed(peer.denoiser, 99)[0]
    return times / (peer.units or work.units), result


def distance(mine, other, agreement):
    """How far results lie apart in units of the largest number, and how far they may."""
    mine, other = np.asarray(mine, np.float64), np.asarray(other, np.float64)
    if agreement == "law":
        # Mean squares of samples of one law, within four standard errors of their difference.
        squares = [(a**2).sum(1) for a in (mine, other)]
        size = max(s.mean() for s in squares)
        error = sum(s.var() / len(s) for s in squares) ** 0.5
        return float(abs(squares[0].mean() - squares[1].mean()) / size), float(4 * error / size)
    return float(np.abs(mine - other).max() / np.abs(mine).max()), SAME


MOST_ROUNDS, ENOUGH_SECONDS = 15, 8.0


def measure(case, rounds, say):
    """One row of the table: medians over `rounds` or more in which the sides take turns."""
    with tempfile.TemporaryDirectory() as folder:
        work, output = case.prepare(Path(folder)), Path(folder) / "ours.npy"
        mine, apart, allowed = [ours(work, output)], {}, {}
        if work.result:
            tweedie(*work.result, "-o", output, "--overwrite")
        result = np.load(output) if work.agreement else None
        # A call alone is a peer without anything to take off.
        calls = {name: peer if isinstance(peer, Peer) else Peer(peer)
                 for name, peer in work.peers.items()}
        peers = {}
        for name, peer in calls.items():
            try:  # The first call is not counted; one that fails ends here.
                other = peer.run()
                if work.agreement and other is not None:
                    apart[name], allowed[name] = distance(result, other, work.agreement)
                peers[name] = []
            except Exception as error:  # noqa: BLE001
                say(f"{case.name}: {name} is left out: {type(error).__name__}: {error}")
        began = time.perf_counter()
        # Short work is measured more often: a round meets whatever else the machine does.
        while len(mine) <= rounds or (
                len(mine) <= MOST_ROUNDS and time.perf_counter() - began < ENOUGH_SECONDS):
            mine.append(ours(work, output))
            for name in peers:
                peers[name].append(theirs(calls[name], work, work.repeats)[0])
    # The first of ours found files cold, as the first of the peers was not counted.
    fair = [name for name in peers if apart.get(name, 0) <= allowed.get(name, 0)]
    return row(case, work, np.array(mine[1:]), peers, apart, fair)


def row(case, work, mine, peers, apart, fair):
    seconds = {name: float(np.median([t[0] for t in times])) for name, times in peers.items()}
    best = min(fair, key=seconds.get) if fair else None
    found = {
        "case": case.name, "unit": list(work.unit), "target": case.target,
        "atMost": case.at_most, "bound": case.bound, "note": work.note,
        "ours": float(np.median(mine[:, 0])),
        "oursProcessor": None if work.shorter else float(np.median(mine[:, 1])),
        "peers": seconds, "best": best, "apart": apart,
    }
    if best:
        pairs = [float(t[0] / o[0]) for t, o in zip(peers[best], mine)]
        found["ratio"] = statistics.median(pairs)
        found["spread"] = [float(q) for q in np.quantile(pairs, (0.25, 0.75))]
        if not work.shorter:
            found["ratioProcessor"] = float(
                np.median([t[1] / o[1] for t, o in zip(peers[best], mine)]))
    if work.operations:
        found["gigaflops"] = work.operations / (found["ours"] * work.units) / 1e9
    return found
