"""Whole runs on images of digits: smoothed nearest neighbours, Heun on a Karras grid."""

import numpy as np
import torch

from harness import SECONDS, Peer, Work, tweedie
from inputs import MNIST, describe, digits, save
from scores import flushed

COUNT, STEPS, SHIFTS, SMOOTHING, HIGH, LOW = 64, 18, 4, 1.5, 80, 0.002
# A jump is as good as none where its error is at most this much larger.
AS_GOOD = 1.02


def words(folder):
    """A model, states at the first level, and the run on them."""
    model = describe(
        folder,
        {"kind": "neighbors", "data": str(MNIST.resolve()), "smoothing": SMOOTHING,
         "shifts": SHIFTS, "neighbors": "all"})
    start = HIGH * np.random.default_rng(3).standard_normal((COUNT, 784))
    given = save(folder, "start.npy", start)
    return ["sample", model, "--initial", given, "--sigma-max", HIGH, "--sigma-min", LOW]


def run(folder):
    told = [*words(folder), "--steps", STEPS]
    # 35 evaluations; a product over the data, softmaxes of each shift, a weighted sum.
    return Work(
        [*told, "--repeats", 1], forms(["torch, one product", "torch attention, B·M queries"]),
        unit=SECONDS, repeats=1, result=told, agreement="law",
        operations=(2 * STEPS - 1) * 4.0 * COUNT * 60_000 * 784)


def jumped(folder):
    """The run behind the jump that is fastest at no larger error than without one."""
    base = words(folder)

    def end(*more):
        path = folder / "end.npy"
        tweedie(*base, *more, "-o", path, "--overwrite")
        return np.load(path).astype(np.float64)

    truth = end("--steps", 4 * STEPS)

    def error(*more):
        return float(np.sqrt(((end(*more) - truth) ** 2).mean()))

    plain = error("--steps", STEPS)
    found = []
    for jump in ("40.8", "19.4", "8.4", "3.26"):
        for steps in (STEPS, STEPS - 2, STEPS - 4):
            more = ["--teleport", jump, "--teleport-grid", "respaced", "--steps", steps]
            found.append((error(*more), jump, steps, more))
            if found[-1][0] > AS_GOOD * plain:
                break
    good = [f for f in found if f[0] <= AS_GOOD * plain]
    best = min(good, key=lambda f: f[2] + float(f[1]) / 1000, default=None)
    least = min(f[0] for f in found)
    note = (
        f"error of {STEPS} steps without a jump {plain:.4f}, least behind a jump {least:.4f}"
        + (f"; jump to {best[1]}, {best[2]} steps, error {best[0]:.4f}" if best else
           "; no jump is as good, so timed without one"))
    told = [*base, *(best[3] if best else ["--steps", STEPS])]
    return Work(
        [*told, "--repeats", 1], forms(["torch, one product"]), unit=SECONDS, repeats=1,
        result=told, agreement="law", note=note)


def forms(names):
    data = digits()
    keys = torch.tensor(data - data.mean(0), dtype=torch.float32)
    half = (keys * keys).sum(1) / 2
    grid = [*(np.linspace(HIGH ** (1 / 7), LOW ** (1 / 7), STEPS) ** 7), 0.0]
    torch.manual_seed(0)
    start = HIGH * torch.randn(COUNT, 784)
    shift = torch.randn(SHIFTS, COUNT, 784)
    # Of mean zero over the shifts of a sample and variance one, as ours are.
    shift = (shift - shift.mean(0)) * (SHIFTS / (SHIFTS - 1)) ** 0.5
    middle = torch.tensor(data.mean(0), dtype=torch.float32)

    def heun(denoiser):
        x = start - middle
        for sigma, after in zip(grid[:-1], grid[1:]):
            slope = (x - denoiser(x, sigma)) / sigma
            euler = x + (after - sigma) * slope
            if after > 0:
                slope = (slope + (euler - denoiser(euler, after)) / after) / 2
            x = x + (after - sigma) * slope
        return (x + middle).numpy()

    def one_product():
        """x @ keys once for all shifts, whose own products never change; weights summed first."""
        along = (shift.reshape(-1, 784) @ keys.T).reshape(SHIFTS, COUNT, -1)

        def denoiser(x, sigma):
            products = x @ keys.T - half
            a = SMOOTHING * (1 + sigma)
            weights = sum(torch.softmax((products + a * part) / sigma**2, 1) for part in along)
            return weights @ keys / SHIFTS

        return heun(denoiser)

    def attention():
        wide = torch.cat([keys, -half[:, None]], 1)[None, None]

        def denoiser(x, sigma):
            a = SMOOTHING * (1 + sigma)
            queries = (x + a * shift).reshape(-1, 784)
            q = torch.cat([queries, torch.ones(len(queries), 1)], 1)[None, None]
            out = torch.nn.functional.scaled_dot_product_attention(
                q, wide, keys[None, None], scale=1 / sigma**2)
            return out[0, 0].reshape(SHIFTS, COUNT, -1).mean(0)

        return heun(denoiser)

    calls = {"torch, one product": flushed(one_product),
             "torch attention, B·M queries": flushed(attention)}
    return {name: Peer(calls[name]) for name in names}
