import CKernels

extension PackedMixture {
  /// The denoiser in few dimensions, each row at its σ, into `clean`.
  func denoiseInPlane(
    _ x: Points, _ sigma: PerRow<Double>, _ clean: UnsafeMutablePointer<Float>?,
    _ scratch: Scratch, _ workers: Workers
  ) {
    precondition(x.dimension == dimension, "Points and mixture have one dimension.")
    precondition(scratch.fits(self, workers), "Scratch belongs to one mixture.")
    let axes: Int32 = dimension == 1 || bases.allSatisfy { $0 < 0 } ? 1 : 0
    withKernel { kernel in
      switch sigma {
      case .uniform(let common):
        kernels_plane_fill(
          kernel, axes, common, &scratch.parts, &scratch.exact, &scratch.single)
        scratch.exact.withUnsafeBufferPointer { exact in
          scratch.single.withUnsafeBufferPointer { single in
            var table = kernels_plane_table(exact: exact.baseAddress, single: single.baseAddress)
            withUnsafePointer(to: &table) {
              run(kernel, $0, axes, x, nil, clean, scratch, workers)
            }
          }
        }
      case .each(let values):
        values.withUnsafeBufferPointer {
          run(kernel, nil, axes, x, $0.baseAddress, clean, scratch, workers)
        }
      }
    }
  }

  /// Blocks of rows over the workers; worker w uses part w of the scratch alone.
  private func run(
    _ kernel: UnsafePointer<kernels_mixture>, _ table: UnsafePointer<kernels_plane_table>?,
    _ axes: Int32, _ x: Points, _ sigmas: UnsafePointer<Double>?,
    _ clean: UnsafeMutablePointer<Float>?, _ scratch: Scratch, _ workers: Workers
  ) {
    let (d, partSize) = (dimension, scratch.partSize)
    x.values.withUnsafeBufferPointer { x in
      scratch.parts.withUnsafeMutableBufferPointer { parts in
        let inputs = Shared((kernel, table, x.baseAddress, sigmas))
        let outputs = Shared((parts.baseAddress, clean))
        workers.forEachBlock(of: x.count / d, size: rowsPerTask(of: x.count / d)) { worker, rows in
          let (kernel, table, x, sigmas) = inputs.pointer
          let (parts, clean) = outputs.pointer
          kernels_plane_denoise(
            kernel, table, axes, x?.advanced(by: rows.lowerBound * d), rows.count,
            sigmas?.advanced(by: rows.lowerBound), parts?.advanced(by: worker * partSize),
            clean?.advanced(by: rows.lowerBound * d))
        }
      }
    }
  }
}
