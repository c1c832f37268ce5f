import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// D − x keeps its digits where D and x share theirs: the score of every kind against its formula in
/// Double, at levels far below what x is rounded to.
@Suite struct ScoreResidualTests {
  /// The largest error of a score, relative to its largest entry.
  static func error(
    _ score: any Score, _ x: Points, _ sigma: Double, _ exact: ([Double]) -> [Double]
  ) -> Double {
    let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
    let found = score.score(x, at: .uniform(sigma), in: workspace)
    let expected = (0..<x.count).map { exact(x.doubles($0)) }
    let size = expected.flatMap { $0 }.map(abs).max() ?? 1
    return (0..<x.count).map { row in
      zip(found.doubles(row), expected[row]).map { abs($0 - $1) }.max() ?? 0
    }.max().map { $0 / size } ?? .infinity
  }

  /// The same by the difference of what is rounded: what must fail.
  private struct Rounded: Score {
    let base: any Score
    var dimension: Int { base.dimension }
    func denoise(
      _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
    ) {
      base.denoise(x, at: noise, into: &clean, in: workspace)
    }
  }

  @Test(arguments: [(0.0, 1e-4), (1000.0, 0.004), (0, 1e-6), (1e6, 0.1), (-50, 1e-3)])
  func `the score of a normal law is (m - x)/(v + sigma²)`(mean: Double, sigma: Double) {
    let score = GaussianScore(mean: [mean, -mean], covariance: .diagonal([1, 0.25]))
    var inputs = Inputs(seed: 3)
    let x = Points(
      rows: (0..<40).map { _ in [Float(mean + inputs.bell()), Float(-mean + inputs.bell())] })
    let exact = { (x: [Double]) in
      [
        (mean - x[0]) / (1 + sigma * sigma), (-mean - x[1]) / (0.25 + sigma * sigma),
      ]
    }
    #expect(Self.error(score, x, sigma, exact) < 1e-6)
    #expect(Self.error(Rounded(base: score), x, sigma, exact) > 1e-3)
  }

  @Test(arguments: [1e-5, 1e-3, 0.1, 3])
  func `the score of a mixture is that of its full matrices`(sigma: Double) throws {
    let full = try #require(
      Covariance.full(Matrix(rows: 2, columns: 2, values: [0.5, 0.3, 0.3, 0.4])))
    let lowRank = try #require(
      Covariance.lowRank(
        directions: Matrix(rows: 1, columns: 2, values: [0.6, 0.8]), variances: [1.5], rest: 0.1))
    let score = MixtureScore([
      .init(weight: 1, mean: [10, 20], covariance: full),
      .init(weight: 2, mean: [11, 19], covariance: lowRank),
      .init(weight: 0.5, mean: [12, 21], covariance: .isotropic(0.2, dimension: 2)),
    ])
    let reference = MixtureReference(
      score.components.map { ($0.weight, $0.mean, $0.covariance.matrix.values) })
    let at = reference.at(sigma)
    var inputs = Inputs(seed: 4)
    let x = Points(
      rows: (0..<60).map { _ in [Float(11 + inputs.bell()), Float(20 + inputs.bell())] })
    let exact = { (x: [Double]) in
      zip(at(x).denoised, x).map { ($0 - $1) / (sigma * sigma) }
    }
    // The reference subtracts in Double: 1e-16 · 20/σ² beside a score of a few.
    #expect(Self.error(score, x, sigma, exact) < 1e-6 + 1e-14 / (sigma * sigma))
    if sigma < 0.01 { #expect(Self.error(Rounded(base: score), x, sigma, exact) > 1e-3) }
  }

  @Test func `the score of points points at the nearest`() {
    let score = EmpiricalScore(Points(rows: [[100, 200], [101, 200], [100, 202]]))
    let (sigma, gap) = (1e-3, Float(0x1p-16))
    let x = Points(rows: [[100 + gap, 200], [100, 202 - gap]])
    let exact = { (x: [Double]) in
      let target: [Double] = x[1] > 201 ? [100, 202] : [100, 200]
      return zip(target, x).map { ($0 - $1) / (sigma * sigma) }
    }
    #expect(Self.error(score, x, sigma, exact) < 1e-6)
    let widened = WidenedScore(score, width: 0.1)
    let share = sigma * sigma / (0.01 + sigma * sigma)
    #expect(Self.error(widened, x, sigma) { exact($0).map { share * $0 } } < 1e-6)
    #expect(
      Self.error(Rounded(base: widened), x, sigma) { exact($0).map { share * $0 } } > 1e-3)
  }

  @Test func `the score of a box vanishes in its middle`() {
    let score = BoxMixtureScore([.init(weight: 1, lower: [1000, 0], upper: [1001, 1])])
    let sigma = 0.1
    // By symmetry zero at the middle; an odd function beside it.
    let x = Points(rows: [[1000.5, 0.5], [1000.375, 0.25], [1000.625, 0.75]])
    let found = score.score(
      x, at: .uniform(sigma), in: Workspace(samples: Samples(seed: 0, count: 3)))
    #expect(found.row(0).allSatisfy { abs($0) < 1e-9 })
    #expect(abs(found[1, 0] + found[2, 0]) < 1e-6 && found[1, 0] > 0)
    #expect(abs(found[1, 1] + found[2, 1]) < 1e-6 && found[1, 1] > 0)
  }

  private var network: NetworkScore {
    let one = MLPCase(MLPShape(dimension: 3, width: 24, depth: 3), rows: 1, seed: 1)
    return NetworkScore(
      one.network, one.weights, Preconditioning(mean: [0.3, -1, 2], deviation: 1.5),
      .isotropic(2.25, dimension: 3))
  }

  @Test func `residual, denoised and noise are one formula for every score`() {
    let data = RandomStream(seed: 8, for: .toy).normals(count: 300, dimension: 3)
    let scores: [any Score] = [
      EmpiricalScore(data), NearestNeighborScore(data, smoothing: 0.3, shifts: 3),
      NearestNeighborScore(data, smoothing: 0),
      NearestNeighborScore(data, smoothing: 0.3, shifts: 2, neighbors: .nearest(5, remainder: 7)),
      WidenedScore(EmpiricalScore(data), width: 0.2),
      CenteredScore(EmpiricalScore(data), about: [0.5, -1, 2]),
      SubspaceScore(
        GaussianScore(mean: [0.1, 0.2], covariance: .diagonal([1, 0.5])),
        in: Subspace(data, rank: 2)),
      network,
    ]
    for score in scores {
      let x = RandomStream(seed: 9, for: .toy).normals(count: 20, dimension: score.dimension)
      let workspace = { Workspace(samples: Samples(seed: 0, count: x.count)) }
      let sigma = 0.7
      let residual = score.residual(x, at: .uniform(sigma), in: workspace())
      let clean = score.denoised(x, at: .uniform(sigma), in: workspace())
      let noise = score.noise(x, at: .uniform(sigma), in: workspace())
      for index in x.values.indices {
        let expected = clean.values[index] - x.values[index]
        #expect(abs(residual.values[index] - expected) < 2e-6, "\(type(of: score))")
        #expect(abs(noise.values[index] * Float(-sigma) - expected) < 2e-6)
      }
    }
  }
}
