import CKernels

extension PointCloud {
  /// Whether averages are taken in Float32 first.
  var isNearby: Bool { dimension <= kernels_nearby_dimension }

  /// The averages of ``softmaxMean(at:sigma:into:scratch:)`` in Float32, in few dimensions; rows
  /// where that may not do are marked in `doubtful`, which has room for all.
  func nearbyMean(
    at x: Points, sigma: PerRow<Double>, into means: inout Points, doubtful: inout [UInt8],
    workers: Workers
  ) {
    let d = dimension
    // Enough tasks for some threads to share, of whole panels.
    let size = 64 * max(1, min(16, x.count / (64 * 16)))
    withKernel { kernel in
      withSigmas(sigma) { sigmas, stride in
        x.values.withUnsafeBufferPointer { x in
          means.values.withUnsafeMutableBufferPointer { means in
            doubtful.withUnsafeMutableBufferPointer { doubtful in
              let inputs = Shared((kernel, sigmas, x.baseAddress))
              let outputs = Shared((means.baseAddress, doubtful.baseAddress))
              workers.forEachBlock(of: means.count / d, size: size) { _, rows in
                let first = rows.lowerBound
                kernels_nearby_mean(
                  inputs.pointer.0, inputs.pointer.2?.advanced(by: first * d), rows.count,
                  inputs.pointer.1?.advanced(by: first * stride), stride,
                  outputs.pointer.0?.advanced(by: first * d),
                  outputs.pointer.1?.advanced(by: first))
              }
            }
          }
        }
      }
    }
  }

  /// σ of row r stands `r * stride` numbers on.
  private func withSigmas(
    _ sigma: PerRow<Double>, _ body: (_ sigmas: UnsafePointer<Double>?, _ stride: Int) -> Void
  ) {
    switch sigma {
    case .uniform(let common): withUnsafePointer(to: common) { body($0, 0) }
    case .each(let values): values.withUnsafeBufferPointer { body($0.baseAddress, 1) }
    }
  }
}
