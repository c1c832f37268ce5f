"""Steps of training: our networks and their twins in PyTorch, layer for layer."""

import json

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from harness import Case, Work, tweedie

HALF_LIVES = (200, 800, 2857)


def waves(x, count, lowest):
    angles = x[:, None] * (2 * torch.pi * lowest * 2.0 ** torch.arange(count))
    return [angles.sin(), angles.cos()]


class MLP(nn.Module):
    """Features, then layers of which all but the first add to what they are given."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        d, width = shape["dimension"], shape["width"]
        inputs = d * (1 + 2 * shape["coordinateWaves"]) + shape["embedding"]
        sizes = [inputs] + [width] * shape["depth"]
        self.hidden = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:]))
        self.output = nn.Linear(width, d)

    def forward(self, u, code):
        features = [u]
        for axis in range(u.shape[1]):
            features += waves(u[:, axis], self.shape["coordinateWaves"], 0.25)
        features += waves(code, self.shape["embedding"] // 2, 0.125)
        h = functional.silu(self.hidden[0](torch.cat(features, 1)))
        for layer in self.hidden[1:]:
            h = h + functional.silu(layer(h))
        return self.output(h)


class Norm(nn.GroupNorm):
    def __init__(self, channels):
        super().__init__(min(8, channels // 4), channels, eps=1e-5)

    def forward(self, x):
        return functional.silu(super().forward(x))


class Block(nn.Module):
    def __init__(self, inputs, outputs, codes):
        super().__init__()
        self.codes = slice(codes, codes + outputs)
        self.norm = nn.ModuleList([Norm(inputs), Norm(outputs)])
        self.convolution = nn.ModuleList([
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.Conv2d(outputs, outputs, 3, padding=1)])
        self.skip = None if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, codes):
        h = self.convolution[0](self.norm[0](x)) + codes[:, self.codes, None, None]
        h = self.convolution[1](self.norm[1](h))
        return h + (x if self.skip is None else self.skip(x))


class UNet(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        channels, blocks, codes = shape["channels"], shape["blocks"], 0

        def chain(inputs, outputs):
            nonlocal codes
            made = []
            for index in range(blocks):
                made.append(Block(outputs if index else inputs, outputs, codes))
                codes += outputs
            return nn.ModuleList(made)

        self.input = nn.Conv2d(shape["pixelChannels"], channels[0], 3, padding=1)
        self.down = nn.ModuleList(
            [chain(channels[max(0, i - 1)], c) for i, c in enumerate(channels)])
        below = channels[1:] + [0]
        up = [chain(b + c, c) for b, c in reversed(list(zip(below, channels)))]
        self.up = nn.ModuleList(up[::-1])
        width = 4 * channels[0]
        self.code = nn.ModuleList(
            [nn.Linear(12, width), nn.Linear(width, width), nn.Linear(width, codes)])
        self.output = nn.ModuleDict({
            "norm": Norm(channels[0]),
            "last": nn.Conv2d(channels[0], shape["pixelChannels"], 3, padding=1)})

    def forward(self, u, code):
        height, width = self.shape["height"], self.shape["width"]
        x = u.reshape(len(u), height, width, -1).permute(0, 3, 1, 2)
        e = torch.cat(waves(code, 6, 0.125), 1)
        e = functional.silu(self.code[0](e))
        codes = self.code[2](functional.silu(self.code[1](e)))
        x = self.input(x)
        skips = []
        for level, blocks in enumerate(self.down):
            if level:
                x = functional.avg_pool2d(x, 2)
            for block in blocks:
                x = block(x, codes)
            skips.append(x)
        for level, blocks in reversed(list(enumerate(self.up))):
            if level + 1 < len(self.up):
                x = torch.cat([functional.interpolate(x, scale_factor=2), skips[level]], 1)
            for block in blocks:
                x = block(x, codes)
        x = self.output["last"](self.output["norm"](x))
        return x.permute(0, 2, 3, 1).reshape(len(u), -1)


class Twin:
    """The network of a file of ours, and its training as users of PyTorch write it."""

    def __init__(self, path):
        tensors = {name: value.float() for name, value in load_file(path).items()}
        with open(path, "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        metadata = header["__metadata__"]
        shape = json.loads(metadata["network"])
        self.deviation = json.loads(metadata["preconditioning"])["deviation"]
        self.mean = tensors["mean"]
        self.net = (MLP if shape["kind"] == "mlp" else UNet)(shape)
        state = {}
        for name, parameter in self.net.named_parameters():
            own = name.replace("output.last", "output")
            if "norm" in name:
                own = own.replace("weight", "gain")
            ours = tensors[own]
            if ours.dim() > 1:
                # Taps first in our files, outputs before inputs in PyTorch.
                ours = ours.permute(3, 2, 0, 1) if ours.dim() == 4 else ours.T
            state[name] = ours.reshape(parameter.shape)
        self.net.load_state_dict(state)

    def coefficients(self, sigma):
        total = (sigma**2 + self.deviation**2).sqrt()
        skip, out = self.deviation**2 / total**2, sigma * self.deviation / total
        return skip, out, 1 / total, (sigma / self.deviation).log() / 4

    @torch.no_grad()
    def denoise(self, x, sigma):
        skip, out, inner, code = self.coefficients(torch.full((len(x),), float(sigma)))
        away = x - self.mean
        output = self.net(inner[:, None] * away, code)
        return self.mean + skip[:, None] * away + out[:, None] * output

    def training(self, data, batch, form):
        """One step of training after another, fused Adam and three averages in it."""
        net = self.net
        if form == "channels last":
            net = net.to(memory_format=torch.channels_last)
        parameters = list(net.parameters())
        forward = torch.compile(net) if form == "compiled" else net
        adam = torch.optim.Adam(parameters, lr=1e-4, betas=(0.9, 0.99), fused=True)
        averages = [[p.detach().clone() for p in parameters] for _ in HALF_LIVES]

        def step():
            clean = data[torch.randint(len(data), (batch,))] - self.mean
            sigma = 2 * self.deviation * (1.2 * torch.randn(batch) - 1.2).exp()
            skip, out, inner, code = self.coefficients(sigma)
            x = clean + sigma[:, None] * torch.randn_like(clean)
            target = (clean - skip[:, None] * x) / out[:, None]
            loss = functional.mse_loss(forward(inner[:, None] * x, code), target)
            adam.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0, foreach=True)
            adam.step()
            with torch.no_grad():
                for average, half_life in zip(averages, HALF_LIVES):
                    torch._foreach_lerp_(average, parameters, 1 - 2 ** (-1 / half_life))

        return step


def training(data, options, batch, forms, ours=50, theirs=20):
    def prepare(folder):
        word, points = data(folder)
        model = folder / "start.safetensors"
        tweedie("train", word, "-o", model, *options, "--batch-size", batch, "--steps", 4,
                "--warm-up", 0, "--rate", 0.01, "--quiet")
        twin = Twin(model)
        x = points[:8] + torch.randn(8, points.shape[1])
        np.save(folder / "x.npy", x.numpy())
        tweedie("score", model, folder / "x.npy", "--sigma", 1, "--as", "denoised",
                "-o", folder / "d.npy")
        found = torch.from_numpy(np.load(folder / "d.npy")).float()
        apart = (found - twin.denoise(x, 1)).abs().max() / found.abs().max()
        if not apart < 1e-4:
            raise RuntimeError(f"the twin of {model.name} differs by {apart:.1e}")
        return Work(
            ["train", word, *options, "--batch-size", batch, "--repeats", ours],
            {f"torch {form}": Twin(model).training(points, batch, form) for form in forms},
            repeats=theirs, agreement=None)

    return prepare


def plane(folder):
    np.save(folder / "points.npy", np.random.default_rng(3).standard_normal((16384, 2), np.float32))
    return folder / "points.npy", torch.from_numpy(np.load(folder / "points.npy"))


def pictures(folder):
    values = np.random.default_rng(4).integers(0, 256, (1000, 28, 28), np.uint8)
    np.save(folder / "pictures.npy", values)
    return folder / "pictures.npy", torch.from_numpy(values).reshape(1000, -1) / 127.5 - 1


ALL = [
    Case(f"training, MLP 3 x {width}, batch 1024",
         training(plane, ["--depth", 3, "--width", width], 1024, ["eager"]), 1.8,
         "multiply-adds: the loop of them runs at the peak and is 80 % of a step; silu, which shares "
         "their pipe, is 4 %, gradients' sums, Adam and averages 4 %")
    for width in (128, 256)
] + [
    Case("training, U-Net 0.88 M, 28 x 28, batch 64",
         training(pictures, [], 64, ["eager", "channels last"], 5, 3), 1.0,
         "multiply-adds, 72 % of a step; 10 % goes into patches, 7 % into norms"),
]
