"""Arrays and models that both sides are given."""

import gzip
import json
from pathlib import Path

import numpy as np

MNIST = Path("../shared/data/train-images-idx3-ubyte.gz")


def save(folder, name, array):
    np.save(folder / name, np.asarray(array, np.float32))
    return folder / name


def describe(folder, description, name="model.json"):
    path = folder / name
    path.write_text(json.dumps(description))
    return path


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
