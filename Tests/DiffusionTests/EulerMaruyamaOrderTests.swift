import Arrays
import Diffusion
import Foundation
import Testing

/// Strong and weak order of Euler-Maruyama on a Gaussian, where both are known.
@Suite struct EulerMaruyamaOrderTests {
  static let score = GaussianScore(mean: [0, 0], covariance: .diagonal([0.25, 1]))
  static let finest = 512
  static let range = (high: 3.0, low: 0.3)

  /// Increments of one Brownian path: a coarse step takes the sum of the finest steps inside it.
  private struct SharedPath: Increments {
    let levels: NoiseLevels

    func fill(
      _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
      workers: Workers
    ) {
      let stream = RandomStream(seed: samples.seed, for: .step)
      var sum = [Double](repeating: 0, count: normals.count * normals.dimension)
      var fine = Points(count: normals.count, dimension: normals.dimension)
      let inside = levels.levels.indices.dropLast().filter {
        levels.levels[$0].time <= level.time + 1e-12
          && levels.levels[$0 + 1].time >= next.time - 1e-12
      }
      for index in inside {
        let width = (levels.levels[index].time - levels.levels[index + 1].time).squareRoot()
        stream.fillNormals(&fine, samples: samples.indices, draw: UInt32(index))
        for i in sum.indices { sum[i] += width * Double(fine.values[i]) }
      }
      let width = (level.time - next.time).squareRoot()
      normals = Points(
        count: normals.count, dimension: normals.dimension, values: sum.map { Float($0 / width) })
    }
  }

  /// Evenly in t = σ, so that grids of 2ᵏ steps are nested.
  private func levels(_ steps: Int) -> NoiseLevels {
    NoiseLevels(
      sigmas: (0...steps).map {
        Self.range.high + Double($0) / Double(steps) * (Self.range.low - Self.range.high)
      })
  }

  private func paths(_ steps: Int, count: Int) -> Points {
    let samples = Samples(seed: 5, count: count)
    let start = Self.score.matchedStart(at: Self.range.high, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels(steps), by: EulerMaruyama(), with: Self.score, samples: samples,
      increments: SharedPath(levels: levels(Self.finest)))
    for _ in 0..<steps { _ = run.advance() }
    return run.states
  }

  @Test func `paths converge strongly on one Brownian path`() {
    // The noise is additive, so the strong order is 1 here, above the ½ of the general case.
    let exact = paths(Self.finest, count: 500)
    let errors = [8, 16, 32, 64].map { steps in
      let squares = zip(paths(steps, count: 500).values, exact.values)
        .map { Double($0 - $1) * Double($0 - $1) }
      return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(log2(coarse / fine) > 0.5, "\(errors)")
    }
    #expect(log2(errors[0] / errors[3]) / 3 > 0.75, "\(errors)")
  }

  @Test func `independent noise on every grid does not converge along paths`() {
    let levels = levels(64)
    let samples = Samples(seed: 5, count: 500)
    let start = Self.score.matchedStart(at: Self.range.high, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: EulerMaruyama(), with: Self.score, samples: samples)
    for _ in 0..<64 { _ = run.advance() }
    let squares = zip(run.states.values, paths(Self.finest, count: 500).values)
      .map { Double($0 - $1) * Double($0 - $1) }
    #expect((squares.reduce(0, +) / Double(squares.count)).squareRoot() > 0.1)
  }

  @Test func `variances converge at first order and match the linear recursion`() {
    // On a Gaussian the method is x′ = (1 − 2hσ/(λ + σ²)) x + √(2σh) n in each direction: the
    // variance follows exactly, without sampling.
    func recursion(_ lambda: Double, _ steps: Int) -> Double {
      var variance = lambda + Self.range.high * Self.range.high
      let grid = levels(steps).levels
      for (level, next) in zip(grid, grid.dropFirst()).prefix(steps) {
        let h = level.sigma - next.sigma
        let gain = 1 - 2 * h * level.sigma / (lambda + level.sigma * level.sigma)
        variance = gain * gain * variance + 2 * level.sigma * h
      }
      return variance
    }
    for lambda in [0.25, 1.0] {
      let truth = lambda + Self.range.low * Self.range.low
      let errors = [64, 128].map { abs(recursion(lambda, $0) - truth) }
      #expect(abs(log2(errors[0] / errors[1]) - 1) < 0.1)
    }
    // n = 40,000: the standard error of a variance v is v √(2/n) = 0.7 %.
    let samples = Samples(seed: 9, count: 40_000)
    let start = Self.score.matchedStart(at: Self.range.high, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels(16), by: EulerMaruyama(), with: Self.score, samples: samples)
    for _ in 0..<16 { _ = run.advance() }
    for (axis, lambda) in [0.25, 1.0].enumerated() {
      let values = (0..<40_000).map { Double(run.states[$0, axis]) }
      let variance = values.reduce(0) { $0 + $1 * $1 } / 40_000
      let expected = recursion(lambda, 16)
      let standardError = expected * (2.0 / 40_000).squareRoot()
      #expect(abs(variance - expected) < 5 * standardError)
      // The method's own error is visible: it is the recursion that is matched, not the truth.
      #expect(abs(variance - lambda - Self.range.low * Self.range.low) > 5 * standardError)
    }
  }
}
