public import Arrays

/// A metric between independent exact sets of one law: what no sample of that size can beat.
///
/// Pairs of sets are measured several times. An unbiased metric scatters about zero, a biased one
/// about a positive number; the root mean square is a size to hold either against.
public struct Floor: Sendable, Equatable {
  /// The metric of each pair of exact sets.
  public let values: [Double]
  /// The points of the two sets of a pair.
  public let counts: (samples: Int, reference: Int)

  /// Whether values and sizes are the same.
  public static func == (a: Floor, b: Floor) -> Bool {
    a.values == b.values && a.counts == b.counts
  }

  /// The floor that `values` of repeats make.
  public init(_ values: [Double], counts: (samples: Int, reference: Int)) {
    precondition(!values.isEmpty, "A floor takes at least one repeat.")
    (self.values, self.counts) = (values, counts)
  }

  /// The mean of the repeats.
  public var mean: Double { values.reduce(0, +) / Double(values.count) }
  /// The standard deviation between repeats; zero of one.
  public var spread: Double { variance(values).squareRoot() }
  /// √(mean of the squares): how large the metric is between exact sets.
  public var level: Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  /// Repeats unless told otherwise: a normal spread is known to a sixth, the skewed one of a squared
  /// distance to about a third.
  public static let defaultRepeats = 16

  /// The floor of a metric between sets drawn from a law.
  ///
  /// Random numbers: purpose `measure`; the sets of repeat r are consecutive samples from
  /// 2⁴⁰ + r (n + m) on, so that a reference drawn from sample 0 on shares none of them.
  ///
  /// - Parameters:
  ///   - metric: What is measured.
  ///   - law: What both sets are drawn from.
  ///   - count: Points of the first set, n.
  ///   - referenceCount: Points of the second, m.
  ///   - repeats: Pairs of sets.
  ///   - seed: The seed of the draws.
  ///   - workers: The threads to use.
  public init(
    of metric: some SetMetric, drawing law: some DrawableScore, count: Int, referenceCount: Int,
    repeats: Int = defaultRepeats, seed: UInt64 = 0, workers: Workers = .all
  ) {
    let values = (0..<repeats).map { index in
      let first = (1 << 40) + index * (count + referenceCount)
      let sets = [(first, count), (first + count, referenceCount)].map {
        law.draws(Samples(seed: seed, first: $0.0, count: $0.1), purpose: .measure)
      }
      return metric.value(sets[0], against: sets[1], workers: workers)
    }
    self.init(values, counts: (count, referenceCount))
  }

  /// The floor of a metric between disjoint parts of data, for a law known by its points alone.
  ///
  /// Each repeat shuffles the rows and takes the first n and the next m. Where the data has fewer
  /// than n + m rows the parts shrink in proportion, and the floor is that of smaller sets: compare
  /// ``counts``. Repeats share points, so that their spread is a little too small.
  ///
  /// Random numbers: purpose `measure`, sample 2⁴¹ + r.
  public init(
    of metric: some SetMetric, splitting data: Points, count: Int, referenceCount: Int,
    repeats: Int = defaultRepeats, seed: UInt64 = 0, workers: Workers = .all
  ) {
    precondition(data.count >= 4, "Two parts of data take four points.")
    let sizes = Self.parts(of: data.count, count, referenceCount)
    let stream = RandomStream(seed: seed, for: .measure)
    let values = (0..<repeats).map { index in
      let rows = shuffledRows(
        sizes.samples + sizes.reference, of: data.count, stream, sample: (1 << 41) + UInt64(index))
      return metric.value(
        data.rows(at: Array(rows[..<sizes.samples])),
        against: data.rows(at: Array(rows[sizes.samples...])), workers: workers)
    }
    self.init(values, counts: sizes)
  }

  /// Two disjoint parts of `total` rows: as large as asked for, or in proportion.
  static func parts(
    of total: Int, _ count: Int, _ referenceCount: Int
  ) -> (samples: Int, reference: Int) {
    guard count + referenceCount > total else { return (count, referenceCount) }
    let share = Double(count) / Double(count + referenceCount)
    let samples = min(total - 2, max(2, Int((share * Double(total)).rounded())))
    return (samples, total - samples)
  }
}
