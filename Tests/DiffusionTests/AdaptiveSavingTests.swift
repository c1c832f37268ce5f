import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// What adaptive steps save against Euler and Maruyama's method at the same quality.
@Suite struct AdaptiveSavingTests {
  static let count = 10_000

  /// Eight components on a ring in the plane, radius 2, deviation 0.1.
  static let ring = MixtureScore(
    (0..<8).map {
      let angle = Double.pi / 4 * Double($0)
      return .init(
        weight: 1, mean: [2 * cos(angle), 2 * sin(angle)],
        covariance: .isotropic(0.01, dimension: 2))
    })

  static let models: [(name: String, score: MixtureScore)] = [
    ("ring", ring), ("mixture", SamplerLawTests.mixture),
    (
      "ellipse",
      MixtureScore([.init(weight: 1, mean: [1, -1], covariance: .diagonal([4, 0.01]))])
    ),
  ]

  private func plane(_ points: Points) -> [SIMD2<Float>] {
    (0..<points.count).map { SIMD2(points[$0, 0], points[$0, 1]) }
  }

  private func meanDistance(_ a: ArraySlice<SIMD2<Float>>, _ b: ArraySlice<SIMD2<Float>>) -> Double
  {
    var sum = 0.0
    for p in a {
      var row: Float = 0
      for q in b { row += ((p - q) * (p - q)).sum().squareRoot() }
      sum += Double(row)
    }
    return sum / Double(a.count) / Double(b.count)
  }

  /// 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ of ten blocks of X against all of Y, without bias.
  private func energy(_ x: Points, _ y: Points) -> [Double] {
    let (x, y) = (plane(x), plane(y))
    let whole = y[...]
    let own = meanDistance(whole, whole) * Double(y.count) / Double(y.count - 1)
    let size = x.count / 10
    return (0..<10).map {
      let block = x[$0 * size..<($0 + 1) * size]
      return 2 * meanDistance(block, whole) - own
        - meanDistance(block, block) * Double(size) / Double(size - 1)
    }
  }

  private struct Figures {
    var evaluations: Double
    var energy: [Double]

    /// How much further from the truth than `other`, block by block.
    func excess(over other: Figures) -> Estimate {
      Estimate(zip(energy, other.energy).map { $0 - $1 })
    }

    func record(_ name: String) {
      Measured.record("adaptive saving, \(name): evaluations", evaluations)
      let energy = Estimate(energy)
      Measured.record("adaptive saving, \(name): energy distance", abs(energy.mean))
      Measured.record("adaptive saving, \(name): standard error", energy.standardError)
    }
  }

  private static let process: NoiseProcess = .variancePreserving
  private let first = process.sigma(at: 1)
  private let last = process.sigma(at: 1e-3)

  private func adaptive(
    _ score: MixtureScore, _ truth: Points, _ tolerance: Double, _ rejection: Rejection = .bridge
  ) -> Figures {
    let absolute = AdaptiveSDE.shareOfDeviation * score.deviation
    let result = adaptiveRun(
      AdaptiveSDE(tolerance: tolerance, absolute: absolute, rejection: rejection), score,
      down: ends(from: first, to: last, Self.process),
      samples: Samples(seed: 1, count: Self.count))
    return Figures(
      evaluations: Double(result.evaluations.reduce(0, +)) / Double(Self.count),
      energy: energy(result.samples, truth))
  }

  private func eulerMaruyama(_ score: MixtureScore, _ truth: Points) -> Figures {
    let levels = NoiseLevels(
      .process, steps: 1000, from: first, to: last, process: Self.process)
    let samples = Samples(seed: 1, count: Self.count)
    let start = score.matchedStart(at: first, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: EulerMaruyama(), with: score, samples: samples)
    while run.advance() {}
    return Figures(evaluations: 1000, energy: energy(run.result.samples, truth))
  }

  // n = 10,000, standard errors over ten blocks of 1,000.
  @Test(arguments: models.indices)
  func `a fifth of the evaluations at no greater distance`(index: Int) {
    let (name, score) = Self.models[index]
    let truth = score.draws(Samples(seed: 2, count: Self.count))
    let fast = adaptive(score, truth, 0.02)
    let slow = eulerMaruyama(score, truth)
    fast.record(name)
    slow.record("\(name) by Euler-Maruyama")
    #expect(fast.evaluations <= slow.evaluations / 5)
    let excess = fast.excess(over: slow)
    #expect(excess.mean < 3 * excess.standardError, "\(excess.mean) ± \(excess.standardError)")
    // A tolerance as wide as the data is noticed.
    let coarse = adaptive(score, truth, 1).excess(over: slow)
    #expect(coarse.mean > 5 * coarse.standardError)
  }

  @Test func `drawing again after a step back shows in the samples`() {
    let score = Self.models[2].score
    let truth = score.draws(Samples(seed: 2, count: Self.count))
    let redrawn = adaptive(score, truth, 0.02, .redraw)
    redrawn.record("ellipse redrawn")
    let excess = redrawn.excess(over: adaptive(score, truth, 0.02))
    #expect(excess.mean > 3 * excess.standardError, "\(excess.mean) ± \(excess.standardError)")
  }
}
