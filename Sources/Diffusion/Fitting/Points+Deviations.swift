package import Arrays

extension Points {
  /// √Var of each column, d numbers, by sums in Double.
  package var columnDeviations: [Double] {
    SampleMoments(self, covariance: false, workers: .all).variances.map { $0.squareRoot() }
  }
}
