import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Samples of the library against the published algorithms in Double.
@Suite struct SamplerReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let method: @Sendable (_ steps: Int) -> any Sampler
    let published:
      @Sendable ([Double], [Double], PublishedSamplers.Denoiser) -> PublishedSamplers.Vector
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "euler", method: { _ in Euler() }, published: PublishedSamplers.euler),
    Case(name: "heun", method: { _ in Heun() }, published: PublishedSamplers.heun),
    Case(name: "dpm++2m", method: { _ in DPM2M() }, published: PublishedSamplers.dpm2M),
    Case(name: "dpm++3m", method: { _ in DPM3M() }) {
      PublishedSamplers.dpm3M($0, $1, $2)
    },
    Case(name: "gradient-estimation", method: { _ in GradientEstimation() }) {
      PublishedSamplers.gradientEstimation($0, $1, $2, gamma: 2)
    },
    uniPC(1, .exponential), uniPC(2, .step), uniPC(2, .exponential), uniPC(3, .step),
    uniPC(3, .exponential),
  ]

  private static func uniPC(_ order: Int, _ base: UniPC.Base) -> Case {
    Case(
      name: "unipc \(order) B\(base.rawValue)",
      method: { UniPC(order: order, base: base, steps: $0) },
      published: {
        PublishedSamplers.uniPC($0, $1, $2, order: order, base: base.rawValue)
      })
  }

  /// Five components with variances of their own along the axes, and the same in Double.
  private func mixture(_ dimension: Int) -> (MixtureScore, MixtureReference) {
    var inputs = Inputs(seed: UInt64(dimension))
    var components: [MixtureScore.Component] = []
    var references: [MixtureReference.Component] = []
    for _ in 0..<5 {
      let (weight, mean) = (inputs.uniform(0.2...1), inputs.row(dimension, scale: 2))
      let variances = (0..<dimension).map { _ in inputs.uniform(0.01...0.5) }
      var plain = [Double](repeating: 0, count: dimension * dimension)
      for i in 0..<dimension { plain[i * dimension + i] = variances[i] }
      components.append(.init(weight: weight, mean: mean, covariance: .diagonal(variances)))
      references.append((weight, mean, plain))
    }
    return (MixtureScore(components), MixtureReference(references))
  }

  /// The largest distance of a coordinate, over the deviation of the data.
  private func deviation(_ test: Case, _ other: Case, dimension: Int, steps: Int) -> Double {
    let (score, reference) = mixture(dimension)
    let levels = NoiseLevels(.karras, steps: steps, from: 80, to: 0.002)
    let samples = Samples(seed: 21, count: 24)
    let start = score.matchedStart(at: 80, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: test.method(steps), with: score, samples: samples)
    while run.advance() {}
    let sigmas = levels.levels.map(\.sigma)
    let denoisers = Dictionary(
      uniqueKeysWithValues: sigmas.dropLast().map { ($0, reference.at($0)) })
    var worst = 0.0
    for row in 0..<start.count {
      let end = other.published(start.doubles(row), sigmas) {
        denoisers[$1]?($0).denoised ?? []
      }
      for (a, b) in zip(run.result.samples.doubles(row), end) { worst = max(worst, abs(a - b)) }
    }
    return worst / score.deviation
  }

  @Test(arguments: cases, [2, 16, 64])
  func `samples agree with the published algorithm in Double`(test: Case, dimension: Int) {
    for steps in [10, 18] {
      let deviation = deviation(test, test, dimension: dimension, steps: steps)
      Measured.record("published \(test.name)", deviation)
      // Rounding of Float32, 6·10⁻⁸ of a state of 80, carried through the steps and past points
      // where components part.
      #expect(deviation < 1e-3, "\(test.name), \(dimension), \(steps) steps: \(deviation)")
    }
  }

  // MARK: Orders beyond the rounding of Float32

  /// The order seen from 512 to 1024 steps against the exact flow of a Gaussian, in the last D.
  private func observedOrder(
    from high: Double,
    _ published: ([Double], [Double], PublishedSamplers.Denoiser) -> PublishedSamplers.Vector
  ) -> Double {
    let (variances, start, low) = ([0.04, 1.0, 9.0], [1.0, -1, 0.5], 0.05)
    func denoise(_ x: [Double], _ sigma: Double) -> [Double] {
      zip(x, variances).map { $0 * $1 / ($1 + sigma * sigma) }
    }
    let first = zip(start, variances).map { $0 * ($1 + high * high).squareRoot() }
    let truth = denoise(zip(start, variances).map { $0 * ($1 + low * low).squareRoot() }, low)
    let errors = [512, 1024].map { steps in
      let sigmas = (0...steps).map { high * pow(low / high, Double($0) / Double(steps)) }
      return distance(published(first, sigmas + [0], denoise), truth)
    }
    return log2(errors[0] / errors[1])
  }

  @Test func `published algorithms have the stated orders in Double`() {
    for test in Self.cases {
      let observed = observedOrder(from: 5, test.published)
      Measured.record("Double order \(test.name)", observed)
      let order = test.name.hasPrefix("unipc 1") ? 2 : test.method(10).facts.order ?? 1
      #expect(abs(observed - Double(order)) < 0.1, "\(test.name): \(observed)")
    }
  }

  @Test func `the three-point update has order three with twice its curvature`() {
    // From far above the data, so that the first step, of order one, does no harm.
    let orders = [1, 2].map { curvature in
      observedOrder(from: 1e4) {
        PublishedSamplers.dpm3M($0, $1, $2, curvature: Double(curvature))
      }
    }
    #expect(abs(orders[0] - 2) < 0.1 && abs(orders[1] - 3) < 0.2, "\(orders)")
  }

  @Test func `neighbouring algorithms are told apart`() {
    for (a, b) in zip(Self.cases, Self.cases.dropFirst()) {
      #expect(deviation(a, b, dimension: 16, steps: 18) > 1e-3, "\(a.name), \(b.name)")
    }
  }
}
