import Arrays
import Diffusion
import TestSupport
import Testing

/// Draws of clean laws, and starts made of them.
@Suite struct ScoreDrawTests {
  static let data = RandomStream(seed: 8, for: .toy).normals(count: 200, dimension: 3)

  static let scores: [any DrawableScore & CovarianceScore] = [
    GaussianScore(mean: [1, 2, 3], covariance: .diagonal([1, 0.1, 0])),
    MixtureScore([
      .init(weight: 1, mean: [0, 0, 0], covariance: .isotropic(0.1, dimension: 3)),
      .init(weight: 2, mean: [1, 0, 2], covariance: .diagonal([0.1, 0.2, 0.3])),
    ]),
    BoxMixtureScore([
      .init(weight: 1, lower: [0, 0, 0], upper: [1, 2, 3]),
      .init(weight: 3, lower: [-1, 0, 2], upper: [0, 1, 5]),
    ]),
    EmpiricalScore(data), NearestNeighborScore(data, smoothing: 0.3, shifts: 3),
    WidenedScore(EmpiricalScore(data), width: 0.4),
  ]

  // n = 20,000; 4 statistics a score.
  @Test(arguments: 0..<scores.count)
  func `draws have the model's moments, and noise is added to them`(index: Int) {
    let score = Self.scores[index]
    let samples = Samples(seed: 51, count: 20_000)
    for sigma in [0, 0.7] {
      let points =
        sigma > 0
        ? score.noisedDraws(at: sigma, samples: samples) : score.draws(samples, purpose: .data)
      let rows = points.doubleRows
      for axis in 0..<3 {
        let estimate = Estimate(rows.map { $0[axis] })
        #expect(abs(estimate.mean - score.mean[axis]) <= 4.5 * estimate.standardError + 1e-6)
      }
      let squares = rows.map { distance($0, score.mean) * distance($0, score.mean) }
      #expect(Estimate(squares).deviation(from: score.totalVariance + 3 * sigma * sigma) < 4.5)
    }
  }

  @Test(arguments: 0..<scores.count)
  func `a sample's draw does not depend on its batch`(index: Int) {
    let score = Self.scores[index]
    let whole = score.noisedDraws(at: 0.7, samples: Samples(seed: 51, count: 40))
    let part = score.noisedDraws(at: 0.7, samples: Samples(seed: 51, first: 9, count: 3))
    #expect(part.bitPatterns == whole.rows(9..<12).bitPatterns)
  }
}
