import Arrays
import Diffusion
import TestSupport
import Testing

/// Laws of every score: nothing of a row depends on the rest of the batch or on the threads.
@Suite struct BatchScoreTests {
  enum Kind: String, CaseIterable {
    case gaussian, lowRank, mixture, empirical, large, smoothed, estimator, network

    func score(_ d: Int) -> any Score {
      var inputs = Inputs(seed: 12)
      switch self {
      case .gaussian:
        return GaussianScore(
          mean: inputs.row(d), covariance: .diagonal((0..<d).map { Double($0 + 1) }))
      case .lowRank: return MixtureCase(.lowRank, d, 1).made().score
      case .mixture: return MixtureCase(.full, d, 8).made().score
      case .empirical: return EmpiricalScore(inputs.points(700, d))
      case .large: return EmpiricalScore(inputs.points(9000, d))
      case .network:
        let one = MLPCase(MLPShape(dimension: d, width: 24, depth: 3), rows: 1, seed: 1)
        return NetworkScore(
          one.network, one.weights, Preconditioning(mean: inputs.row(d), deviation: 1.5),
          .isotropic(2.25, dimension: d))
      case .smoothed: return NearestNeighborScore(inputs.points(500, d), smoothing: 0.3, shifts: 3)
      case .estimator:
        return NearestNeighborScore(
          inputs.points(5000, d), smoothing: 0.3, shifts: 3, neighbors: .nearest(7, remainder: 5))
      }
    }
  }

  @Test(arguments: Kind.allCases, [1, 2, 17])
  func `a row's denoiser has the same bits in every batch and on any threads`(
    _ kind: Kind, _ d: Int
  ) {
    let score = kind.score(d)
    var inputs = Inputs(seed: 3)
    let count = 150
    let x = inputs.points(count, d, scale: 2)
    let sigmas = (0..<count).map { 0.002 * Double(1 + $0 * $0) }
    let indices = (0..<count).map { UInt64($0) * 3 + 1 }
    func run(_ noise: Noise, size: Int, workers: Int) -> [UInt32] {
      stride(from: 0, to: count, by: size).flatMap { first in
        let rows = first..<min(count, first + size)
        let workspace = Workspace(
          samples: Samples(seed: 4, indices: Array(indices[rows])),
          workers: Workers(count: workers))
        return score.denoised(x.rows(rows), at: noise.rows(rows), in: workspace).bitPatterns
      }
    }
    for noise in [.each(sigmas), .uniform(0.3)] as [Noise] {
      let whole = run(noise, size: count, workers: 1)
      for size in [1, 7, 64, count] {
        for workers in [1, 2] { #expect(run(noise, size: size, workers: workers) == whole) }
      }
      #expect(run(.uniform(0.31), size: count, workers: 1) != whole)
    }
    // One σ given to every row is the same as one σ for all.
    let each = Noise.each([Double](repeating: 0.3, count: count))
    let uniform = run(.uniform(0.3), size: count, workers: 1)
    #expect(run(each, size: count, workers: 1) == uniform)
  }

  @Test(arguments: [Kind.lowRank, .mixture, .empirical, .large])
  func `densities and traces have the same bits in every batch`(_ kind: Kind) throws {
    let score = try #require(kind.score(3) as? any DensityScore)
    var inputs = Inputs(seed: 3)
    let x = inputs.points(100, 3, scale: 2)
    let noise = Noise.each((0..<100).map { 0.01 * Double(1 + $0 * $0) })
    func run(_ size: Int, _ workers: Int) -> [Double] {
      stride(from: 0, to: 100, by: size).flatMap { first in
        let rows = first..<min(100, first + size)
        let workspace = Workspace(
          samples: Samples(seed: 0, count: rows.count), workers: Workers(count: workers))
        let (part, sigma) = (x.rows(rows), noise.rows(rows))
        return zip(
          score.logDensity(part, at: sigma, in: workspace),
          score.jacobianTrace(part, at: sigma, in: workspace)
        ).flatMap { [$0, $1] }
      }
    }
    let whole = run(100, 1)
    for size in [1, 7, 64, 100] { for workers in [1, 2] { #expect(run(size, workers) == whole) } }
  }

  @Test(arguments: Kind.allCases)
  func `a workspace remembers nothing that changes an answer`(_ kind: Kind) {
    let score = kind.score(2)
    var inputs = Inputs(seed: 5)
    let (x, y) = (inputs.points(40, 2), inputs.points(40, 2, scale: 30))
    let samples = Samples(seed: 4, count: 40)
    let workspace = Workspace(samples: samples)
    let first = score.denoised(x, at: .uniform(0.2), in: workspace)
    _ = score.denoised(y, at: .uniform(50), in: workspace)
    _ = score.denoised(y, at: .each((1...40).map { Double($0) }), in: workspace)
    #expect(score.denoised(x, at: .uniform(0.2), in: workspace).bitPatterns == first.bitPatterns)
    let fresh = score.denoised(x, at: .uniform(0.2), in: Workspace(samples: samples))
    #expect(fresh.bitPatterns == first.bitPatterns)
  }

  /// A sampler drops such rows; the others must not notice.
  @Test(arguments: Kind.allCases, [Float.nan, .infinity, -.infinity])
  func `a row that is not finite spoils itself alone`(_ kind: Kind, _ bad: Float) {
    let score = kind.score(3)
    var inputs = Inputs(seed: 8)
    let x = inputs.points(40, 3)
    var spoiled = x
    for row in [0, 5, 37] { spoiled[row, row % 3] = bad }
    let samples = Samples(seed: 4, count: 40)
    for noise in [.uniform(0.05), .uniform(2), .each((1...40).map { Double($0) / 9 })] as [Noise] {
      let clean = score.denoised(x, at: noise, in: Workspace(samples: samples))
      let denoised = score.denoised(spoiled, at: noise, in: Workspace(samples: samples))
      for row in 0..<40 {
        let range = row..<row + 1
        if [0, 5, 37].contains(row) {
          #expect(denoised.rows(range).firstNotFiniteRow == 0)
        } else {
          #expect(denoised.rows(range).bitPatterns == clean.rows(range).bitPatterns)
        }
      }
    }
  }

  @Test(arguments: Kind.allCases)
  func `a batch may be empty`(_ kind: Kind) {
    let x = Points(count: 0, dimension: 2)
    #expect(kind.score(2).denoised(x, at: .uniform(1)).count == 0)
    #expect(kind.score(2).denoised(x, at: .each([])).count == 0)
  }
}
