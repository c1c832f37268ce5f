"""The table: every piece of work, the ratio aimed at, and what bounds it, in words."""

import digits
import particles
import training
from harness import Case
from inputs import MNIST, noised_digits, normals
from inputs import digits as images
from samplers import overhead
from scores import empirical, mixture

ALL = [
    Case("empirical, 1000 x 2, 10,000 points",
         empirical(normals(1000, 2, 0), normals(10_000, 2, 1, 1.5), 0.3, 9, True), 5,
         "an exponential for each pair"),
    Case("empirical, 10,000 x 64, 1000 points",
         empirical(normals(10_000, 64, 0), normals(1000, 64, 1, 2.0), 2, 9, True), 1.4,
         "multiply-adds of two products, every weight counting"),
    Case("empirical, digits, 256 points, sigma 2, dense",
         empirical(images, noised_digits(256, 2), 2, 3), 1.3,
         "multiply-adds of both products, less those of pixels that are paper", MNIST.exists),
    Case("empirical, digits, 256 points, sigma 20, every weight",
         empirical(images, noised_digits(256, 20), 20, 3), 1.3,
         "multiply-adds of two products, less those of pixels that are paper", MNIST.exists),
    Case("empirical, digits, 64 points, sigma 2",
         empirical(images, noised_digits(64, 2), 2, 3, True), 6,
         "packing the pixels that are not paper, twice, and their multiply-adds. Thousands of points "
         "lie within e^-28 of the heaviest of most rows: products in bytes rule out too little, or "
         "take as long", MNIST.exists),
    Case("digits from shifts, whole run", digits.run, 3.5,
         "packing and multiply-adds of the pixels that are not paper, at levels where every weight "
         "counts", MNIST.exists),
    Case("digits from shifts, with a jump, equal error", digits.jumped, 8,
         "the error of the jump itself: few levels can be left out at the error of 18 Heun steps",
         MNIST.exists),
    Case("mixture, 8 components, plane, 100,000 points", mixture(8, 2, 100_000, False), 40,
         "instructions: half of the time is what the exponentials alone would take; Double "
         "throughout took twice as long, Float with doubtful rows in Double is what is timed"),
    Case("mixture, 100 diagonal, d = 64, 10,000 points", mixture(100, 64, 10_000, False), 4,
         "one product with all means, half a millisecond at the machine's peak, bounds every logit; what "
         "is left is worked out in Double. Tried: Double throughout, four times as long; the bound in "
         "Double, twice; two products as the peer has them, which rule out no more here"),
    Case("mixture, 100 full, d = 64, 10,000 points", mixture(100, 64, 10_000, True), 10,
         "multiply-adds of a triangle for each pair"),
    Case("Euler-Maruyama in the plane, particle step", particles.prepare, 30,
         "eight exponentials and two normals a step, which take 2.2 ns at the limits above; one "
         "thread a batch is 1.7 times as fast as threads that meet in every pass"),
    Case("step of heun beyond the score, 256 x 784", overhead("heun", 2), None,
         "memory traffic of states", at_most=50),
    Case("step of dpm++2m beyond the score, 256 x 784", overhead("dpm++2m", 1), None,
         "memory traffic of states", at_most=50),
    Case("step of dpm++2m-sde beyond the score, 256 x 784", overhead("dpm++2m-sde", 1, "law"),
         None, "200,704 normals a step, which take 107 µs at the limits above", at_most=50),
    Case("step of unipc beyond the score, 256 x 784", overhead("unipc", 1, None), None,
         "memory traffic of states", at_most=50),
] + training.ALL
