public import Arrays

/// The squared maximum mean discrepancy with a Gaussian kernel of width h.
///
///     MMD² = E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y),   k = e^(−‖x − y‖²/2h²)
///
/// Between 0 and 2, without unit; estimated without bias over pairs of different points, so that it
/// scatters about zero between sets of one law. It sees differences on the scale of h. Standard
/// error: see decision 0015.
///
/// - Cost: all pairs, (n + m)² d multiplications.
/// - Reference: Gretton et al. 2012, lemma 6 and section 8, <https://jmlr.org/papers/v13/gretton12a.html>.
public struct MaximumMeanDiscrepancy: SetMetric {
  /// h; nil takes the median distance between points of the reference.
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
    let width = width ?? Self.medianDistance(reference)
    let pairs = PairStatistic(samples, reference, .gaussian(width: width), workers: workers)
    // Similarities where the statistic has distances.
    return Estimate(value: -pairs.estimate.value, standardError: pairs.estimate.standardError)
  }

  /// Points that the median looks at: it moves by some per cent from set to set, which no kernel
  /// notices.
  private static let sampleSize = 500

  /// The median distance between points of the set, evenly chosen; 1 where they are all equal.
  public static func medianDistance(_ points: Points) -> Double {
    let count = min(points.count, sampleSize)
    let chosen = points.rows(at: (0..<count).map { $0 * points.count / count })
    let cloud = PointCloud(chosen)
    var squares: [Double] = []
    for row in 1..<max(1, count) {
      squares += cloud.squaredDistances(to: chosen, row: row)[..<row]
    }
    squares.sort()
    let median = squares.isEmpty ? 0 : squares[squares.count / 2].squareRoot()
    return median > 0 ? median : max(1, squares.last?.squareRoot() ?? 0)
  }
}
