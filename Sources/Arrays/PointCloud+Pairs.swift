import CKernels

/// What is summed over pairs of points, as a function of their distance r.
public enum PairFunction: Sendable, Equatable {
  /// r.
  case distance
  /// e^(−r²/2h²), h > 0 being the width.
  case gaussian(width: Double)
  /// 1 where r is at most the radius of the cloud's point, else 0; one radius a point.
  case inside(radii: [Double])
}

extension PointCloud {
  /// Σ_j f(‖x_i − y_j‖) and Σ_j f² over the points y_j of the cloud, for each row x_i.
  ///
  /// Squared distances are ‖x‖² + ‖y‖² − 2 x·y of centred Float32 numbers: their error is about
  /// 10⁻⁷ of the squared size of the set. Sums run in Double over blocks of 128.
  ///
  /// - Parameters:
  ///   - function: f.
  ///   - x: Rows, n × d, finite.
  ///   - excludingSelf: Whether x_i is point i of the cloud and is no pair with itself.
  ///   - workers: The threads to use.
  /// - Returns: Both sums, one number a row of `x`.
  /// - Cost: n N d multiplications, and n N functions.
  public func pairSums(
    _ function: PairFunction, from x: Points, excludingSelf: Bool = false, workers: Workers
  ) -> (sums: [Double], squares: [Double]) {
    precondition(x.dimension == dimension, "Points and data have one dimension.")
    precondition(!excludingSelf || x.count == count, "A cloud is paired with itself.")
    var pairs = PairSums(function, of: count, from: x, excludingSelf: excludingSelf, workers)
    withKernel { pairs.add($0, first: 0) }
    return (pairs.sums, pairs.squares)
  }
}

extension Points {
  /// The same over these points as over a cloud of them, to the bit, without a copy of them all:
  /// some rows at a time are centred.
  public func pairSums(
    _ function: PairFunction, from x: Points, excludingSelf: Bool = false, workers: Workers
  ) -> (sums: [Double], squares: [Double]) {
    precondition(x.dimension == dimension, "Two sets have one dimension.")
    precondition(!excludingSelf || x.count == count, "A set is paired with itself.")
    let (center, block) = (PointCloud.center(of: self), Self.pairRows(dimension))
    var pairs = PairSums(function, of: count, from: x, excludingSelf: excludingSelf, workers)
    for first in stride(from: 0, to: count, by: block) {
      let rows = CenteredRows(self, first..<min(count, first + block), center, workers)
      rows.withKernel { pairs.add($0, first: first) }
    }
    return (pairs.sums, pairs.squares)
  }

  /// Rows of eight megabytes, whole blocks of the kernel: sums over blocks are those over all.
  private static func pairRows(_ dimension: Int) -> Int {
    let size = Int(kernels_block_rows)
    return max(1, (1 << 21) / dimension / size) * size
  }
}

/// Some rows of points less a center, with half their squared norms, as a cloud would hold them.
private struct CenteredRows {
  let values: [Float]
  let halfNorms: [Float]
  let center: [Float]

  init(_ points: Points, _ rows: Range<Int>, _ center: [Float], _ workers: Workers) {
    let d = points.dimension
    var values = [Float](repeating: 0, count: rows.count * d)
    var halfNorms = [Float](repeating: 0, count: rows.count)
    values.withUnsafeMutableBufferPointer { values in
      halfNorms.withUnsafeMutableBufferPointer { halfNorms in
        let out = Shared((values.baseAddress, halfNorms.baseAddress))
        // Each task writes its own rows, all inside both arrays.
        workers.forEachBlock(of: rows.count, size: 64) { _, own in
          for row in own {
            var norm = 0.0
            for column in 0..<d {
              let value = points.values[(rows.lowerBound + row) * d + column] - center[column]
              out.pointer.0?[row * d + column] = value
              norm += Double(value) * Double(value)
            }
            out.pointer.1?[row] = Float(norm / 2)
          }
        }
      }
    }
    (self.values, self.halfNorms, self.center) = (values, halfNorms, center)
  }

