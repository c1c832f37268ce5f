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
    let (code, scale, limits) = Self.kernelArguments(function)
    precondition(limits.isEmpty || limits.count == count, "One radius a point of the cloud.")
    let widest = Int(kernels_widest_panel)
    var (sums, squares) = (
      [Double](repeating: 0, count: x.count), [Double](repeating: 0, count: x.count)
    )
    sums.withUnsafeMutableBufferPointer { sums in
      squares.withUnsafeMutableBufferPointer { squares in
        let out = Shared((sums.baseAddress, squares.baseAddress))
        withKernel { kernel in
          let cloud = Shared(kernel)
          // Each panel writes its own rows of the results.
          workers.forEachBlock(of: x.count, size: widest) { _, rows in
            let panel = PairPanel(x, rows, center: center)
            var own = [Double](repeating: 0, count: panel.lanes)
            var ownSquares = own
            var scratch = [Float](repeating: 0, count: Int(kernels_block_rows) * panel.lanes)
            kernels_pair_sums(
              cloud.pointer, panel.values, panel.lanes, panel.halfNorms,
              excludingSelf ? rows.lowerBound : -2 * widest, code, scale,
              limits.isEmpty ? nil : limits, &own, &ownSquares, &scratch)
            for (lane, row) in rows.enumerated() {
              out.pointer.0?[row] = own[lane]
              out.pointer.1?[row] = ownSquares[lane]
            }
          }
        }
      }
    }
    return (sums, squares)
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

  init(_ x: Points, _ rows: Range<Int>, center: [Float]) {
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
