import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Chains in the plane: modes, widths, and methods that mix steps and moves.
@Suite struct ChainLawTests {
  /// Two modes that no chain at σ = 0.3 crosses between: ten apart, deviation 0.36 each.
  static let modes = MixtureScore([
    .init(weight: 0.3, mean: [-5, 0], covariance: .isotropic(0.04, dimension: 2)),
    .init(weight: 0.7, mean: [5, 0], covariance: .isotropic(0.04, dimension: 2)),
  ])
  static let sigma = 0.3
  static let count = 8000
  static let samples = Samples(seed: 41, count: count)

  /// The share of rows left of 0 after 500 moves of δ = 0.1, and the states.
  private func share(
    from start: Points, score: some Score = modes
  ) -> (share: Double, states: Points) {
    var run = SamplingRun(
      from: start, down: NoiseLevels(holding: Self.sigma, steps: 501), by: Langevin(),
      with: score, samples: Self.samples)
    for _ in 0..<500 { _ = run.advance() }
    let left = (0..<start.count).count { run.states[$0, 0] < 0 }
    return (Double(left) / Double(start.count), run.states)
  }

  // √(0.3 · 0.7/8000) = 0.0051.
  private let standardError = (0.3 * 0.7 / Double(count)).squareRoot()

  @Test func `a start from data has both modes at their weights`() {
    let start = Self.modes.noisedDraws(at: Self.sigma, samples: Self.samples)
    let (share, states) = share(from: start)
    Measured.record("share of the left mode from data", share)
    #expect(abs(share - 0.3) < 4 * standardError)
    // The law inside a mode is the chain's own, v/(1 − ε/2v): n = 8000 · 2 numbers.
    let (v, epsilon) = (0.04 + 0.09, 0.1 * 0.09)
    let gaps = (0..<states.count).flatMap { row in
      let x = Double(states[row, 0])
      return [x < 0 ? x + 5 : x - 5, Double(states[row, 1])].map { $0 * $0 }
    }
    #expect(Estimate(gaps).deviation(from: v / (1 - epsilon / (2 * v))) < 4)
    #expect(Estimate(gaps).deviation(from: v) > 2)
  }

  @Test func `a start from training points has both modes at their weights`() {
    let data = Self.modes.draws(Samples(seed: 42, count: 300))
    let left = Double((0..<data.count).count { data[$0, 0] < 0 }) / Double(data.count)
    let score = EmpiricalScore(data)
    let start = score.noisedDraws(at: Self.sigma, samples: Self.samples)
    #expect(abs(share(from: start, score: score).share - left) < 4 * standardError)
  }

  @Test func `a cold start has the weights of the start`() {
    var far = Points(count: Self.count, dimension: 2)
    for row in 0..<Self.count { far[row, 0] = 5 }
    #expect(share(from: far).share == 0)

    var broad = Self.samples.normals(dimension: 2, for: .start)
    broad.scale(by: .uniform(5))
    let share = share(from: broad).share
    Measured.record("share of the left mode from a Gaussian", share)
    // One half: forty standard errors from the truth.
    #expect(abs(share - 0.5) < 5 * standardError)
    #expect(abs(share - 0.3) > 20 * standardError)
  }

