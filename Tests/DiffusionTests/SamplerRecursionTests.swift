import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// On a Gaussian a fixed-step method is a linear recursion along each principal axis: its answers
/// to single impulses give the law of its samples exactly, without sampling.
@Suite struct SamplerRecursionTests {
  static let variances = [0.04, 1.0, 9.0]
  static let score = GaussianScore(mean: [0, 0, 0], covariance: .diagonal(variances))

  /// Row r gets the normal 1 at step r and 0 at every other.
  private struct Impulses: Increments {
    func fill(
      _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
      workers: Workers
    ) {
      for row in 0..<normals.count {
        for column in 0..<normals.dimension { normals[row, column] = row == step ? 1 : 0 }
      }
    }
  }

  /// What the last positive level holds of the noise of each step and, in the last row, of the
  /// start.
  private func answers(_ method: any Sampler, _ levels: NoiseLevels) -> [[Double]] {
    let steps = levels.steps - 1
    var start = Points(count: steps + 1, dimension: 3)
    for column in 0..<3 { start[steps, column] = 1 }
    var run = SamplingRun(
      from: start, down: levels, by: method, with: Self.score,
      samples: Samples(seed: 0, count: steps + 1), increments: Impulses())
    for _ in 0..<steps { _ = run.advance() }
    return run.states.doubleRows
  }

  // MARK: Against the recursion in z and t

  typealias Gains = (ofState: Double, ofNoise: Double)

  /// dz = −½ β z dt + √β dw with β from 0.1 to 20, in the form of the papers.
  struct Preserving: Sendable {
    let variance: Double
    func beta(_ t: Double) -> Double { 0.1 + 19.9 * t }
    func integral(_ t: Double) -> Double { 0.1 * t + 19.9 * t * t / 2 }
    /// ∇ log p_t(z)/z.
    func score(_ t: Double) -> Double {
      let decay = exp(-integral(t))
      return -1 / (variance * decay + 1 - decay)
    }
    /// dz/dt over z along the flow.
    func flow(_ t: Double) -> Double { -beta(t) / 2 * (1 + score(t)) }
  }

  struct Scheme: Sendable {
    let method: any Sampler
    let gains: @Sendable (Preserving, _ time: Double, _ next: Double) -> Gains
  }

  static let schemes: [Scheme] = [
    Scheme(method: EulerMaruyama()) { process, t, next in
      let (beta, h) = (process.beta(t), t - next)
      return (1 + h * beta * (0.5 + process.score(t)), (beta * h).squareRoot())
    },
    Scheme(method: ExponentialIntegrator()) { process, t, next in
      let b = process.integral(t) - process.integral(next)
      return (exp(b / 2) + 2 * expm1(b / 2) * process.score(t), expm1(b).squareRoot())
    },
    Scheme(method: Euler()) { process, t, next in (1 + (next - t) * process.flow(t), 0) },
    Scheme(method: Heun()) { process, t, next in
      let euler = 1 + (next - t) * process.flow(t)
      return (1 + (next - t) / 2 * (process.flow(t) + process.flow(next) * euler), 0)
    },
  ]

  /// The largest difference of an answer, over the deviation of the samples.
  private func difference(_ method: any Sampler, _ gains: Scheme, steps: Int) -> Double {
    let process = NoiseProcess.variancePreserving(betaMin: 0.1, betaMax: 20)
    let levels = NoiseLevels(
      .process, steps: steps + 1, from: process.sigma(at: 1), to: process.sigma(at: 1e-3),
      process: process)
    let answers = answers(method, levels)
    var worst = 0.0
    for (axis, variance) in Self.variances.enumerated() {
      let exact = Preserving(variance: variance)
      let times = (0...steps).map { 1 + Double($0) / Double(steps) * (1e-3 - 1) }
      let steps = zip(times, times.dropFirst()).map { gains.gains(exact, $0, $1) }
      let last = exp(exact.integral(1e-3) / 2)
      var after = last
      for (row, gain) in steps.enumerated().reversed() {
        worst = max(
          worst, abs(answers[row][axis] - after * gain.ofNoise) / variance.squareRoot())
        after *= gain.ofState
      }
      // The start is x = 1; a sample's start has the deviation 1/s.
      let start = (answers[steps.count][axis] - after * exp(-exact.integral(1) / 2))
      worst = max(worst, abs(start) * exp(exact.integral(1) / 2) / variance.squareRoot())
    }
    return worst
  }

  @Test(arguments: 0..<schemes.count, [10, 50, 200])
  func `gains are those of the recursion in z and t`(index: Int, steps: Int) {
    let scheme = Self.schemes[index]
    let worst = difference(scheme.method, scheme, steps: steps)
    Measured.record("recursion \(scheme.method.facts.name)", worst)
    // Each of up to 200 steps rounds by 6·10⁻⁸ of a state that is larger than the answer at first.
    #expect(worst < 1e-5, "\(scheme.method.facts.name): \(worst)")
  }

  @Test func `gains of another scheme are noticed`() {
    for (a, b) in zip(Self.schemes, Self.schemes.dropFirst()) {
      #expect(difference(a.method, b, steps: 200) > 1e-5, "\(a.method.facts.name)")
    }
  }

  // MARK: Order in law

  static let stochastic: [any Sampler] = [
    EulerMaruyama(), Ancestral(), ExponentialIntegrator(), DPM2MSDE(), DPM3MSDE(),
  ]

  /// Σ over the axes of the relative error of the variance at the last positive level.
  private func varianceError(_ method: any Sampler, steps: Int) -> Double {
    let levels = NoiseLevels(.logLinear, steps: steps + 1, from: 10, to: 0.1)
    let answers = answers(method, levels)
    return Self.variances.enumerated().reduce(0) { sum, axis in
      let noise = answers.dropLast().reduce(0) { $0 + $1[axis.offset] * $1[axis.offset] }
      let start = answers[steps][axis.offset]
      let variance = noise + start * start * (axis.element + 100)
      return sum + abs(variance / (axis.element + 0.01) - 1)
    }
  }

  @Test(arguments: 0..<stochastic.count)
  func `variances err at the stated order`(index: Int) throws {
    let method = Self.stochastic[index]
    let order = try #require(method.facts.order)
    let errors = [64, 128, 256].map { varianceError(method, steps: $0) }
    Measured.record("variance \(method.facts.name)", errors[0])
    let observed = log2(errors[0] / errors[2]) / 2
    Measured.record("order in law \(method.facts.name)", observed)
    #expect(abs(observed - Double(order)) < 0.2, "\(method.facts.name): \(errors)")
  }
}
