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
         "multiply-adds of the pixels that are not paper, twice, two fifths of the time, and packing "
         "them, a quarter. Thousands of points lie within e^-28 of the heaviest of most rows: products "
         "in bytes rule out too little, or take as long; sums lane by lane, of the points that carry "
         "all but 1e-8, save a twentieth", MNIST.exists),
    Case("digits from shifts, whole run", digits.run, 3.5,
         "multiply-adds of the pixels that are not paper, at levels where every weight counts",
         MNIST.exists),
    Case("digits from shifts, with a jump, equal error", digits.jumped, 8,
         "the levels left: jumps to 40.8, 19.4, 12.9, 8.4, 5.3 and 3.26 with 18 to 10 steps were "
         "tried; from 12.9 down trajectories end at other neighbours, and behind 19.4 a level less "
         "is all that can be spared",
         MNIST.exists),
    Case("mixture, 8 components, plane, 100,000 points", mixture(8, 2, 100_000, False), 40,
         "instructions: half of the time is what the exponentials alone would take"),
    Case("mixture, 100 diagonal, d = 64, 10,000 points", mixture(100, 64, 10_000, False), 4,
         "one product with all means, more than half of the time and at the machine's peak, bounds "
         "every logit from both sides; where that leaves one component, its denoiser alone is worked "
         "out in Double. Tried: Double throughout, seven times as long; the bound in Double, three "
         "times; two products as the peer has them, which rule out no more here; half of the "
         "coordinates first, a third less here and a pass more where components lie closer"),
    Case("mixture, 100 full, d = 64, 10,000 points", mixture(100, 64, 10_000, True), 10,
         "multiply-adds of a triangle for each pair"),
    Case("Euler-Maruyama in the plane, particle step", particles.prepare, 30,
         "eight exponentials and two normals a step, which take 2.2 ns at the limits above, and 28 "
         "instructions a component beside. Tried: threads that meet in every pass (1.7 times as "
         "long), one batch a thread, its sizes from 1024 to 50,000 rows, Double throughout"),
    Case("step of heun beyond the score, 256 x 784", overhead("heun", 2), None,
         "seven passes over states of 0.8 MB, some 80 GB/s. Tried: a pass a term, a pass a stage, "
         "sums carried over from the first stage, batches from 16 to 128 rows", at_most=50),
    Case("step of dpm++2m beyond the score, 256 x 784", overhead("dpm++2m", 1), None,
         "four passes over states of 0.8 MB, some 65 GB/s. Tried: a pass a term, a pass a sum, batches "
         "from 16 to 128 rows", at_most=50),
    Case("step of dpm++2m-sde beyond the score, 256 x 784", overhead("dpm++2m-sde", 1, "law"),
         None, "200,704 normals a step, which take 100 µs at the limits above. Tried: normals in a "
         "pass of their own, in blocks on the way of the sum, Philox with words kept apart, which "
         "halved them", at_most=50),
    Case("step of unipc beyond the score, 256 x 784", overhead("unipc", 1, None), None,
         "two sums of up to five states of 0.8 MB. Tried: a pass a term, a pass a sum, batches from "
         "16 to 128 rows", at_most=50),
] + training.ALL