  /// Calls `body` with the kernels' view of the rows, valid during the call.
  func withKernel(_ body: (UnsafePointer<kernels_cloud>) -> Void) {
    values.withUnsafeBufferPointer { values in
      halfNorms.withUnsafeBufferPointer { halfNorms in
        center.withUnsafeBufferPointer { center in
          var kernel = kernels_cloud(
            values: values.baseAddress, half_norms: halfNorms.baseAddress,
            center: center.baseAddress, count: halfNorms.count, dimension: center.count,
            origin: nil, codes: nil, levels: kernels_levels())
          withUnsafePointer(to: &kernel, body)
        }
      }
    }
  }
}

/// Sums over pairs of rows with points that come some at a time.
private struct PairSums {
  private(set) var sums: [Double]
  private(set) var squares: [Double]
  private let x: Points
  private let excludesSelf: Bool
  private let function: (code: Int32, scale: Float, limits: [Float])
  private let workers: Workers

  init(
    _ function: PairFunction, of count: Int, from x: Points, excludingSelf: Bool, _ workers: Workers
  ) {
    self.function = Self.kernelArguments(function)
    let limits = self.function.limits
    precondition(limits.isEmpty || limits.count == count, "One radius a point of the cloud.")
    (self.x, self.workers, excludesSelf) = (x, workers, excludingSelf)
    sums = [Double](repeating: 0, count: x.count)
    squares = sums
  }

  /// Adds the pairs with points that begin with number `first`.
  mutating func add(_ kernel: UnsafePointer<kernels_cloud>, first: Int) {
    let widest = Int(kernels_widest_panel)
    let (x, function, excludesSelf) = (x, function, excludesSelf)
    sums.withUnsafeMutableBufferPointer { sums in
      squares.withUnsafeMutableBufferPointer { squares in
        let shared = Shared((sums.baseAddress, squares.baseAddress, kernel))
        // Each panel writes its own rows of the results.
        workers.forEachBlock(of: x.count, size: widest) { _, rows in
          let (sums, squares, cloud) = shared.pointer
          let panel = PairPanel(x, rows, center: cloud.pointee.center)
          var own = [Double](repeating: 0, count: panel.lanes)
          var ownSquares = own
          for (lane, row) in rows.enumerated() {
            (own[lane], ownSquares[lane]) = (sums?[row] ?? 0, squares?[row] ?? 0)
          }
          let decoded = cloud.pointee.codes == nil ? 0 : x.dimension
          var scratch = [Float](
            repeating: 0, count: Int(kernels_block_rows) * (panel.lanes + decoded))
          function.limits.withUnsafeBufferPointer { limits in
            kernels_pair_sums(
              cloud, panel.values, panel.lanes, panel.halfNorms,
              excludesSelf ? rows.lowerBound - first : -2 * widest, function.code,
              function.scale, limits.isEmpty ? nil : limits.baseAddress.map { $0 + first },
              &own, &ownSquares, &scratch)
          }
          for (lane, row) in rows.enumerated() {
            sums?[row] = own[lane]
            squares?[row] = ownSquares[lane]
          }
        }
      }
    }
  }

  /// The function as the kernel takes it.
  private static func kernelArguments(_ function: PairFunction) -> (Int32, Float, [Float]) {
    switch function {
    case .distance: return (Int32(kernels_pair_distance), 0, [])
    case .gaussian(let width):
      precondition(width > 0 && width.isFinite, "A kernel has a positive width.")
      return (Int32(kernels_pair_gaussian), Float(1 / (2 * width * width)), [])
    case .inside(let radii):
      return (Int32(kernels_pair_inside), 0, radii.map { Float($0 * $0) })
    }
  }
}

/// Rows of a batch, centred, in the lanes of a kernel.
private struct PairPanel {
  let lanes: Int
  let values: [Float]
  let halfNorms: [Float]

  init(_ x: Points, _ rows: Range<Int>, center: UnsafePointer<Float>?) {
    let d = x.dimension
    let lanes = rows.count > 32 ? 64 : rows.count > 16 ? 32 : 16
    var values = [Float](repeating: 0, count: d * lanes)
    x.values.withUnsafeBufferPointer {
      kernels_pack_panel(
        $0.baseAddress?.advanced(by: rows.lowerBound * d), rows.count, d, center, &values, lanes)
    }
    var norms = [Double](repeating: 0, count: lanes)
    for i in 0..<d {
      for lane in 0..<lanes {
        let value = Double(values[i * lanes + lane])
        norms[lane] += value * value
      }
    }
    (self.lanes, self.values, halfNorms) = (lanes, values, norms.map { Float($0 / 2) })
  }
}
