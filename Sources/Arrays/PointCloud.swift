import CKernels

/// Data points laid out for distances: centred once, with half their squared norms.
///
/// Centring keeps Float32 products exact enough far from the origin, and is itself exact; what the
/// products cannot decide is decided again in Double.
public struct PointCloud: Sendable {
  /// The number of points, N.
  public let count: Int
  /// The number of coordinates, d.
  public let dimension: Int
  /// The mean of the points.
  public let mean: [Double]
  /// E‖x_i − mean‖², the trace of the covariance.
  public let totalVariance: Double
  /// The largest norm of the points as the kernels read them, less `center`.
  let radius: Double
  let center: [Float]
  /// mean − center.
  let shift: [Double]
  let values: [Float]
  let halfNorms: [Float]
  /// Where one value is usual; nil elsewhere.
  let usual: UsualValues?

  /// Takes the points over; they need to be finite.
  public init(_ points: consuming Points) {
    let (count, dimension) = (points.count, points.dimension)
    precondition(count > 0, "A cloud has at least one point.")
    let (mean, center) = Self.middle(of: points)
    let shift = zip(mean, center).map { $0 - Double($1) }
    var norms = [Float](repeating: 0, count: count)
    var (total, largest) = (0.0, 0.0)
    // Every index lies below count × d, the size of the points.
    points.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<count {
        var norm = 0.0
        for column in 0..<dimension {
          let moved = values[row * dimension + column] - center[column]
          values[row * dimension + column] = moved
          let (value, away) = (Double(moved), Double(moved) - shift[column])
          norm += value * value
          total += away * away
        }
        norms[row] = Float(norm / 2)
        largest = max(largest, norm)
      }
    }
    (self.mean, self.center, self.shift) = (mean, center, shift)
    self.count = count
    self.dimension = dimension
    totalVariance = total / Double(count)
    radius = largest.squareRoot()
    values = points.values
    halfNorms = norms
    usual = Self.usual(values, norms, center)
  }

  /// Whether products leave out what is usual in the data.
  package var leavesOutUsual: Bool { usual != nil }

  /// What is usual in data of enough coordinates that products are worth it.
  private static func usual(
    _ values: [Float], _ halfNorms: [Float], _ center: [Float]
  ) -> UsualValues? {
    var usual: UsualValues?
    guard center.count >= leastSparseDimension else { return nil }
    withKernel(values, halfNorms, center, nil) { usual = UsualValues($0) }
    return usual
  }

  /// Below, going through the products costs as much as taking them.
  private static let leastSparseDimension = 32

  /// The mean of points, and what is taken off them.
  static func middle(of points: borrowing Points) -> (mean: [Double], center: [Float]) {
    let (count, dimension) = (points.count, points.dimension)
    var sums = [Double](repeating: 0, count: dimension)
    for row in 0..<count {
      for column in 0..<dimension {
        sums[column] += Double(points.values[row * dimension + column])
      }
    }
    let mean = sums.map { $0 / Double(count) }
    return (mean, center(of: points, mean: mean))
  }

  /// The mean in the coordinates where every difference from it is exact, zero in the others.
  ///
  /// Rounding would move the points, and at small σ the softmax sees by how little. Numbers within
  /// a factor of two of the mean differ from it exactly (Sterbenz); where some are not, the mean
  /// is at most twice the largest deviation, and there is nothing to win.
  private static func center(of points: borrowing Points, mean: [Double]) -> [Float] {
    let dimension = points.dimension
    var center = mean.map { Float($0) }
    var columns = Array(0..<dimension)
    // Row by row, as the points lie; most columns are decided by the first rows.
    for row in 0..<points.count where !columns.isEmpty {
      columns.removeAll { column in
        let value = points.values[row * dimension + column]
        let least = min(value / center[column], center[column] / value)
        if least >= 0.5 { return false }
        center[column] = 0
        return true
      }
    }
    return center
  }

  /// Point `index`, as it was given.
  public func point(_ index: Int) -> [Double] {
    (0..<dimension).map { Double(values[index * dimension + $0]) + Double(center[$0]) }
  }

  /// A bound on the error of a Float32 x · x_i − ‖x_i‖²/2, for ‖x − center‖ = `norm`: every term
  /// goes through the rounded additions of its part, those of the parts, and two more, each within
  /// 2⁻²⁴ of the sum of magnitudes.
  func rounding(norm: Double) -> Double {
    let part = Int(kernels_product_part)
    let roundings = min(dimension, part) + (dimension + part - 1) / part + 2
    return Double(roundings) * 0x1p-24 * (norm * radius + radius * radius / 2)
  }

  /// The points less one common vector, in the order given.
  package var centered: Points { Points(count: count, dimension: dimension, values: values) }

  /// Data rows of a segment; the number of segments depends on N alone, so that the sums over
  /// segments are the same for every number of threads.
  var segments: [Range<Int>] {
    let pieces = max(1, min(8, count / 4096))
    return (0..<pieces).map { $0 * count / pieces..<($0 + 1) * count / pieces }
  }

  /// Calls `body` with the kernels' view of the cloud, valid during the call.
  func withKernel(_ body: (UnsafePointer<kernels_cloud>) -> Void) {
    Self.withKernel(values, halfNorms, center, usual?.values, body)
  }

  private static func withKernel(
    _ values: [Float], _ halfNorms: [Float], _ center: [Float], _ origin: [Float]?,
    _ body: (UnsafePointer<kernels_cloud>) -> Void
  ) {
    values.withUnsafeBufferPointer { values in
      halfNorms.withUnsafeBufferPointer { halfNorms in
        center.withUnsafeBufferPointer { center in
          (origin ?? []).withUnsafeBufferPointer { own in
            var kernel = kernels_cloud(
              values: values.baseAddress, half_norms: halfNorms.baseAddress,
              center: center.baseAddress, count: halfNorms.count, dimension: center.count,
              origin: origin == nil ? nil : own.baseAddress)
            withUnsafePointer(to: &kernel, body)
          }
        }
      }
    }
  }

  /// ‖x − center‖ of one row.
  func norm(of x: Points, row: Int) -> Double {
    var sum = 0.0
    for i in 0..<dimension {
      let gap = Double(x.values[row * dimension + i]) - Double(center[i])
      sum += gap * gap
    }
    return sum.squareRoot()
  }
}
