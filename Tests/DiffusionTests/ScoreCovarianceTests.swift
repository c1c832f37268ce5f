import Arrays
import Diffusion
import TestSupport
import Testing

@Suite struct ScoreCovarianceTests {
  static let scores = ScoreDrawTests.scores

  /// n = 40,000; nine statistics, each within 4.5 standard errors.
  @Test(arguments: 0..<scores.count)
  func `the covariance is that of the draws, and its trace the total variance`(index: Int) {
    let score = Self.scores[index]
    let covariance = score.covariance
    #expect(abs(covariance.trace - score.totalVariance) < 1e-5 * score.totalVariance)
    let matrix = covariance.matrix
    let rows = score.draws(Samples(seed: 61, count: 40_000), purpose: .data).doubleRows
    func deviation(_ factor: Double) -> Double {
      momentDeviation(rows.map { row in zip(row, score.mean).map { $0 - $1 } }, mean: [0, 0, 0]) {
        factor * matrix[$0, $1] + 0
      }
    }
    // Where a coordinate never varies there is no standard error to measure in.
    if index == 0 {
      #expect(matrix[2, 2] == 0 && matrix[0, 0] == 1)
    } else {
      #expect(deviation(1) < 4.5)
      #expect(deviation(1.1) > 4.5)
    }
  }

  @Test(arguments: MixtureCase.Kind.allCases, [1, 3, 16])
  func `a covariance's matrix is what it does to vectors`(_ kind: MixtureCase.Kind, _ d: Int) {
    let covariance = MixtureCase(kind, d, 1).made().score.components[0].covariance
    let (matrix, wider) = (covariance.matrix, covariance.adding(0.25).matrix)
    for row in 0..<d {
      var unit = [Double](repeating: 0, count: d)
      unit[row] = 1
      for (column, entry) in covariance.apply({ $0 }, to: unit).enumerated() {
        #expect(abs(matrix[row, column] - entry) < 1e-12)
        #expect(abs(wider[row, column] - entry - (row == column ? 0.25 : 0)) < 1e-12)
      }
    }
  }

  @Test func `few points have a covariance without null directions`() {
    let few = EmpiricalScore(
      RandomStream(seed: 8, for: .toy).normals(count: 10, dimension: 20))
    #expect(few.covariance.variances.allSatisfy { $0 > 0 })
    #expect(abs(few.covariance.trace - few.totalVariance) < 1e-5 * few.totalVariance)
  }
}
