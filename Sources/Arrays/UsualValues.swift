import CKernels

/// What most coordinates of a cloud hold, where one value is that usual: the paper of a drawing, the
/// zeros of counts. Products with what differs from it leave most of the work out.
struct UsualValues: Sendable {
  /// The value of each coordinate, as the kernels read them.
  let values: [Float]
  /// ‖x_i − values‖²/2.
  let halfNorms: [Float]
  /// The largest ‖x_i − values‖.
  let radius: Double
  /// ‖values‖.
  let length: Double

  /// The share of coordinates that may differ: with more, taking all is as fast.
  static let mostOthers = 0.4
  /// Numbers looked at first, spread over the data.
  private static let sampled = 4096

  /// Nil where no value is usual enough. It follows from the data alone.
  init?(_ cloud: UnsafePointer<kernels_cloud>) {
    let (count, d) = (cloud.pointee.count, cloud.pointee.dimension)
    guard let data = cloud.pointee.values, let usual = Self.candidate(data, count * d) else {
      return nil
    }
    var own = [Float](repeating: usual, count: d)
    if usual != 0 {
      // Coordinates that are all the same have been centred away.
      var largest = own
      kernels_magnitudes(cloud, &largest)
      for i in 0..<d where largest[i] == 0 { own[i] = 0 }
    }
    var halfNorms = [Double](repeating: 0, count: count)
    var others = 0
    own.withUnsafeBufferPointer { own in
      var kernel = cloud.pointee
      kernel.origin = own.baseAddress
      others = kernels_rest_norms(&kernel, &halfNorms)
    }
    guard Double(others) <= Self.mostOthers * Double(count * d) else { return nil }
    values = own
    self.halfNorms = halfNorms.map { Float($0) }
    radius = (2 * (halfNorms.max() ?? 0)).squareRoot()
    length = own.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// The most frequent of some numbers, if it and zeros come near what is asked for.
  private static func candidate(_ data: UnsafePointer<Float>, _ size: Int) -> Float? {
    let some = min(size, sampled)
    // Evenly spread, at changing coordinates.
    var values = (0..<some).map { data[$0 * (size / some) + ($0 * 7919) % max(1, size / some)] }
    values.sort()
    var (best, longest, zeros, start) = (Float.nan, 0, 0, 0)
    for i in 1...some where i == some || values[i] != values[start] {
      if i - start > longest { (best, longest) = (values[start], i - start) }
      if values[start] == 0 { zeros = i - start }
      start = i
    }
    let near = best == 0 ? longest : longest + zeros
    return Double(near) >= 0.9 * (1 - mostOthers) * Double(some) ? best : nil
  }
}
