import CKernels

/// A mixture along the axes laid out for the kernel that rules components out, for which they lie in
/// lanes.
///
/// Written once, then read by any thread. That kernel's bits are those of the kernel for all
/// mixtures, so that it may take what it likes.
final class AxesMixture: Sendable {
  private let slots: Int
  private let center: [Float]
  private let columns: [Float]
  private let norms: [Float]
  private let widest: [Double]
  private let narrowest: [Double]

  init(_ mixture: PackedMixture) {
    let (d, count, lanes) = (mixture.dimension, mixture.count, Int(kernels_lanes))
    slots = (count + lanes - 1) / lanes * lanes
    let center = (0..<d).map { i in
      Float((0..<count).reduce(0) { $0 + mixture.means[$1 * d + i] } / Double(count))
    }
    var columns = [Float](repeating: 0, count: slots * d)
    var norms = [Float](repeating: 0, count: slots)
    for k in 0..<count {
      var square = 0.0
      for i in 0..<d {
        let value = Float(mixture.means[k * d + i] - Double(center[i]))
        columns[k / lanes * lanes * d + k % lanes + i * lanes] = value
        square += Double(value) * Double(value)
      }
      norms[k] = Float(square)
    }
    (self.center, self.columns, self.norms) = (center, columns, norms)
    let variances = (0..<count).map { k in
      mixture.ranks[k] == 0 ? [mixture.rests[k]] : Array(mixture.variances[k * d..<(k + 1) * d])
    }
    widest = variances.map { $0.reduce(0) { max($0, $1) } }
    narrowest = variances.map { $0.reduce(.infinity) { min($0, $1) } }
  }

  /// Whether a bound, which costs a fraction of a component, may save some.
  static func suits(dimension: Int, count: Int, bases: [Int]) -> Bool {
    let lanes = Int(kernels_lanes)
    return (lanes...largestDimension).contains(dimension) && count >= lanes
      && bases.allSatisfy { $0 < 0 }
  }

  /// The bound on rounding holds for sums of many more terms; beyond, it rules nothing out.
  private static let largestDimension = 1 << 14

  /// Calls `body` with the kernel's view of `mixture`, valid during the call.
  func withKernel<Answer>(
    of mixture: PackedMixture, _ body: (UnsafePointer<kernels_axes>) -> Answer
  ) -> Answer {
    mixture.withKernel { mixture in
      center.withUnsafeBufferPointer { center in
        columns.withUnsafeBufferPointer { columns in
          norms.withUnsafeBufferPointer { norms in
            widest.withUnsafeBufferPointer { widest in
              narrowest.withUnsafeBufferPointer { narrowest in
                var kernel = kernels_axes(
                  mixture: mixture, slots: slots, center: center.baseAddress,
                  columns: columns.baseAddress, norms: norms.baseAddress,
                  widest: widest.baseAddress, narrowest: narrowest.baseAddress,
                  largest: norms.reduce(0) { max($0, $1) })
                return withUnsafePointer(to: &kernel, body)
              }
            }
          }
        }
      }
    }
  }

  /// Memory for bounds and for each thread's task.
  final class Memory {
    private let arena = Arena()
    let limits: UnsafeMutablePointer<Float>
    let parts: [UnsafeMutablePointer<Double>]

    init(for mixture: PackedMixture, _ axes: AxesMixture, workers: Workers) {
      let arena = arena
      let size = axes.withKernel(of: mixture) { kernels_axes_scratch($0) }
      limits = arena.floats(4 * axes.slots)
      parts = (0..<workers.count).map { _ in arena.doubles(size) }
    }
  }
}

extension PackedMixture {
  /// The denoiser at one σ for all rows, into `clean`.
  func denoiseAlongAxes(
    _ x: Points, _ sigma: Double, _ clean: UnsafeMutablePointer<Float>?, _ axes: AxesMixture,
    _ scratch: Scratch, _ workers: Workers
  ) {
    precondition(x.dimension == dimension, "Points and mixture have one dimension.")
    precondition(scratch.fits(self, workers), "Scratch belongs to one mixture.")
    let memory = scratch.memory(for: self, axes, workers)
    let (d, rows) = (dimension, x.count)
    // Components find company among many rows; four tasks a thread share them evenly.
    let size = max(16, min(1024, (rows + 64 * workers.count - 1) / (64 * workers.count) * 16))
    axes.withKernel(of: self) { kernel in
      kernels_mixture_table(kernel.pointee.mixture, sigma, &scratch.table)
      x.values.withUnsafeBufferPointer { x in
        scratch.table.withUnsafeBufferPointer { table in
          kernels_axes_limits(kernel, sigma, table.baseAddress, memory.limits)
          let shared = Shared((kernel, x.baseAddress, table.baseAddress, clean, memory))
          workers.forEachBlock(of: rows, size: size) { worker, rows in
            let ((kernel, x, table, clean, memory), first) = (shared.pointer, rows.lowerBound)
            kernels_axes_denoise(
              kernel, x?.advanced(by: first * d), rows.count, table, memory.limits,
              memory.parts[worker], clean?.advanced(by: first * d))
          }
        }
      }
    }
  }
}
