import CKernels

extension PointCloud {
  /// N^(−½) Σ_i n_i (x_i − mean) for each sample, n_i standard normal: a draw from the Gaussian
  /// with the data's covariance and mean zero, without ever forming the covariance.
  ///
  /// Normal i of a sample is number i mod 128 of its draw i / 128 from `stream`.
  public func normalCombinations(
    samples: [UInt64], stream: RandomStream, workers: Workers
  ) -> Points {
    var result = Points(count: samples.count, dimension: dimension)
    let lanes = Int(kernels_widest_panel)
    for first in stride(from: 0, to: samples.count, by: lanes) {
      let panel = Array(samples[first..<min(samples.count, first + lanes)])
      let sums = combinations(of: panel, stream, workers)
      let scale = 1 / Double(count).squareRoot()
      for lane in panel.indices {
        for i in 0..<dimension {
          result[first + lane, i] = Float(scale * sums[i * lanes + lane])
        }
      }
    }
    return result
  }

  /// The sums for one panel of samples, dimension × lanes; segment by segment, in order.
  private func combinations(
    of panel: [UInt64], _ stream: RandomStream, _ workers: Workers
  ) -> [Double] {
    let (lanes, size) = (Int(kernels_widest_panel), Int(kernels_block_rows))
    let blocks = (count + size - 1) / size
    let pieces = min(8, blocks)
    // Below the sums of x_i − center, Σ n_i: what takes the center for the mean.
    let stride = (dimension + 1) * lanes
    var partial = [Float](repeating: 0, count: pieces * stride)
    partial.withUnsafeMutableBufferPointer { partial in
      let sums = Shared(partial.baseAddress)
      withKernel { kernel in
        let cloud = Shared(kernel)
        workers.forEach(pieces) { _, piece in
          guard let sum = sums.pointer?.advanced(by: piece * stride) else { return }
          var weights = [Float](repeating: 0, count: size * lanes)
          var room = [Float](repeating: 0, count: decodedBlock)
          for block in piece * blocks / pieces..<(piece + 1) * blocks / pieces {
            let rows = block * size..<min(count, (block + 1) * size)
            var normals = Points(count: panel.count, dimension: size)
            stream.fillNormals(
              &normals, samples: panel, draw: UInt32(block), workers: Workers(count: 1))
            for lane in panel.indices {
              var blockSum: Float = 0
              for row in 0..<rows.count {
                weights[row * lanes + lane] = normals[lane, row]
                blockSum += normals[lane, row]
              }
              sum[dimension * lanes + lane] += blockSum
            }
            kernels_add_weighted_rows(
              cloud.pointer, rows.lowerBound, rows.upperBound, weights, lanes, sum, &room)
          }
        }
      }
    }
    var total = [Double](repeating: 0, count: stride)
    for piece in 0..<pieces {
      for index in 0..<stride { total[index] += Double(partial[piece * stride + index]) }
    }
    for (i, shift) in shift.enumerated() {
      for lane in 0..<lanes { total[i * lanes + lane] -= shift * total[dimension * lanes + lane] }
    }
    return total
  }
}
