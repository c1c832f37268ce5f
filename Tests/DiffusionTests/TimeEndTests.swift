import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Grids that end close to time 0, or at it, against the formulas in Float64.
@Suite struct TimeEndTests {
  /// Two components with variances along the axes; D − x by its own formula, no difference.
  private static let law: [(weight: Double, mean: [Double], variances: [Double])] = [
    (1, [0, 0], [1, 1]), (2, [3, 1], [0.5, 2]),
  ]

  private static let score = MixtureScore(
    law.map {
      .init(weight: $0.weight, mean: $0.mean, covariance: .diagonal($0.variances))
    })

  private static func residual(_ x: [Double], _ sigma: Double) -> [Double] {
    let parts = law.map { component in
      zip(zip(x, component.mean), component.variances).map { point, variance in
        (gap: point.0 - point.1, total: variance + sigma * sigma)
      }
    }
    let logits = zip(law, parts).map { component, part in
      log(component.weight)
        - part.reduce(0) { $0 + ($1.gap * $1.gap / $1.total + log($1.total)) / 2 }
    }
    let best = logits.max() ?? 0
    let weights = logits.map { exp($0 - best) }
    let all = weights.reduce(0, +)
    return x.indices.map { i in
      -sigma * sigma
        * zip(weights, parts).reduce(0) { $0 + $1.0 / all * $1.1[i].gap / $1.1[i].total }
    }
  }

  /// dz/dt = f z − s (σ′/σ) (D − x), as a function of x = z/s.
  private static func slope(_ process: NoiseProcess, _ x: [Double], _ t: Double) -> [Double] {
    zip(x, residual(x, process.sigma(at: t))).map {
      process.scale(at: t) * (process.drift(at: t) * $0 - process.growth(at: t) * $1)
    }
  }

  /// Euler's steps, or Heun's, down `times` and D at the last.
  private static func walk(
    _ process: NoiseProcess, _ start: [Double], _ times: [Double], correct: Bool
  ) -> [Double] {
    var x = start
    for (t, next) in zip(times, times.dropFirst()) {
      let (s, end, h) = (process.scale(at: t), process.scale(at: next), next - t)
      let first = slope(process, x, t)
      let euler = zip(x, first).map { (s * $0 + h * $1) / end }
      let second = correct ? slope(process, euler, next) : first
      x = x.indices.map { (s * x[$0] + h / 2 * (first[$0] + second[$0])) / end }
    }
    let sigma = process.sigma(at: times[times.count - 1])
    return zip(x, residual(x, sigma)).map { $0 + $1 }
  }

  /// A score that leaves D − x to the difference of two roundings.
  private struct Rounded: Score {
    let base: MixtureScore
    var dimension: Int { base.dimension }
    func denoise(
      _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
    ) { base.denoise(x, at: noise, into: &clean, in: workspace) }
  }

  /// The greatest difference of samples from those of the formula.
  private static func error(
    _ process: NoiseProcess, _ levels: NoiseLevels, _ times: [Double], correct: Bool,
    with score: some Score
  ) -> Double {
    var inputs = Inputs(seed: 7)
    let start = inputs.points(64, 2, scale: levels.sigmaMax)
    let samples = Samples(seed: 1, count: start.count)
    func run(_ method: some Sampler) -> Points {
      var run = SamplingRun(
        from: start, down: levels, by: method, with: score, samples: samples, origin: .zero)
      while run.advance() {}
      return run.result.samples
    }
    let found = correct ? run(Heun()) : run(Euler())
    return (0..<start.count).reduce(0) { worst, row in
      let exact = walk(process, start.doubles(row), times, correct: correct)
      return zip(found.doubles(row), exact).reduce(worst) { max($0, abs($1.0 - $1.1)) }
    }
  }

  /// Each with the time it starts from: line and cosine have no level at 1.
  private static let processes: [(NoiseProcess, Double)] = [
    (.variancePreserving, 1), (.subVariancePreserving, 1), (.cosine, 0.99), (.line, 0.99),
  ]

  /// What roundings of states of size 10 come to where differences of them are taken 256 times.
  private static let tolerance = 10 * 256 * 0x1p-24 * 4

  @Test(arguments: processes.indices, [1e-3, 1e-5, 1e-7, 1e-9, 1e-10, 1e-12])
  func `heun agrees with float64 however close to 0 it ends`(index: Int, end: Double) {
    let (process, first) = Self.processes[index]
    for steps in [10, 32] {
      let times = (0..<steps).map { first + Double($0) / Double(steps - 1) * (end - first) }
      let levels = NoiseLevels(
        .process, steps: steps, from: process.sigma(at: first), to: process.sigma(at: end),
        process: process)
      let error = Self.error(process, levels, times, correct: true, with: Self.score)
      #expect(error < Self.tolerance, "\(steps) steps")
    }
  }

  @Test func `a rounded difference does not`() {
    let process: NoiseProcess = .variancePreserving
    let times = (0..<10).map { 1 + Double($0) / 9 * (1e-10 - 1) }
    let levels = NoiseLevels(
      .process, steps: 10, from: process.sigma(at: 1), to: process.sigma(at: 1e-10),
      process: process)
    let rounded = Rounded(base: Self.score)
    #expect(Self.error(process, levels, times, correct: true, with: rounded) > 1)
  }

  @Test(arguments: processes.indices, [false, true])
  func `a grid to time 0 comes there by even steps`(index: Int, correct: Bool) {
    let (process, first) = Self.processes[index]
    for steps in [1, 10, 50] {
      let times = (0..<steps).map { first * (1 - Double($0) / Double(steps)) }
      let levels = NoiseLevels(
        .process, steps: steps, from: process.sigma(at: first), to: 0, process: process)
      #expect(levels.steps == steps)
      let error = Self.error(process, levels, times, correct: correct, with: Self.score)
      #expect(error < Self.tolerance, "\(steps) steps")
    }
  }

  @Test func `levels that no run can walk have a fault`() {
    let vp: NoiseProcess = .variancePreserving
    let even = NoiseLevels.sigmas(.karras, steps: 32, from: 80, to: 0.002)
    #expect(NoiseLevels.fault(in: even, of: .varianceExploding) == nil)
    #expect(NoiseLevels.fault(in: [2, 2], of: vp) == .notFalling(2))
    #expect(NoiseLevels.fault(in: [2, 2 - 1e-12], of: vp) == .notFalling(2 - 1e-12))
    #expect(NoiseLevels.fault(in: [2, 0], of: vp) == .outside(0))
    #expect(NoiseLevels.fault(in: [1e19, 1], of: .varianceExploding) == .outside(1e19))
    #expect(NoiseLevels.fault(in: [1e17, 1], of: .line) == .noTime(1e17))
    for rho in [0.004, 1e16] {
      let sigmas = NoiseLevels.sigmas(.karras(rho: rho), steps: 32, from: 80, to: 0.002)
      #expect(NoiseLevels.fault(in: sigmas, of: .varianceExploding) != nil)
    }
  }
}
