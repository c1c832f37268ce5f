public import Arrays

/// What columns are divided by so that each has the same part in a distance: the w_j = s_j/s of a
/// ``Frame``.
///
///     s_j² = Var y_j of the reference,   s² = mean of the s_j²
///
/// Every column then has deviation s, and a distance keeps its unit. A column without spread keeps
/// w_j = 1.
public struct ColumnUnits: Sendable, Equatable {
  /// s_j, of each column of the reference, or in units of a common one.
  public let deviations: [Double]
  /// w_j.
  public let divisors: [Double]

  /// The divisors that a reference of at least one point sets.
  public init(of reference: Points, workers: Workers = .all) {
    let variances = SampleMoments(reference, covariance: false, workers: workers).variances
    deviations = variances.map { $0.squareRoot() }
    divisors =
      Frame(
        mean: [Double](repeating: 0, count: variances.count), deviations: deviations,
        scalesColumns: true
      ).scale
  }

  /// The divisors that turn coordinates of a frame into differences in data units, 1/w_j.
  public init(of frame: Frame) {
    deviations = frame.scale
    divisors = frame.scale.map { 1 / $0 }
  }

  /// The smallest and the largest deviation of columns that have any; nil where none has.
  public var extremes: (least: Double, most: Double)? {
    let spread = deviations.filter { $0 > 0 }
    guard let least = spread.min(), let most = spread.max() else { return nil }
    return (least, most)
  }

  /// The points with every column divided.
  public func apply(to points: consuming Points) -> Points {
    for row in 0..<points.count {
      for (column, divisor) in divisors.enumerated() {
        points[row, column] = Float(Double(points[row, column]) / divisor)
      }
    }
    return points
  }
}

/// A metric between sets whose columns are divided first.
public struct ColumnMetric: SetMetric {
  private let metric: any SetMetric
  private let units: ColumnUnits

  /// `metric` in these units of the columns.
  public init(_ metric: any SetMetric, in units: ColumnUnits) {
    (self.metric, self.units) = (metric, units)
  }

  /// That of the metric between the divided sets.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    metric.estimate(
      units.apply(to: samples), against: units.apply(to: reference), workers: workers)
  }

  /// That of the metric between the divided sets.
  public func value(_ samples: Points, against reference: Points, workers: Workers) -> Double {
    metric.value(units.apply(to: samples), against: units.apply(to: reference), workers: workers)
  }

  /// The metric settled on the divided reference.
  public func settled(on reference: Points, workers: Workers) -> any SetMetric {
    ColumnMetric(metric.settled(on: units.apply(to: reference), workers: workers), in: units)
  }
}
