import Arrays
import Diffusion
import Foundation
import Testing

/// Order of convergence, observed against exact solutions.
@Suite struct SamplerOrderTests {
  /// A Gaussian with very different deviations, whose flow is known.
  static let gaussian = GaussianScore(mean: [0.5, -1, 2], covariance: .diagonal([0.04, 1, 9]))

  /// Every deterministic method, by name so that a failure says which.
  static let deterministic: [(any Sampler)] = [Euler(), Heun(), Ancestral(eta: 0)]

  static let processes: [NoiseProcess] = [
    .varianceExploding, .geometric(sigmaMin: 0.05, sigmaMax: 5), .variancePreserving,
    .subVariancePreserving, .cosine, .line,
  ]

  /// Root mean square distance to the exact flow's end at the last positive level.
  ///
  /// The last step to σ = 0 lands on D by definition, so the flow is compared before it.
  private func error(
    of method: any Sampler, steps: Int, _ process: NoiseProcess
  ) -> Double {
    let levels = NoiseLevels(.logLinear, steps: steps + 1, from: 5, to: 0.05, process: process)
    let samples = Samples(seed: 4, count: 32)
    let start = Self.gaussian.matchedStart(at: 5, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: method, with: Self.gaussian, samples: samples)
    for _ in 0..<steps { _ = run.advance() }
    return rootMeanSquare(run.walk.x, Self.gaussian.flow(start, from: 5, to: 0.05))
  }

  private func rootMeanSquare(_ a: Points, _ b: Points) -> Double {
    let squares = zip(a.values, b.values).map { Double($0 - $1) * Double($0 - $1) }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  @Test(arguments: processes)
  func `error falls at the stated order under every process`(process: NoiseProcess) throws {
    for method in Self.deterministic {
      let order = method.facts.order ?? 0
      // Ancestral with η = 0 is Euler and of its order.
      let (coarse, fine) = (
        error(of: method, steps: 64, process), error(of: method, steps: 128, process)
      )
      let observed = log2(coarse / fine)
      #expect(
        abs(observed - Double(order)) < 0.25,
        "\(method.facts.name) under \(process): observed order \(observed)")
    }
  }

  @Test func `a method of order one is not taken for one of order two`() {
    let ratio =
      error(of: Euler(), steps: 64, .varianceExploding)
      / error(of: Euler(), steps: 128, .varianceExploding)
    #expect(abs(log2(ratio) - 2) > 0.25)
  }

  @Test(arguments: [
    Euler() as any Sampler, Heun(), EDM(churn: 40, steps: 12), EulerMaruyama(), Ancestral(),
    PredictorCorrector(), PredictorCorrector(corrections: 3), PredictorCorrector(corrections: 0),
    Langevin(), MALA(density: gaussian), AnnealedLangevin(), AnnealedLangevin(corrections: 3),
  ])
  func `evaluations are those stated and every method ends with the denoiser`(method: any Sampler) {
    let score = CountingScore(Self.gaussian)
    let levels = NoiseLevels(.karras, steps: 12, from: 40, to: 0.02)
    let samples = Samples(seed: 1, count: 5)
    let start = Self.gaussian.matchedStart(at: 40, samples: samples, workers: .all)
    var run = SamplingRun(from: start, down: levels, by: method, with: score, samples: samples)
    while run.advance() {}
    let result = run.result
    #expect(result.status == .finished)
    #expect(result.evaluations == [Int](repeating: method.facts.evaluations(steps: 12), count: 5))
    #expect(score.calls == method.facts.evaluations(steps: 12))
    #expect(result.samples == score.last)
  }
}
