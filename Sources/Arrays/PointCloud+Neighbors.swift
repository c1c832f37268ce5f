import CKernels

/// Points gathered beyond the nearest wanted, for Double to put in order.
private let margin = 8

extension PointCloud {
  /// Memory for finding the nearest points, again and again.
  public final class NearestScratch {
    /// How many are found.
    public let wanted: Int
    fileprivate let scan: PanelScan
    fileprivate let workers: Workers

    /// Memory for the `wanted` nearest of `cloud` on `workers`.
    public init(for cloud: PointCloud, wanted: Int, workers: Workers) {
      precondition((1...cloud.count).contains(wanted), "There are 1 … N nearest points.")
      self.wanted = wanted
      self.workers = workers
      scan = PanelScan(
        of: cloud, capacity: min(cloud.count, wanted + margin), gathersMean: false,
        workers: workers)
    }
  }

  /// The nearest points of each row in rising order of distance; equal ones in the order of the
  /// data. Row r's stand from `r * stride` on in `nearest`.
  public func nearest(
    to x: Points, into nearest: inout [Int32], stride: Int, scratch: NearestScratch
  ) {
    precondition(x.dimension == dimension, "Points and data have one dimension.")
    precondition(nearest.count >= x.count * stride && stride >= scratch.wanted, "Room for all.")
    let (d, segments, wanted) = (dimension, segments.count, scratch.wanted)
    nearest.withUnsafeMutableBufferPointer { nearest in
      withKernel { kernel in
        x.values.withUnsafeBufferPointer { rows in
          let shared = Shared((kernel, rows.baseAddress, nearest.baseAddress, scratch.scan))
          scratch.scan.run(x, in: self, weigh: nil) { worker, lane, panel, gathered in
            let (kernel, rows, nearest, scan) = shared.pointer
            let row = panel.rows.lowerBound + lane
            kernels_nearest_join(
              kernel, gathered, segments, lane, rows?.advanced(by: row * d),
              rounding(norm: norm(of: x, row: row)), wanted,
              nearest?.advanced(by: row * stride), scan.scratch[worker])
          }
        }
      }
    }
  }

  /// (1/M) Σ_m Σ_i softmax_i(log w_i − ‖x + a e_m − x_i‖²/2σ²) x_i over chosen points, in Double.
  ///
  /// - Parameters:
  ///   - x: Queries, B × d.
  ///   - chosen: Data rows, `logWeights.count` a query.
  ///   - logWeights: log w, of the chosen points in their order; the same for every query.
  ///   - shifts: e_m, M rows of d a query: (B M) × d.
  ///   - scale: a, for all queries or one each.
  ///   - sigma: The width, for all queries or one each.
  ///   - means: The averages, B × d.
  ///   - workers: The threads to use.
  public func shiftedMean(
    at x: Points, over chosen: [Int32], logWeights: [Double], shifts: Points,
    scale: PerRow<Double>, sigma: PerRow<Double>, into means: inout Points, workers: Workers
  ) {
    let (d, n) = (dimension, logWeights.count)
    let shiftCount = shifts.count / max(1, x.count)
    precondition(chosen.count >= x.count * n && shifts.count == x.count * shiftCount)
    means.values.withUnsafeMutableBufferPointer { means in
      withKernel { kernel in
        x.values.withUnsafeBufferPointer { rows in
          shifts.values.withUnsafeBufferPointer { shifts in
            chosen.withUnsafeBufferPointer { chosen in
              let inputs = Shared((kernel, rows.baseAddress, shifts.baseAddress))
              let lists = Shared((chosen.baseAddress, means.baseAddress))
              workers.forEach(x.count) { _, row in
                let (kernel, rows, shifts) = inputs.pointer
                guard let chosen = lists.pointer.0 else { return }
                // An index is negative only where the query was not finite.
                guard chosen[row * n] >= 0 else {
                  lists.pointer.1?.advanced(by: row * d).update(repeating: .nan, count: d)
                  return
                }
                withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * d + n) {
                  kernels_shifted_mean(
                    kernel, chosen + row * n, logWeights, n, rows?.advanced(by: row * d),
                    shifts?.advanced(by: row * shiftCount * d), shiftCount, scale[row],
                    sigma[row], lists.pointer.1?.advanced(by: row * d), $0.baseAddress)
                }
              }
            }
          }
        }
      }
    }
  }
}

extension PointCloud {
  /// ‖x − x_i‖² in Double from one row of `x` to every point.
  public func squaredDistances(to x: Points, row: Int) -> [Double] {
    precondition(x.dimension == dimension, "Points and data have one dimension.")
    var squared = [Double](repeating: 0, count: count)
    var scratch = [Double](repeating: 0, count: dimension)
    withKernel { kernel in
      x.values.withUnsafeBufferPointer {
        kernels_distances(
          kernel, 0, count, $0.baseAddress?.advanced(by: row * dimension), &squared, &scratch)
      }
    }
    return squared
  }
}
