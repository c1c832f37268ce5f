import Arrays
import Diffusion
import Foundation
import Testing

@Suite struct FitGaussianTests {
  @Test func `hand-made data gives its mean and covariance exactly`() {
    let data = Points(rows: [[1, 2], [3, 2], [1, 6], [3, 6]])
    let fit = GaussianFit(data, shrinkage: .none)
    #expect(fit.mean == [2, 4])
    #expect(
      FitCase.gap(fit.covariance.matrix, Matrix(rows: 2, columns: 2, values: [1, 0, 0, 4])) < 1e-15)
    #expect(fit.report.condition == 4)
    // −(log 2π + ½ log 4 + 1) for d = 2.
    let expected = -(log(2 * Double.pi) + log(4.0) / 2 + 1)
    #expect(abs((fit.report.averageLogLikelihood ?? 0) - expected) < 1e-14)
  }

  @Test func `blocked moments equal the definition`() {
    // More rows than one group, an odd number of them.
    let data = FitCase.normals(1537, scales: [1, 2, 0.1, 3, 1], seed: 1)
    let (mean, covariance) = FitCase.directMoments(data)
    let fit = GaussianFit(data, shrinkage: .none)
    for j in 0..<5 { #expect(abs(fit.mean[j] - mean[j]) < 1e-13) }
    #expect(FitCase.gap(fit.covariance.matrix, covariance) < 1e-12)
  }

  @Test func `Ledoit-Wolf equals its formula point by point`() {
    let data = FitCase.normals(7, scales: [1, 2, 0.5, 1, 3], seed: 2)
    let (mean, s) = FitCase.directMoments(data)
    let (n, d) = (7.0, 5.0)
    let m = s.trace / d
    var (delta, beta) = (0.0, 0.0)
    for i in 0..<5 {
      for j in 0..<5 {
        delta += pow(s[i, j] - (i == j ? m : 0), 2) / d
        for row in 0..<7 {
          let x = data.row(row).map(Double.init)
          let product = (x[i] - mean[i]) * (x[j] - mean[j])
          beta += pow(product - s[i, j], 2) / d / (n * n)
        }
      }
    }
    let expected = min(beta, delta) / delta
    let fit = GaussianFit(data, units: .common)
    #expect(expected > 0.05 && expected < 0.95, "The formula is tried off its clamps.")
    #expect(abs(fit.report.shrinkage - expected) < 1e-12)
    var shrunk = s
    for i in 0..<5 {
      for j in 0..<5 {
        shrunk[i, j] = (1 - expected) * s[i, j] + (i == j ? expected * m : 0)
      }
    }
    #expect(FitCase.gap(fit.covariance.matrix, shrunk) < 1e-12)
  }

  @Test func `shrinkage is nearer the truth when points are few`() {
    // n = 20 sets of 30 points in 60 coordinates; the gain is compared with its standard error.
    let scales = (0..<60).map { 1 + Double($0 % 3) }
    let truth = FitCase.diagonalMatrix(scales)
    let gains = (0..<20).map { seed in
      let data = FitCase.normals(30, scales: scales, seed: UInt64(seed))
      let plain = GaussianFit(data, shrinkage: .none).covariance.matrix
      let shrunk = GaussianFit(data).covariance.matrix
      return FitCase.gap(plain, truth) - FitCase.gap(shrunk, truth)
    }
    let mean = gains.reduce(0, +) / 20
    let error = (gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19 / 20).squareRoot()
    #expect(mean > 10 * error)
    // The control: shrinking all the way loses what the scales have.
    let data = FitCase.normals(3000, scales: scales, seed: 5)
    let sphere = GaussianFit(data, shrinkage: .fixed(1), units: .common).covariance.matrix
    #expect(
      FitCase.gap(sphere, truth) > 3 * FitCase.gap(GaussianFit(data).covariance.matrix, truth))
  }

  @Test func `far from the origin nothing is lost but Float32 itself`() {
    // Offset 2²⁰ and steps of 1/8: exact in Float32, so the two fits agree to Double's rounding.
    let steps = FitCase.normals(2000, scales: [8, 16], seed: 3)
    var (near, far) = (steps, steps)
    for row in 0..<2000 {
      for j in 0..<2 {
        near[row, j] = (steps[row, j] * 8).rounded() / 8
        far[row, j] = near[row, j] + 0x1p20
      }
    }
    let (a, b) = (GaussianFit(near), GaussianFit(far))
    #expect(FitCase.gap(a.covariance.matrix, b.covariance.matrix) < 1e-10)
    for j in 0..<2 { #expect(abs(a.mean[j] + 0x1p20 - b.mean[j]) < 1e-9) }
    // The control: E[x²] − E[x]² without centring keeps only some of the digits.
    let x = (0..<2000).map { Double(far[$0, 0]) }
    let squares = x.reduce(0) { $0 + $1 * $1 } / 2000
    let mean = x.reduce(0, +) / 2000
    #expect(abs(squares - mean * mean - b.covariance.matrix[0, 0]) > 1e-6)
  }

  @Test(arguments: [GaussianFit.Kind.full, .diagonal, .isotropic, .lowRank(2)])
  func `the reported log-likelihood is the score's own`(kind: GaussianFit.Kind) throws {
    let data = FitCase.normals(500, scales: [1, 2, 0.7, 0.5], seed: 4)
    let fit = GaussianFit(data, kind: kind)
    let workspace = Workspace(samples: Samples(seed: 0, count: 500))
    // A σ of 10⁻⁴ adds 10⁻⁸ to variances of at least 0.2.
    let densities = fit.score.logDensity(data, at: .uniform(1e-4), in: workspace)
    let average = densities.reduce(0, +) / 500
    let reported = try #require(fit.report.averageLogLikelihood)
    #expect(abs(average - reported) < 1e-6)
  }

  @Test func `low rank keeps the largest directions and the mean of the rest`() throws {
    let data = FitCase.normals(4000, scales: [5, 0.2, 3, 0.2, 0.4], seed: 6)
    let full = GaussianFit(data, shrinkage: .none)
    let low = GaussianFit(data, kind: .lowRank(2))
    let variances = full.covariance.variances.sorted(by: >)
    #expect(low.covariance.variances.count == 2)
    #expect(abs(low.covariance.variances[0] - variances[0]) < 1e-10)
    #expect(abs(low.covariance.rest - variances[2...].reduce(0, +) / 3) < 1e-10)
    #expect(abs(low.covariance.trace - full.covariance.trace) < 1e-10)
    // 25 + 9 of 34.24 is 0.9930 of the variance.
    #expect(GaussianFit(data, kind: .lowRankHolding(0.98)).report.rank == 2)
    #expect(GaussianFit(data, kind: .lowRankHolding(1)).report.rank == 5)
    let likelihood = try #require(low.report.averageLogLikelihood)
    #expect(likelihood < full.report.averageLogLikelihood ?? 0, "Fewer freedoms fit less.")
  }

  @Test func `data without spread is finite and said to be so`() {
    let one = GaussianFit(Points(rows: [[3, 0.1]]))
    #expect(one.mean == [3, Double(Float(0.1))] && one.covariance.trace == 0)
    #expect(one.report.averageLogLikelihood == nil && one.report.notes.count == 1)
    let equal = GaussianFit(Points(rows: [[Float]](repeating: [0.1, 0.7], count: 1000)))
    #expect(equal.covariance.trace == 0 && equal.report.shrinkage == 0)
    #expect(equal.report.description.contains("equal"))
    var flat = FitCase.normals(3000, scales: [1, 1, 1], seed: 7)
    for row in 0..<3000 { flat[row, 1] = 0.1 }
    let plain = GaussianFit(flat, shrinkage: .none)
    #expect(plain.report.smallest == 0 && plain.report.condition == nil)
    #expect(plain.report.description.contains("1 of 3 coordinates is constant"))
    #expect(GaussianFit(flat).report.smallest == 0, "What is constant stays so.")
    let round = GaussianFit(flat, units: .common)
    #expect(round.report.smallest > 0, "A sphere gives every direction some width.")
  }

  @Test func `every number of threads gives the same bits`() {
    let data = FitCase.normals(3000, scales: [Double](repeating: 1, count: 20), seed: 8)
    let fits = [1, 2, 3].map { GaussianFit(data, workers: Workers(count: $0)) }
    #expect(fits[0].mean == fits[1].mean && fits[0].covariance == fits[1].covariance)
    #expect(fits[0].covariance == fits[2].covariance && fits[0].report == fits[2].report)
  }
}
