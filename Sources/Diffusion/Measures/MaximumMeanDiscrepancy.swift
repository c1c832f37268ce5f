public import Arrays

/// The squared maximum mean discrepancy with a Gaussian kernel of width h.
///
///     MMD² = E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y),   k = e^(−‖x − y‖²/2h²)
///
/// Between 0 and 2, without unit; estimated without bias over pairs of different points, so that it
/// scatters about zero between sets of one law. It sees differences on the scale of h. Standard
/// error: see decision 0015.
///
/// - Cost: all pairs, ½ (n + m)² d multiplications, and m² d for the median.
/// - Reference: Gretton et al. 2012, lemma 6 and section 8, <https://jmlr.org/papers/v13/gretton12a.html>.
public struct MaximumMeanDiscrepancy: SetMetric {
  /// h; nil takes the median distance between points of the reference, over all pairs.
  public let width: Double?

  /// The metric with a kernel of this width, or of one that the reference sets.
  public init(width: Double? = nil) {
    precondition(width.map { $0 > 0 && $0.isFinite } ?? true, "A kernel has a positive width.")
    self.width = width
  }

  /// MMD² with its standard error.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    let width = width ?? Self.medianDistance(reference, workers: workers)
    let pairs = PairStatistic(samples, reference, .gaussian(width: width), workers: workers)
    // Similarities where the statistic has distances.
    return Estimate(value: -pairs.estimate.value, standardError: pairs.estimate.standardError)
  }

  /// The metric with the width that this reference sets.
  public func settled(on reference: Points, workers: Workers) -> any SetMetric {
    MaximumMeanDiscrepancy(
      width: width ?? Self.medianDistance(reference, workers: workers))
  }

  /// The median distance between points of the set, in whatever order they stand: over pairs that
  /// differ where most do not, and 1 where all are equal.
  public static func medianDistance(_ points: Points, workers: Workers = .all) -> Double {
    let median = points.medianPairDistance(workers: workers)
    return median > 0 ? median : 1
  }
}
