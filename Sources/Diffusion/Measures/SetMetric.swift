public import Arrays

/// A number that tells two sets of points apart.
///
/// A number means little without its *floor*, the same number between two exact sets of these
/// sizes: see ``Floor``.
public protocol SetMetric: Sendable {
  /// The metric between two sets of at least two points each, with the standard error that both
  /// sets being samples gives it.
  ///
  /// - Parameters:
  ///   - samples: X, n × d, finite.
  ///   - reference: Y, m × d, finite.
  ///   - workers: The threads to use; the result is the same for every number.
  /// - Returns: The number with its standard error.
  func estimate(_ samples: Points, against reference: Points, workers: Workers) -> Estimate
}