  /// Well separated components and a method whose variance on each follows a recursion.
  ///
  /// Coarse grids settle the weights too early: by up to 0.01 of a weight here, which
  /// `weightError` allows for.
  private func check(
    _ method: any Sampler, steps: Int, weightError: Double = 0,
    recursion: ([Double], Double) -> Double
  ) -> (excess: Double, standardError: Double) {
    let mixture = SamplerLawTests.mixture
    let levels = NoiseLevels(.logLinear, steps: steps, from: 60, to: 0.005)
    let samples = Samples(seed: 43, count: 10_000)
    var run = SamplingRun(
      from: mixture.matchedStart(at: 60, samples: samples, workers: .all), down: levels,
      by: method, with: mixture, samples: samples)
    while run.advance() {}
    let points = run.result.samples
    var members = [[Int]](repeating: [], count: 3)
    for row in 0..<points.count {
      let gaps = mixture.components.map { distance($0.mean, points.doubles(row)) }
      members[gaps.indices.min { gaps[$0] < gaps[$1] } ?? 0].append(row)
    }
    var pooled: [Double] = []
    for (component, rows) in zip(mixture.components, members) {
      let weight = component.weight
      let shareError = (weight * (1 - weight) / Double(points.count)).squareRoot()
      #expect(
        abs(Double(rows.count) / Double(points.count) - weight)
          < 5 * shareError + weightError)
      for axis in 0..<2 {
        let lambda = component.covariance.matrix[axis, axis]
        let gaps = rows.map { Double(points[$0, axis]) - component.mean[axis] }
        let expected = recursion(levels.levels.map(\.sigma), lambda)
        #expect(
          Estimate(gaps.map { $0 * $0 }).deviation(from: expected) < 5,
          "\(method.facts.name): λ = \(lambda), expected \(expected)")
        pooled += gaps.map { $0 * $0 / lambda }
      }
    }
    let estimate = Estimate(pooled)
    return (estimate.mean - 1, estimate.standardError)
  }

  /// The variance of a Gaussian of clean variance λ, down the levels and denoised at the last.
  private func recursion(
    _ sigmas: [Double], _ lambda: Double, predict: Bool, moves: Int, delta: Double
  ) -> Double {
    var variance = lambda + sigmas[0] * sigmas[0]
    let positive = sigmas.dropLast()
    for (sigma, next) in zip(positive, positive.dropFirst()) {
      if predict {
        let removed = sigma * sigma - next * next
        let gain = 1 - removed / (lambda + sigma * sigma)
        variance = gain * gain * variance + removed
      }
      let gain = 1 - delta * next * next / (lambda + next * next)
      for _ in 0..<moves { variance = gain * gain * variance + 2 * delta * next * next }
    }
    let last = sigmas[sigmas.count - 2]
    let shrink = lambda / (lambda + last * last)
    return shrink * shrink * variance
  }

  @Test func `annealed Langevin has the weights, and the widths that its recursion gives`() {
    // 50 levels over a factor of 12,000 are coarse: 25 % too wide; 200 levels, 5 %.
    let excess = [50, 200].map { steps in
      check(AnnealedLangevin(), steps: steps, weightError: steps < 100 ? 0.01 : 0) {
        recursion($0, $1, predict: false, moves: 10, delta: 0.1)
      }
    }
    Measured.record("excess of annealed-langevin, 50 levels", excess[0].excess)
    Measured.record("excess of annealed-langevin, 200 levels", excess[1].excess)
    #expect(excess[0].excess > 0.2 && excess[1].excess < 0.08)
  }

  @Test func `corrector moves mend a coarse predictor`() {
    let results = [0, 1, 3].map { moves in
      check(PredictorCorrector(corrections: moves), steps: 40, weightError: 0.01) {
        recursion($0, $1, predict: true, moves: moves, delta: 2 * 0.16 * 0.16)
      }
    }
    // n = 20,000 numbers: standard errors of 0.01 on excesses of 0.28, 0.21 and 0.13.
    for (coarse, fine) in zip(results, results.dropFirst()) {
      Measured.record("excess \(coarse.excess) ± \(coarse.standardError) against", fine.excess)
      let error =
        (coarse.standardError * coarse.standardError
        + fine.standardError * fine.standardError).squareRoot()
      #expect(coarse.excess - fine.excess > 3 * error)
    }
  }

  @Test func `without corrections it is its predictor, by the formula`() {
    let levels = NoiseLevels(.karras, steps: 8, from: 10, to: 0.1)
    let samples = Samples(seed: 44, count: 50)
    let score = Self.modes
    let start = score.matchedStart(at: 10, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: PredictorCorrector(corrections: 0), with: score,
      samples: samples)
    var states = start.doubleRows
    for (step, (level, next)) in zip(levels.levels, levels.levels.dropFirst()).enumerated()
      .prefix(7)
    {
      _ = run.advance()
      let clean = score.denoised(
        Points(rows: states.map { $0.map(Float.init) }), at: .uniform(level.sigma))
      let normals = samples.normals(dimension: 2, for: .step, draw: UInt32(step))
      let removed = level.sigma * level.sigma - next.sigma * next.sigma
      for row in states.indices {
        for axis in 0..<2 {
          states[row][axis] +=
            removed / (level.sigma * level.sigma) * (Double(clean[row, axis]) - states[row][axis])
            + removed.squareRoot() * Double(normals[row, axis])
        }
      }
      let gap = states.indices.map { distance(states[$0], run.states.doubles($0)) }.max() ?? 1
      #expect(gap < 1e-4)
    }
  }
}
