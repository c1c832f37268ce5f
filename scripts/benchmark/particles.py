"""Euler-Maruyama on the reverse of dx = sqrt(2 sigma) dw for a mixture in the plane."""

import math

import numpy as np
import torch

from harness import NANOSECONDS, Peer, Work
from inputs import describe

COUNT, STEPS, VARIANCE = 100_000, 1000, 0.01
# Steps that peers are timed over: a step costs the same wherever it is.
THEIRS = 50


def levels(steps):
    return np.geomspace(80.0, 0.01, steps + 1)


def prepare(folder):
    angles = np.arange(8) * np.pi / 4
    means = 2 * np.stack([np.cos(angles), np.sin(angles)], 1)
    model = describe(
        folder,
        {"kind": "mixture",
         "components": [{"weight": 1, "mean": m.tolist(), "variance": VARIANCE} for m in means]})
    words = ["sample", model, "--sampler", "euler-maruyama", "--steps", STEPS, "--count", COUNT,
             "--schedule", "log-linear", "--sigma-max", 80, "--sigma-min", 0.01]
    forms = {"JAX scan": jax_scan, "diffrax": diffrax_form, "torch": torch_form,
             "NumPy": numpy_form}
    return Work(
        [*words, "--repeats", 1],
        {name: Peer(form(means), units=COUNT * THEIRS) for name, form in forms.items()},
        unit=NANOSECONDS, units=COUNT * STEPS, repeats=1, result=words, agreement="law")


def jax_denoiser(means):
    import jax
    import jax.numpy as jnp

    m = jnp.asarray(means, jnp.float32)

    def denoised(x, sigma):
        gap = x[..., None, :] - m
        r = jax.nn.softmax(-0.5 * (gap**2).sum(-1) / (VARIANCE + sigma**2), axis=-1)
        keep = VARIANCE / (VARIANCE + sigma**2)
        return r @ m + keep * (x - r @ m)

    return denoised


def jax_scan(means):
    def form():
        import jax
        import jax.numpy as jnp

        if not compiled:
            denoised, grid = jax_denoiser(means), jnp.asarray(levels(THEIRS), jnp.float32)

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

                start = 80.0 * jax.random.normal(key, (COUNT, 2))
                (x, _), _ = jax.lax.scan(step, (start, key), (grid[:-1], grid[1:]))
                return x

            compiled.append(scan)
        return np.asarray(compiled[0](jax.random.PRNGKey(0)))

    compiled = []
    return form


def diffrax_form(means):
    """dx = -2 (D - x)/sigma dsigma + sqrt(2 sigma) dw from sigma = 80 down, in time 80 - sigma."""

    def form():
        import diffrax
        import jax
        import jax.numpy as jnp
        import lineax

        if not compiled:
            denoised = jax_denoiser(means)

            def drift(t, x, args):
                return 2 * (denoised(x, 80 - t) - x) / (80 - t)

            def diffusion(t, x, args):
                return lineax.DiagonalLinearOperator(jnp.full(2, jnp.sqrt(2 * (80 - t))))

            def one(key):
                first, rest = jax.random.split(key)
                path = diffrax.UnsafeBrownianPath(
                    shape=jax.ShapeDtypeStruct((2,), jnp.float32), key=rest)
                terms = diffrax.MultiTerm(
                    diffrax.ODETerm(drift),
                    diffrax.ControlTerm(diffusion, path))
                return diffrax.diffeqsolve(
                    terms, diffrax.Euler(), 0.0, times[-1], None,
                    80.0 * jax.random.normal(first, (2,)),
                    stepsize_controller=diffrax.StepTo(ts=times),
                    adjoint=diffrax.ForwardMode(), max_steps=THEIRS).ys[-1]

            times = jnp.asarray(80 - levels(THEIRS), jnp.float32)
            compiled.append(jax.jit(jax.vmap(one)))
        return np.asarray(compiled[0](jax.random.split(jax.random.PRNGKey(0), COUNT)))

    compiled = []
    return form


def torch_form(means):
    m = torch.tensor(means, dtype=torch.float32)

    def form():
        x, grid = 80 * torch.randn(COUNT, 2), levels(THEIRS)
        for sigma, after in zip(grid[:-1], grid[1:]):
            gap = x[:, None, :] - m
            total = VARIANCE + sigma**2
            r = torch.softmax(-0.5 * (gap * gap).sum(-1) / total, 1) @ m
            x = x + (sigma**2 - after**2) / sigma**2 * (r + VARIANCE / total * (x - r) - x)
            x = x + math.sqrt(sigma**2 - after**2) * torch.randn_like(x)
        return x.numpy()

    return form


def numpy_form(means):
    m = means.astype(np.float32)

    def form():
        rng = np.random.default_rng(0)
        x, grid = 80 * rng.standard_normal((COUNT, 2), np.float32), levels(THEIRS)
        for sigma, after in zip(*(a.astype(np.float32) for a in (grid[:-1], grid[1:]))):
            total = np.float32(VARIANCE) + sigma**2
            logits = -((x[:, None, :] - m) ** 2).sum(-1) / (2 * total)
            r = np.exp(logits - logits.max(1, keepdims=True))
            r = (r / r.sum(1, keepdims=True)) @ m
            clean = r + np.float32(VARIANCE) / total * (x - r)
            x = x + (sigma**2 - after**2) / sigma**2 * (clean - x)
            x = x + np.sqrt(sigma**2 - after**2) * rng.standard_normal(x.shape, np.float32)
        return x

    return form
