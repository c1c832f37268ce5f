import Arrays

/// A center and a width of each column that no single point can drag far.
///
///     c_j = median of x_ij over i,   s_j = (Q_j(1 − q) − Q_j(q)) / 2 z(q)
///
/// with quantiles Q_j and the normal quantile z(q) = −Φ⁻¹(q), so that s is the deviation of a
/// normal law. q = 1/4, the quartiles, unless these are equal, as where a column is a code with one
/// frequent value: then 1/8, 1/16, 1/32; where even these are, the standard deviation. Zero for a
/// column of equal numbers.
///
/// All of it moves with the data: a x + b has the center a c + b and the width |a| s.
struct ColumnScales: Sendable {
  /// c, d numbers.
  let centers: [Double]
  /// s, d numbers.
  let scales: [Double]

  /// Rows that quantiles are taken from, spread evenly over the data: the standard error of a
  /// quartile's width is about a hundredth of it.
  private static let most = 8192

  /// q and 2 z(q).
  private static let spans = [
    (share: 1.0 / 4, width: 1.348_979_500_392_163_4),
    (share: 1.0 / 8, width: 2.300_698_760_752_015_7),
    (share: 1.0 / 16, width: 3.068_241_088_705_092_6),
    (share: 1.0 / 32, width: 3.725_463_734_843_303),
  ]

  /// The scales of `data`, N ≥ 1, finite.
  init(_ data: Points, workers: Workers) {
    self.init(
      data, moments: SampleMoments(data, covariance: false, workers: workers), workers: workers)
  }

  /// The same where the moments are known.
  init(_ data: Points, moments: SampleMoments, workers: Workers) {
    let (n, d) = (data.count, data.dimension)
    let used = min(n, Self.most)
    let found = workers.results(of: d) { column in
      let variance = moments.variances[column]
      guard variance > 0 else { return (moments.mean[column], 0.0) }
      let rising = (0..<used).map { data.values[$0 * n / used * d + column] }.sorted()
      return (
        (Double(rising[(used - 1) / 2]) + Double(rising[used / 2])) / 2,
        Self.width(rising) ?? variance.squareRoot()
      )
    }
    centers = found.map(\.0)
    scales = found.map(\.1)
  }

  /// The first of the spans that is not zero.
  private static func width(_ rising: [Float]) -> Double? {
    for span in spans {
      // As many numbers below the one as above the other.
      let low = Int(span.share * Double(rising.count))
      let high = rising.count - 1 - low
      let gap = low < high ? Double(rising[high]) - Double(rising[low]) : 0
      // No point alone decides: one at each end lies outside.
      if low >= 1 && gap > 0 { return gap / span.width }
    }
    return nil
  }
}
