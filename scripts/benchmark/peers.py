"""Peers' forms of the same work, as their users write them."""

import math

import numpy as np
import torch


def empirical(data, x, sigma):
    """softmax(-|x - x_i|^2 / 2 sigma^2) x_i in the forms that users choose from."""
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

    def flushed():
        torch.set_flush_denormal(True)
        try:
            return two_products()
        finally:
            torch.set_flush_denormal(False)

    forms = {"torch attention": attention, "torch softmax": two_products,
             "torch softmax, FTZ": flushed}
    if keys.shape[1] <= 8:
        forms["KeOps"] = keops(queries, keys, sigma, middle)
    return forms


def keops(queries, keys, sigma, middle):
    from pykeops.torch import LazyTensor

    def form():
        gap = LazyTensor(queries[:, None, :]) - LazyTensor(keys[None, :, :])
        logits = -(gap**2).sum(-1) / (2 * sigma**2)
        return (logits.sumsoftmaxweight(LazyTensor(keys[None]), axis=1) + middle).numpy()

    return form


def mixture(means, covariances, x, sigma, full):
    m = torch.tensor(means, dtype=torch.float32)
    points = torch.tensor(x, dtype=torch.float32)
    k, d = m.shape
    noised = torch.tensor(covariances, dtype=torch.float64) + sigma**2 * torch.eye(d)
    precision = torch.linalg.inv(noised).float()
    half_log = torch.linalg.slogdet(noised)[1].float() / 2
    gain = (torch.tensor(covariances) @ precision.double()).float()
    diagonal = precision.diagonal(dim1=1, dim2=2)
    gains = gain.diagonal(dim1=1, dim2=2)

    def diagonal_form():
        # The square expanded: three products and no array of points x components x d.
        squares = (
            (points**2) @ diagonal.T - 2 * points @ (diagonal * m).T + (diagonal * m * m).sum(1))
        r = torch.softmax(-0.5 * squares - half_log, 1)
        return ((r @ gains) * points + r @ ((1 - gains) * m)).numpy()

    def direct_form():
        gap = points[:, None, :] - m
        r = torch.softmax(-0.5 * (gap * gap * diagonal).sum(-1) - half_log, 1)
        return torch.einsum("bk,bkd->bd", r, m + gains * gap).numpy()

    def full_form():
        out = []
        for rows in points.split(1000):
            gap = rows[:, None, :] - m
            white = torch.einsum("kij,bkj->bki", precision, gap)
            r = torch.softmax(-0.5 * (gap * white).sum(-1) - half_log, 1)
            out.append(torch.einsum("bk,bkd->bd", r, rows[:, None, :] - sigma**2 * white))
        return torch.cat(out).numpy()

    if full:
        return {"torch": full_form}
    return {"torch products": diagonal_form, "torch direct": direct_form}


def particles(means, variance, count, steps):
    """Euler-Maruyama on the reverse SDE of dx = sqrt(2 sigma) dw, per step."""
    import jax
    import jax.numpy as jnp

    grid = jnp.geomspace(80.0, 0.01, steps + 1)
    m = jnp.asarray(means, jnp.float32)

    def denoised(x, sigma):
        gap = x[:, None, :] - m
        r = jax.nn.softmax(-0.5 * (gap**2).sum(-1) / (variance + sigma**2), axis=1)
        keep = variance / (variance + sigma**2)
        return r @ m + keep * (x - r @ m)

    @jax.jit
    def scan(key):
        def step(state, level):
            x, key = state
            sigma, after = level
            key, own = jax.random.split(key)
            share = (sigma**2 - after**2) / sigma**2
            x = x + share * (denoised(x, sigma) - x)
            x = x + jnp.sqrt(sigma**2 - after**2) * jax.random.normal(own, x.shape)
            return (x, key), None

        start = 80.0 * jax.random.normal(key, (count, 2))
        (x, _), _ = jax.lax.scan(step, (start, key), (grid[:-1], grid[1:]))
        return x

    def form():
        scan(jax.random.PRNGKey(0)).block_until_ready()

    torch_means = torch.tensor(np.asarray(means), dtype=torch.float32)
    levels = np.geomspace(80.0, 0.01, steps + 1)

    def eager():
        x = 80 * torch.randn(count, 2)
        for sigma, after in zip(levels[:-1], levels[1:]):
            gap = x[:, None, :] - torch_means
            total = variance + sigma**2
            r = torch.softmax(-0.5 * (gap * gap).sum(-1) / total, 1) @ torch_means
            clean = r + variance / total * (x - r)
            x = x + (sigma**2 - after**2) / sigma**2 * (clean - x)
            x = x + math.sqrt(sigma**2 - after**2) * torch.randn_like(x)

    return {"JAX scan": form, "torch eager": eager}


def digit_run(data, count, steps, shifts, smoothing):
    """Heun down a Karras grid with the smoothed score, by the algebra of one product a shift."""
    center = data.mean(0)
    keys = torch.tensor(data - center, dtype=torch.float32)
    half = (keys * keys).sum(1) / 2
    ramp = np.linspace(80 ** (1 / 7), 0.002 ** (1 / 7), steps) ** 7
    levels = [*ramp, 0.0]
    torch.manual_seed(0)
    start = 80 * torch.randn(count, data.shape[1])
    shift = torch.randn(shifts, count, data.shape[1])

    def heun(denoiser):
        x = start.clone()
        for sigma, after in zip(levels[:-1], levels[1:]):
            slope = (x - denoiser(x, sigma)) / sigma
            euler = x + (after - sigma) * slope
            if after > 0:
                slope = (slope + (euler - denoiser(euler, after)) / after) / 2
            x = x + (after - sigma) * slope

    def shared_product():
        torch.set_flush_denormal(True)
        along = shift.reshape(-1, data.shape[1]) @ keys.T
        along = along.reshape(shifts, count, -1)

        def denoiser(x, sigma):
            products = x @ keys.T - half
            a = smoothing * (1 + sigma)
            weights = sum(
                torch.softmax((products + a * part) / sigma**2, 1) for part in along)
            return weights @ keys / shifts

        heun(denoiser)
        torch.set_flush_denormal(False)

    def straightforward():
        wide = torch.cat([keys, -half[:, None]], 1)[None, None]

        def denoiser(x, sigma):
            queries = (x + smoothing * (1 + sigma) * shift).reshape(-1, data.shape[1])
            q = torch.cat([queries, torch.ones(len(queries), 1)], 1)[None, None]
            out = torch.nn.functional.scaled_dot_product_attention(
                q, wide, keys[None, None], scale=1 / sigma**2)
            return out[0, 0].reshape(shifts, count, -1).mean(0)

        heun(denoiser)

    return {"torch, one product": shared_product, "torch attention": straightforward}


def overhead(count, dimension, steps):
    """The step alone: a denoiser that costs next to nothing."""
    from k_diffusion import sampling

    sigmas = torch.cat([torch.tensor(np.geomspace(160, 0.004, steps)).float(), torch.zeros(1)])
    start = 160 * torch.randn(count, dimension)

    def denoiser(x, sigma):
        return x * (1 / (1 + sigma[:, None] ** 2))

    def multistep():
        sampling.sample_dpmpp_2m(denoiser, start, sigmas, disable=True)

    return {"k-diffusion": multistep}
