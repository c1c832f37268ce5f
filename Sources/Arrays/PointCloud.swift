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
  /// The points less `center`; their codes, in the first quarter, where there are `levels`.
  private let store: [Float]
  let halfNorms: [Float]
  /// Where one value is usual; nil elsewhere.
  let usual: UsualValues?
  /// What codes stand for; nil where numbers are held as they are.
  private let levels: kernels_levels?

  /// Takes the points over; they need to be finite.
  public init(_ points: consuming Points) { self.init(points, usesCodes: true) }

  /// The same, if wanted without codes: nothing but memory and time may tell.
  package init(_ points: consuming Points, usesCodes: Bool) {
    precondition(points.count > 0, "A cloud has at least one point.")
    count = points.count
    dimension = points.dimension
    mean = Self.mean(of: points)
    usual = UsualValues(points)
    center =
      usual == nil
      ? Self.center(of: points, mean: mean) : [Float](repeating: 0, count: dimension)
    shift = zip(mean, center).map { $0 - Double($1) }
    let sizes = Self.move(&points, to: center, shift)
    (halfNorms, totalVariance, radius) = (sizes.halfNorms, sizes.variance, sizes.radius)
    levels = usesCodes ? usual.flatMap { EvenLevels.encode(&points, usual: $0.value) } : nil
    store = points.values
  }

  /// Whether products leave out what is usual in the data.
  package var leavesOutUsual: Bool { usual != nil }
  /// Whether the data are held as codes of levels.
  package var holdsCodes: Bool { levels != nil }
  /// Bytes that the data take.
  var storedBytes: Int { (holdsCodes ? 1 : 4) * count * dimension }
  /// Rows of a batch whose products, and those of M `shifts`, are all remembered.
  package func rememberedRows(shifts: Int) -> Int { ProductHistory.rows(self, shifts: shifts) }

  /// Takes the center off; halves of the squared norms that are left, the largest norm, and
  /// E‖x_i − mean‖².
  private static func move(
    _ points: inout Points, to center: [Float], _ shift: [Double]
  ) -> (halfNorms: [Float], variance: Double, radius: Double) {
    let (count, dimension) = (points.count, points.dimension)
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
    return (norms, total / Double(count), largest.squareRoot())
  }

  /// What is taken off points before products: nothing where those leave out what is usual, and are
  /// small anyway.
  static func center(of points: borrowing Points) -> [Float] {
    UsualValues(points) == nil
      ? center(of: points, mean: mean(of: points))
      : [Float](repeating: 0, count: points.dimension)
  }

  private static func mean(of points: borrowing Points) -> [Double] {
    let (count, dimension) = (points.count, points.dimension)
    var sums = [Double](repeating: 0, count: dimension)
    for row in 0..<count {
      for column in 0..<dimension {
        sums[column] += Double(points.values[row * dimension + column])
      }
    }
    return sums.map { $0 / Double(count) }
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
    let row = centered(index..<index + 1).values
    return (0..<dimension).map { Double(row[$0]) + Double(center[$0]) }
  }

  /// A bound on the error of a Float32 x · x_i − ‖x_i‖²/2, for ‖x − center‖ = `norm`: every term
  /// goes through the rounded additions of its part, those of the parts, and two more, each within
  /// 2⁻²⁴ of the sum of magnitudes.
  func rounding(norm: Double) -> Double {
    let part = Int(kernels_product_part)
    let roundings = min(dimension, part) + (dimension + part - 1) / part + 2
    return Double(roundings) * 0x1p-24 * (norm * radius + radius * radius / 2)
  }

  /// Points less one common vector, in the order given.
  package func centered(_ rows: Range<Int>) -> Points {
    guard levels != nil else {
      return Points(
        count: rows.count, dimension: dimension,
        values: Array(store[rows.lowerBound * dimension..<rows.upperBound * dimension]))
    }
    var values = [Float](repeating: 0, count: rows.count * dimension)
    withKernel { kernels_decode($0, rows.lowerBound, rows.upperBound, &values) }
    return Points(count: rows.count, dimension: dimension, values: values)
  }

  /// Data rows of a segment; the number of segments depends on N alone, so that the sums over
  /// segments are the same for every number of threads.
  var segments: [Range<Int>] {
    let pieces = max(1, min(8, count / 4096))
    return (0..<pieces).map { $0 * count / pieces..<($0 + 1) * count / pieces }
  }

  /// Numbers that a block of rows takes as it is decoded; none where nothing is.
  var decodedBlock: Int { levels == nil ? 0 : Int(kernels_block_rows) * dimension }

  /// Calls `body` with the kernels' view of the cloud, valid during the call.
  func withKernel(_ body: (UnsafePointer<kernels_cloud>) -> Void) {
    store.withUnsafeBytes { store in
      halfNorms.withUnsafeBufferPointer { halfNorms in
        center.withUnsafeBufferPointer { center in
          (usual?.values ?? []).withUnsafeBufferPointer { own in
            let isCoded = levels != nil
            // Numbers, or codes, which are bytes of the same memory.
            var kernel = kernels_cloud(
              values: isCoded ? nil : store.baseAddress?.assumingMemoryBound(to: Float.self),
              half_norms: halfNorms.baseAddress,
              center: center.baseAddress, count: halfNorms.count, dimension: center.count,
              origin: usual == nil ? nil : own.baseAddress,
              codes: isCoded ? store.baseAddress?.assumingMemoryBound(to: UInt8.self) : nil,
              levels: levels ?? kernels_levels())
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
