import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Order of convergence, observed against exact solutions.
@Suite struct SamplerOrderTests {
  /// A Gaussian with very different deviations, whose flow is known.
  static let gaussian = GaussianScore(mean: [0.5, -1, 2], covariance: .diagonal([0.04, 1, 9]))

  /// Every deterministic method, by name so that a failure says which.
  static func deterministic(_ steps: Int) -> [any Sampler] {
    [
      Euler(), Heun(), Midpoint(), Ancestral(eta: 0), DPM2M(), DPM3M(), DPM2MSDE(eta: 0),
      DPM3MSDE(eta: 0),
      UniPC(steps: steps), UniPC(base: .step, steps: steps), UniPC(order: 3, steps: steps),
      UniPC(order: 3, base: .step, steps: steps), GradientEstimation(),
    ]
  }

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
    return rootMeanSquare(run.states, Self.gaussian.flow(start, from: 5, to: 0.05))
  }

  /// The order seen as the steps halve; ancestral with η = 0 is Euler and of its order.
  private func observedOrder(_ index: Int, _ error: (any Sampler, Int) -> Double) -> Double {
    // Few steps for order three: beyond, its errors drown in the rounding of Float32.
    let steps = Self.deterministic(1)[index].facts.order == 3 ? 32 : 64
    // A grid has a last positive level more than it has steps between them.
    return log2(
      error(Self.deterministic(steps + 1)[index], steps)
        / error(Self.deterministic(2 * steps + 1)[index], 2 * steps))
  }

  private func rootMeanSquare(_ a: Points, _ b: Points) -> Double {
    let squares = zip(a.values, b.values).map { Double($0 - $1) * Double($0 - $1) }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  @Test(arguments: processes)
  func `error falls at the stated order under every process`(process: NoiseProcess) throws {
    for (index, method) in Self.deterministic(1).enumerated() {
      // Methods of no stated order, here gradient estimation, are observed to have order one.
      let order = method.facts.order ?? 1
      let observed = observedOrder(index) { error(of: $0, steps: $1, process) }
      #expect(
        abs(observed - Double(order)) < 0.25,
        "\(method) under \(process): observed order \(observed)")
    }
  }

  @Test func `error falls at the stated order on a mixture`() {
    let components: [MixtureReference.Component] = [
      (0.5, [1.5, 0], [0.5, 0, 0, 0.4]), (0.3, [-1, 1], [0.6, 0, 0, 0.3]),
      (0.2, [-0.5, -1.5], [0.3, 0, 0, 0.5]),
    ]
    let score = MixtureScore(
      components.map {
        .init(weight: $0.weight, mean: $0.mean, covariance: .diagonal([$0.2[0], $0.2[3]]))
      })
    let samples = Samples(seed: 2, count: 16)
    let start = score.matchedStart(at: 5, samples: samples, workers: .all)
    let truth = converged(start, MixtureReference(components), from: 5, to: 0.3)
    for (index, method) in Self.deterministic(1).enumerated() {
      let order = method.facts.order ?? 1
      let observed = observedOrder(index) { method, steps in
        let levels = NoiseLevels(.logLinear, steps: steps + 1, from: 5, to: 0.3)
        var run = SamplingRun(
          from: start, down: levels, by: method, with: score, samples: samples)
        for _ in 0..<steps { _ = run.advance() }
        return rootMeanSquare(run.states, truth)
      }
      Measured.record("mixture order \(index) \(method.facts.name)", observed)
      // Half an order: where the leading term is small, the next one shows at these steps.
      #expect(abs(observed - Double(order)) < 0.5, "\(method): observed order \(observed)")
    }
  }

  /// The flow in Double by the classical Runge-Kutta method in log σ: dx/d(log σ) = x − D.
  private func converged(
    _ start: Points, _ score: MixtureReference, from high: Double, to low: Double
  ) -> Points {
    let halves = 800
    let denoisers = (0...halves).map { index in
      score.at(high * pow(low / high, Double(index) / Double(halves)))
    }
    let h = 2 * log(low / high) / Double(halves)
    var rows = start.doubleRows
    for row in rows.indices {
      var x = rows[row]
      func slope(_ at: [Double], _ index: Int) -> [Double] {
        zip(at, denoisers[index](at).denoised).map { $0 - $1 }
      }
      func moved(_ width: Double, _ slope: [Double]) -> [Double] {
        zip(x, slope).map { $0 + width * $1 }
      }
      for index in stride(from: 0, to: halves, by: 2) {
        let a = slope(x, index)
        let b = slope(moved(h / 2, a), index + 1)
        let c = slope(moved(h / 2, b), index + 1)
        let d = slope(moved(h, c), index + 2)
        x = x.indices.map { x[$0] + h / 6 * (a[$0] + 2 * b[$0] + 2 * c[$0] + d[$0]) }
      }
      rows[row] = x
    }
    return Points(rows: rows.map { $0.map(Float.init) })
  }

  @Test func `a method of order one is not taken for one of order two`() {
    let ratio =
      error(of: Euler(), steps: 64, .varianceExploding)
      / error(of: Euler(), steps: 128, .varianceExploding)
    #expect(abs(log2(ratio) - 2) > 0.25)
  }

  @Test(arguments: [
    Euler() as any Sampler, Heun(), EDM(churn: 40, steps: 12), EulerMaruyama(), Ancestral(),
    Midpoint(), ExponentialIntegrator(), DPM2M(), DPM3M(), DPM2MSDE(), DPM3MSDE(), UniPC(steps: 12),
    UniPC(order: 3, steps: 12), GradientEstimation(), GradientEstimation(gamma: 1, mu: 0.5),
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
