import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Strong convergence of stochastic methods on one Brownian path.
@Suite struct BrownianConvergenceTests {
  static let mixture = MixtureScore([
    .init(weight: 0.6, mean: [1, 0], covariance: .isotropic(0.25, dimension: 2)),
    .init(weight: 0.4, mean: [-1, 0.5], covariance: .diagonal([0.3, 0.1])),
  ])

  /// States at σ = 0.1, before the last step.
  private func paths(
    _ method: any Sampler, _ steps: Int, _ process: NoiseProcess, _ increments: any Increments
  ) -> Points {
    let samples = Samples(seed: 5, count: 1000)
    let start = Self.mixture.matchedStart(at: 10, samples: samples, workers: .all)
    let levels = NoiseLevels(.logLinear, steps: steps + 1, from: 10, to: 0.1, process: process)
    var run = SamplingRun(
      from: start, down: levels, by: method, with: Self.mixture, samples: samples,
      increments: increments)
    for _ in 0..<steps { _ = run.advance() }
    return run.states
  }

  private func rootMeanSquare(_ a: Points, _ b: Points) -> Double {
    let squares = zip(a.values, b.values).map { Double($0 - $1) * Double($0 - $1) }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  @Test(arguments: [
    (EulerMaruyama() as any Sampler, NoiseProcess.varianceExploding),
    (EulerMaruyama(), .variancePreserving), (Ancestral(), .varianceExploding),
  ])
  func `paths of one seed converge strongly`(method: any Sampler, process: NoiseProcess) {
    let runs = [20, 40, 80, 160, 320].map { paths(method, $0, process, BrownianPath()) }
    let errors = zip(runs, runs.dropFirst()).map(rootMeanSquare)
    let order = log2(errors[0] / errors[3]) / 3
    Measured.record("strong order of \(method.facts.name) under \(process)", order)
    // ½ is what noise that depends on the state would give; additive noise gives 1.
    #expect(order > 0.5, "\(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(fine < coarse, "\(errors)") }
  }

  @Test func `noise addressed by step does not converge along paths`() {
    let runs = [20, 40, 80, 160].map {
      paths(EulerMaruyama(), $0, .varianceExploding, IndependentIncrements())
    }
    for (coarse, fine) in zip(runs, runs.dropFirst()) {
      // Two independent draws of data of deviation one are further apart than this.
      #expect(rootMeanSquare(coarse, fine) > 0.5)
    }
  }

  @Test func `every process has the same limit`() {
    let gaps = [80, 320].map { steps in
      rootMeanSquare(
        paths(EulerMaruyama(), steps, .varianceExploding, BrownianPath()),
        paths(EulerMaruyama(), steps, .variancePreserving, BrownianPath()))
    }
    #expect(gaps[1] < gaps[0] / 2, "\(gaps)")
  }
}
