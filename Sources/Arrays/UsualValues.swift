import CKernels

/// The value that most numbers of a data set hold, where one is that usual: the paper of a drawing,
/// the zeros of counts. Products with what differs from it leave most of the work out.
struct UsualValues: Sendable {
  let value: Float
  /// The value for each coordinate, as the kernels read it.
  let values: [Float]
  /// ‖x_i − values‖²/2.
  let halfNorms: [Float]
  /// The largest ‖x_i − values‖.
  let radius: Double
  /// ‖values‖.
  let length: Double

  /// The share of numbers that may differ: with more, taking all is as fast.
  private static let mostOthers = 0.4
  /// Below, going through the products costs as much as taking them.
  private static let leastDimension = 32
  /// Numbers looked at first, spread over the data.
  private static let sampled = 4096

  /// Nil where no value is usual enough. It follows from the data alone.
  init?(_ points: borrowing Points) {
    let (count, d) = (points.count, points.dimension)
    guard d >= Self.leastDimension, let usual = Self.candidate(points.values) else { return nil }
    let own = [Float](repeating: usual, count: d)
    var halfNorms = [Double](repeating: 0, count: count)
    var others = 0
    points.values.withUnsafeBufferPointer { values in
      own.withUnsafeBufferPointer { own in
        var kernel = kernels_cloud()
        (kernel.values, kernel.origin) = (values.baseAddress, own.baseAddress)
        (kernel.count, kernel.dimension) = (count, d)
        others = kernels_rest_norms(&kernel, &halfNorms)
      }
    }
    guard Double(others) <= Self.mostOthers * Double(count * d) else { return nil }
    value = usual
    values = own
    self.halfNorms = halfNorms.map { Float($0) }
    radius = (2 * (halfNorms.max() ?? 0)).squareRoot()
    length = Double(d).squareRoot() * Double(abs(usual))
  }

  /// The most frequent of some numbers, if it comes near what is asked for and lies no further from
  /// zero than ten times what the others lie from it: else they are better taken from their mean.
  private static func candidate(_ data: borrowing [Float]) -> Float? {
    let some = min(data.count, sampled)
    // Evenly spread, at changing coordinates.
    let step = data.count / some
    var values = (0..<some).map { data[$0 * step + ($0 * 7919) % step] }
    values.sort()
    var (best, longest, start) = (Float.nan, 0, 0)
    for i in 1...some where i == some || values[i] != values[start] {
      if i - start > longest { (best, longest) = (values[start], i - start) }
      start = i
    }
    guard Double(longest) >= 0.9 * (1 - mostOthers) * Double(some) else { return nil }
    let spread = values.reduce(0.0) {
      $0 + (Double($1) - Double(best)) * (Double($1) - Double(best))
    }
    return Double(best) * Double(best) * Double(some) <= 100 * spread ? best : nil
  }
}
