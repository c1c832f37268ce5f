"""What a sampler's step costs beyond the denoiser, which here is as cheap as one gets."""

import numpy as np
import torch

from harness import MICROSECONDS, Peer, Work
from inputs import describe, save

COUNT, DIMENSION, STEPS, MORE = 256, 784, 64, 5
HIGH, LOW = 80.0, 0.002


def overhead(sampler, evaluations_a_step, agreement="points"):
    """One sampler against k-diffusion and diffusers, scores subtracted on every side."""

    def prepare(folder):
        grid = np.linspace(HIGH ** (1 / 7), LOW ** (1 / 7), STEPS) ** 7
        start = HIGH * np.random.default_rng(3).standard_normal((COUNT, DIMENSION))
        model = describe(folder, {"kind": "gaussian", "mean": [0.0] * DIMENSION, "variance": 1.0})
        given = save(folder, "start.npy", start)
        save(folder, "levels.npy", grid[:, None])
        long = np.linspace(HIGH ** (1 / 7), LOW ** (1 / 7), MORE * STEPS) ** 7
        save(folder, "long.npy", long[:, None])
        begin = ["sample", model, "--sampler", sampler, "--initial", given, "--schedule"]
        words = [*begin, folder / "levels.npy"]
        x = torch.tensor(start, dtype=torch.float32)
        evaluations = evaluations_a_step * STEPS - (evaluations_a_step - 1)
        calls = {**k_diffusion(sampler, x, grid), **diffusers(sampler, x)}
        one = torch.ones(COUNT)
        return Work(
            [*begin, folder / "long.npy", "--repeats", 9],
            {name: Peer(call, lambda: denoiser(x, one),
                        evaluations if name.startswith("k-") else STEPS, STEPS)
             for name, call in calls.items()},
            unit=MICROSECONDS, units=(MORE - 1) * STEPS, result=words, agreement=agreement,
            shorter=[*words, "--repeats", 9])

    return prepare


def denoiser(x, sigma):
    return x * (1 / (1 + sigma[:, None] ** 2))


def k_diffusion(sampler, x, grid):
    name = {"heun": "sample_heun", "dpm++2m": "sample_dpmpp_2m",
            "dpm++2m-sde": "sample_dpmpp_2m_sde"}.get(sampler)
    if name is None:
        return {}
    sigmas = torch.tensor([*grid, 0.0], dtype=torch.float32)

    def form():
        from k_diffusion import sampling

        return getattr(sampling, name)(denoiser, x, sigmas, disable=True).numpy()

    return {"k-diffusion": form}


def diffusers(sampler, x):
    """The scheduler of the same name on its own grid: other levels, the same work a step."""

    def scheduler():
        import diffusers

        common = {"use_karras_sigmas": True, "prediction_type": "epsilon"}
        return {
            "heun": lambda: diffusers.HeunDiscreteScheduler(**common),
            "dpm++2m": lambda: diffusers.DPMSolverMultistepScheduler(**common),
            "dpm++2m-sde": lambda: diffusers.DPMSolverMultistepScheduler(
                algorithm_type="sde-dpmsolver++", **common),
            "unipc": lambda: diffusers.UniPCMultistepScheduler(**common),
        }[sampler]()

    def form():
        if not made:
            made.append(scheduler())
        made[0].set_timesteps(STEPS)
        state = x
        one = torch.ones(COUNT)
        for time in made[0].timesteps:
            state = made[0].step(denoiser(state, one), time, state).prev_sample
        # Its noise levels are those of another training: no result to compare.

    made = []
    return {"diffusers": form}
