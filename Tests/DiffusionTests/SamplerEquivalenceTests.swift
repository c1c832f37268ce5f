import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Methods that are one method at some setting, or on some data.
@Suite struct SamplerEquivalenceTests {
  static let pairs: [(any Sampler, any Sampler)] = [
    (GradientEstimation(gamma: 1), Euler()),
    (GradientEstimation(gamma: 1, mu: 0.5), Ancestral()),
    (Ancestral(eta: 0), Euler()),
    (DPM2MSDE(eta: 0), DPM2M()),
    (DPM3MSDE(eta: 0), DPM3M()),
  ]

  /// No noise at all.
  private struct Silence: Increments {
    func fill(
      _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
      workers: Workers
    ) {
      normals.scale(by: .uniform(0))
    }
  }

  private func walk(
    _ method: any Sampler, _ score: some MomentScore, steps: Int,
    increments: any Increments = IndependentIncrements()
  ) -> Points {
    let levels = NoiseLevels(.karras, steps: 20, from: 40, to: 0.02)
    let samples = Samples(seed: 3, count: 40)
    let start = score.matchedStart(at: 40, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: method, with: score, samples: samples,
      increments: increments)
    for _ in 0..<steps { _ = run.advance() }
    return run.states
  }

  private func farthest(_ a: Points, _ b: Points) -> Double {
    zip(a.values, b.values).map { Double(abs($0 - $1)) }.max() ?? 0
  }

  // States fall from 40 to 1 and carry roundings of 40 · 6·10⁻⁸ a step.
  private let rounding = 2e-5

  @Test(arguments: 0..<pairs.count)
  func `members of a family are the methods they are said to be`(index: Int) {
    let (a, b) = Self.pairs[index]
    let score = SamplerOrderTests.gaussian
    #expect(farthest(walk(a, score, steps: 20), walk(b, score, steps: 20)) < rounding)
  }

  @Test func `the exponential integrator has the mean of ancestral where the variance explodes`() {
    let score = SamplerOrderTests.gaussian
    let (a, b) = (
      walk(ExponentialIntegrator(), score, steps: 20, increments: Silence()),
      walk(Ancestral(), score, steps: 20, increments: Silence())
    )
    #expect(farthest(a, b) < rounding)
  }

  @Test(arguments: [
    DPM2M() as any Sampler, DPM3M(), UniPC(order: 1, steps: 20), UniPC(order: 3, steps: 20),
    GradientEstimation(), DPM2MSDE(eta: 0), DPM3MSDE(eta: 0),
  ])
  func `the first step is Euler's, the second no longer`(method: any Sampler) {
    let score = SamplerOrderTests.gaussian
    #expect(farthest(walk(method, score, steps: 1), walk(Euler(), score, steps: 1)) < rounding)
    #expect(farthest(walk(method, score, steps: 2), walk(Euler(), score, steps: 2)) > 1e-3)
  }

  @Test(arguments: [
    Euler() as any Sampler, DPM2M(), DPM3M(), UniPC(order: 1, steps: 20),
    UniPC(order: 2, steps: 20), UniPC(order: 3, base: .step, steps: 20), GradientEstimation(),
  ])
  func `one data point is reached on a straight line`(method: any Sampler) {
    // D is the point a throughout, and the flow is x′ = a + (σ′/σ)(x − a).
    let score = GaussianScore(mean: [0.5, -2], covariance: .isotropic(0, dimension: 2))
    let levels = NoiseLevels(.karras, steps: 20, from: 40, to: 0.02)
    let start = walk(method, score, steps: 0)
    let share = levels.sigmaMin / levels.sigmaMax
    let end = walk(method, score, steps: 19)
    for row in 0..<start.count {
      for (column, mean) in score.mean.enumerated() {
        let expected = mean + share * (Double(start[row, column]) - mean)
        #expect(abs(Double(end[row, column]) - expected) < rounding)
      }
    }
  }

  @Test(arguments: SamplerOrderTests.processes)
  func `the frozen score pulls by the integral of the scale`(process: NoiseProcess) {
    // D = 0 at x = 1 leaves x′ = 1 − c, with c by quadrature.
    let score = GaussianScore(mean: [0], covariance: .isotropic(0, dimension: 1))
    for (sigma, next) in [(4.0, 2.5), (1.0, 0.1), (0.11, 0.1)] {
      let levels = NoiseLevels(sigmas: [sigma, next], process: process)
      var run = SamplingRun(
        from: Points(rows: [[1]]), down: levels, by: ExponentialIntegrator(), with: score,
        samples: Samples(seed: 1, count: 1), increments: Silence())
      _ = run.advance()
      let integral = gaussLegendre(40).reduce(0) { sum, point in
        let u = next + point.node * (sigma - next)
        return sum + point.weight * (sigma - next) * 2 * u * process.scale(at: process.time(at: u))
      }
      let c = integral / (process.scale(at: process.time(at: sigma)) * sigma * sigma)
      #expect(abs(Double(run.states[0, 0]) - (1 - c)) < 3e-7, "\(sigma) to \(next)")
    }
  }
}
