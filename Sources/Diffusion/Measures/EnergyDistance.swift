public import Arrays

/// The energy distance between two laws.
///
///     E = 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖
///
/// It is zero where the laws are equal and positive elsewhere, in data units; some call its root
/// the distance. Estimated without bias over pairs of different points, so that it scatters about
/// zero between sets of one law and may be negative. Standard error: see decision 0015.
///
/// Differences of coordinates are taken before they are squared: one row far from the rest, or an
/// origin far from all, costs no digits.
///
/// - Cost: all pairs, ½ (n + m)² d multiplications.
/// - Reference: Székely, Rizzo 2013, equation 2.1, <https://doi.org/10.1016/j.jspi.2013.03.018>.
public struct EnergyDistance: SetMetric {
  /// The metric; it has no settings.
  public init() {}

  /// The distance with its standard error.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    PairStatistic(samples, reference, .distance, workers: workers).estimate
  }
}
