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

  /// The number alone, to the bit, where its error is not wanted: what a ``Floor`` repeats.
  func value(_ samples: Points, against reference: Points, workers: Workers) -> Double

  /// The metric with whatever it takes from a reference taken from this one, once for all sets that are
  /// then compared.
  func settled(on reference: Points, workers: Workers) -> any SetMetric
}

extension SetMetric {
  /// That of ``estimate(_:against:workers:)``.
  public func value(_ samples: Points, against reference: Points, workers: Workers) -> Double {
    estimate(samples, against: reference, workers: workers).value
  }

  /// Itself, where it takes nothing.
  public func settled(on reference: Points, workers: Workers) -> any SetMetric { self }
}
