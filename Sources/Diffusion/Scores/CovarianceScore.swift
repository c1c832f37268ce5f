import Arrays

extension EmpiricalScore: CovarianceScore {
  /// Points a coordinate from which the covariance of the points serves as it is: below, its small
  /// eigenvalues lie too low for a law that is to be more than these points.
  private static let pointsPerCoordinate = 5

  /// Cov[x₀] of the points; drawn toward an isotropic one by ``GaussianFit``'s rule where there are
  /// fewer than five points a coordinate.
  ///
  /// Cost: N d² and d³. Ask once.
  public var covariance: Covariance {
    let isAmple = count >= Self.pointsPerCoordinate * dimension
    return GaussianFit(
      of: cloud, kind: .full, shrinkage: isAmple ? .none : .automatic, units: .common, workers: .all
    ).covariance
  }
}

extension NearestNeighborScore: CovarianceScore {
  /// The covariance of the points that smoothing starts from; as ``EmpiricalScore/covariance``.
  public var covariance: Covariance { exact.covariance }
}

extension WidenedScore: CovarianceScore where Base: CovarianceScore {
  /// Cov[q₀] + w² I.
  public var covariance: Covariance { base.covariance.adding(width * width) }
}
