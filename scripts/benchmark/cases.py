"""The pieces of work: inputs, how tweedie is asked for them, and the peers' forms."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np
import torch

import peers

MNIST = Path("../shared/data/train-images-idx3-ubyte.gz")
MILLISECONDS, NANOSECONDS, SECONDS = (1e3, "ms"), (1e9, "ns"), (1, "s")


@dataclass
class Work:
    """What to time: words for `tweedie benchmark`, and callables for the peers."""

    arguments: list
    peers: dict
    unit: tuple = MILLISECONDS
    units: float = 1
    peer_units: float = 1
    repeats: int = 3
    checks: bool = True


@dataclass
class Case:
    name: str
    prepare: Callable
    target: float | None = None
    possible: Callable = field(default=lambda: True)


def save(folder, name, array):
    np.save(folder / name, array.astype(np.float32))
    return folder / name


def describe(folder, description):
    path = folder / "model.json"
    path.write_text(json.dumps(description))
    return path


def empirical(data, x, sigma, repeats=5):
    def prepare(folder):
        points, queries = data(), x()
        model = describe(
            folder,
            {"kind": "neighbors", "data": str(save(folder, "data.npy", points)),
             "smoothing": 0, "shifts": 1, "neighbors": "all"},
        )
        given = save(folder, "x.npy", queries)
        return Work(
            ["score", model, given, "--sigma", sigma, "--repeats", repeats],
            peers.empirical(points, queries, sigma),
        )

    return prepare


def normals(count, dimension, seed, scale=1.0):
    return lambda: scale * np.random.default_rng(seed).standard_normal((count, dimension))


def digits():
    raw = np.frombuffer(gzip.decompress(MNIST.read_bytes()), np.uint8, offset=16)
    return raw.reshape(-1, 784) / 127.5 - 1


def noised_digits(count, sigma):
    def make():
        noise = np.random.default_rng(1).standard_normal((count, 784))
        return digits()[:count] + sigma * noise

    return make


def mixture(components, dimension, count, full):
    def prepare(folder):
        rng = np.random.default_rng(2)
        means = 3 * rng.standard_normal((components, dimension))
        covariances = np.empty((components, dimension, dimension))
        parts = []
        for k in range(components):
            if full:
                a = rng.standard_normal((dimension, dimension)) / dimension**0.5
                covariances[k] = 0.3 * (a @ a.T + 0.1 * np.eye(dimension))
                shape = {"covariance": covariances[k].tolist()}
            else:
                variances = 0.05 + 0.3 * rng.random(dimension)
                covariances[k] = np.diag(variances)
                shape = {"variances": variances.tolist()}
            parts.append({"weight": 1.0, "mean": means[k].tolist(), **shape})
        model = describe(folder, {"kind": "mixture", "components": parts})
        x = means[rng.integers(components, size=count)] + rng.standard_normal((count, dimension))
        given = save(folder, "x.npy", x)
        return Work(
            ["score", model, given, "--sigma", 0.5, "--repeats", 9],
            peers.mixture(means, covariances, x, 0.5, full),
        )

    return prepare


def particles(folder):
    count, steps, angles = 100_000, 1000, np.arange(8) * np.pi / 4
    means = 2 * np.stack([np.cos(angles), np.sin(angles)], 1)
    model = describe(
        folder,
        {"kind": "mixture",
         "components": [{"weight": 1, "mean": m.tolist(), "variance": 0.01} for m in means]},
    )
    return Work(
        ["sample", model, "--sampler", "euler-maruyama", "--steps", steps, "--count", count,
         "--repeats", 1],
        peers.particles(means, 0.01, count, 50),
        unit=NANOSECONDS, units=count * steps, peer_units=count * 50, repeats=1, checks=False,
    )


def digit_run(folder):
    model = describe(
        folder,
        {"kind": "neighbors", "data": str(MNIST.resolve()), "smoothing": 1.5, "shifts": 4,
         "neighbors": "all"},
    )
    return Work(
        ["sample", model, "--count", 64, "--steps", 18, "--sigma-max", 80, "--sigma-min", 0.002,
         "--repeats", 1],
        peers.digit_run(digits(), 64, 18, 4, 1.5),
        unit=SECONDS, repeats=1, checks=False,
    )


def overhead(folder):
    model = describe(
        folder, {"kind": "gaussian", "mean": [0.0] * 784, "variance": 1.0}
    )
    steps = 64
    return Work(
        ["sample", model, "--sampler", "dpm++2m", "--steps", steps, "--count", 256,
         "--repeats", 9],
        peers.overhead(256, 784, steps),
        unit=(1e6, "µs"), units=steps, peer_units=steps, checks=False,
    )


ALL = [
    Case("empirical, 1000 x 2, 10,000 points",
         empirical(normals(1000, 2, 0), normals(10_000, 2, 1, 1.5), 0.3, 9), 5),
    Case("empirical, 10,000 x 64, 1000 points",
         empirical(normals(10_000, 64, 0), normals(1000, 64, 1, 2.0), 2, 5), 1.4),
    Case("empirical, digits, 256 points, sigma 8", empirical(digits, noised_digits(256, 8), 8, 3),
         1.3, MNIST.exists),
    Case("empirical, digits, 64 points, sigma 2", empirical(digits, noised_digits(64, 2), 2, 3),
         6, MNIST.exists),
    Case("digits from shifts, whole run", digit_run, 3.5, MNIST.exists),
    Case("mixture, 8 components, plane, 100,000 points", mixture(8, 2, 100_000, False), 40),
    Case("mixture, 100 diagonal, d = 64, 10,000 points", mixture(100, 64, 10_000, False), 4),
    Case("mixture, 100 full, d = 64, 10,000 points", mixture(100, 64, 10_000, True), 10),
    Case("Euler-Maruyama in the plane, particle step", particles, 30),
    Case("a step of dpm++2m beyond the score, 256 x 784", overhead),
]
