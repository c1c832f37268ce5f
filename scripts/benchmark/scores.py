"""Denoisers: softmax over data and over components, as users of each library write them."""

import numpy as np
import torch

from harness import Peer, Work
from inputs import describe, save


def empirical(data, x, sigma, repeats, approximate=False):
    def prepare(folder):
        points, queries = data(), x()
        model = describe(
            folder,
            {"kind": "neighbors", "data": str(save(folder, "data.npy", points)),
             "smoothing": 0, "shifts": 1, "neighbors": "all"},
        )
        given = save(folder, "x.npy", queries)
        peers = softmax_forms(points, queries, sigma)
        if approximate:
            peers["FAISS, 100 nearest"] = nearest(points, queries, sigma)
        return Work(
            ["score", model, given, "--sigma", sigma, "--repeats", repeats], peers,
            operations=4.0 * points.size * len(queries))

    return prepare


def softmax_forms(data, x, sigma):
    """softmax(-|x - x_i|^2 / 2 sigma^2) x_i."""
    center = data.mean(0)
    keys = torch.tensor(data - center, dtype=torch.float32)
    queries = torch.tensor(x - center, dtype=torch.float32)
    half = (keys * keys).sum(1) / 2
    middle = torch.tensor(center, dtype=torch.float32)

    def attention():
        # The norm as one coordinate more.
        q = torch.cat([queries, torch.ones(len(queries), 1)], 1)[None, None]
        k = torch.cat([keys, -half[:, None]], 1)[None, None]
        out = torch.nn.functional.scaled_dot_product_attention(
            q, k, keys[None, None], scale=1 / sigma**2)
        return (out[0, 0] + middle).numpy()

    def two_products():
        logits = (queries @ keys.T - half) / sigma**2
        return (torch.softmax(logits, 1) @ keys + middle).numpy()

    forms = {
        "torch attention": Peer(attention), "torch attention, FTZ": Peer(flushed(attention)),
        "torch softmax": Peer(two_products), "torch softmax, FTZ": Peer(flushed(two_products))}
    if keys.shape[1] <= 64:
        forms["KeOps"] = Peer(lambda: keops(queries, keys, sigma, middle))
    return forms


def flushed(call):
    """The same with denormals taken for zero."""

    def form():
        torch.set_flush_denormal(True)
        try:
            return call()
        finally:
            torch.set_flush_denormal(False)

    return form


def keops(queries, keys, sigma, middle):
    from pykeops.torch import LazyTensor

    gap = LazyTensor(queries[:, None, :]) - LazyTensor(keys[None, :, :])
    logits = -(gap**2).sum(-1) / (2 * sigma**2)
    return (logits.sumsoftmaxweight(LazyTensor(keys[None]), axis=1) + middle).numpy()


def nearest(data, x, sigma, count=100):
    """The softmax over the nearest alone: what an index of neighbours gives."""

    def form():
        import faiss

        if not index:
            index.append(faiss.IndexFlatL2(data.shape[1]))
            index[0].add(keys)
        squares, found = index[0].search(queries, count)
        logits = -(squares - squares[:, :1]) / (2 * sigma**2)
        weights = np.exp(logits)
        weights /= weights.sum(1, keepdims=True)
        return np.einsum("bk,bkd->bd", weights, keys[found])

    index = []
    keys, queries = (np.ascontiguousarray(a, np.float32) for a in (data, x))
    return Peer(form)


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
        each = 4.0 * dimension * dimension if full else 8.0 * dimension
        return Work(
            ["score", model, given, "--sigma", 0.5, "--repeats", 9],
            closed_forms(means, covariances, x, 0.5, full), operations=each * components * count)

    return prepare


def closed_forms(means, covariances, x, sigma, full):
    m = torch.tensor(means, dtype=torch.float32)
    points = torch.tensor(x, dtype=torch.float32)
    noised = torch.tensor(covariances) + sigma**2 * torch.eye(m.shape[1])
    precision = torch.linalg.inv(noised).float()
    half_log = torch.linalg.slogdet(noised)[1].float() / 2
    diagonal = precision.diagonal(dim1=1, dim2=2)
    gains = 1 - sigma**2 * diagonal

    def products():
        # The square expanded: three products and no array of points x components x d.
        squares = (
            (points**2) @ diagonal.T - 2 * points @ (diagonal * m).T + (diagonal * m * m).sum(1))
        r = torch.softmax(-0.5 * squares - half_log, 1)
        return ((r @ gains) * points + r @ ((1 - gains) * m)).numpy()

    def direct():
        gap = points[:, None, :] - m
        r = torch.softmax(-0.5 * (gap * gap * diagonal).sum(-1) - half_log, 1)
        return torch.einsum("bk,bkd->bd", r, m + gains * gap).numpy()

    def matrices():
        out = []
        for rows in points.split(1000):
            gap = rows[:, None, :] - m
            white = torch.einsum("kij,bkj->bki", precision, gap)
            r = torch.softmax(-0.5 * (gap * white).sum(-1) - half_log, 1)
            out.append(torch.einsum("bk,bkd->bd", r, rows[:, None, :] - sigma**2 * white))
        return torch.cat(out).numpy()

    if full:
        return {"torch": Peer(matrices), "torch, FTZ": Peer(flushed(matrices))}
    return {"torch products": Peer(products), "torch direct": Peer(direct)}
