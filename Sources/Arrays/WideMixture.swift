import CKernels

/// A mixture laid out for the kernel for many dimensions, for which components and directions lie
/// in lanes.
///
/// Written once, then read by any thread.
final class WideMixture: @unchecked Sendable {
  private let arena = Arena()
  /// All but the mixture it belongs to.
  private let layout: kernels_wide
  /// Rows of a task, at most.
  let rows: Int

  init(_ mixture: PackedMixture) {
    let layout = Self.layout(of: mixture, in: arena)
    self.layout = layout
    rows = mixture.withKernel { Self.ask(layout, $0, kernels_wide_rows) }
  }

  private static func layout(of mixture: PackedMixture, in arena: Arena) -> kernels_wide {
    let (d, count, lanes) = (mixture.dimension, mixture.count, Int(kernels_lanes))
    let (slots, padded) = (rounded(count), rounded(d))
    func filled(_ size: Int, _ value: Double) -> UnsafeMutablePointer<Double> {
      let values = arena.doubles(size)
      values.update(repeating: value, count: size)
      return values
    }
    let (logWeights, norms) = (filled(slots, -.infinity), filled(slots, 0))
    let (widest, columns) = (filled(slots, 1), filled(slots * d, 0))
    let (spreads, lambdas) = (filled(slots * d, 1), filled(count * padded, 1))
    let ranks = mixture.ranks.map { Int($0) }
    let offsets = arena.room(for: count, of: Int.self)
    var size = 0
    for k in 0..<count {
      offsets[k] = size
      size += mixture.bases[k] < 0 ? 0 : rounded(ranks[k]) * d
    }
    let turned = filled(size, 0)
    for k in 0..<count {
      let (rank, panel) = (ranks[k], k / lanes * lanes * d + k % lanes)
      logWeights[k] = mixture.logWeights[k]
      widest[k] = rank < d ? mixture.rests[k] : 0
      for i in 0..<d {
        let mean = mixture.means[k * d + i]
        let variance = i < rank ? mixture.variances[k * d + i] : mixture.rests[k]
        norms[k] += mean * mean
        widest[k] = max(widest[k], variance)
        columns[panel + i * lanes] = mean
        spreads[panel + i * lanes] = variance
        if i < rank { lambdas[k * padded + i] = variance }
      }
      guard mixture.bases[k] >= 0 else { continue }
      for j in 0..<rank {
        let to = offsets[k] + j / lanes * lanes * d + j % lanes
        for i in 0..<d {
          turned[to + i * lanes] = mixture.basisValues[mixture.bases[k] + j * d + i]
        }
      }
    }
    return kernels_wide(
      mixture: nil, slots: slots, padded: padded, log_weights: logWeights, norms: norms,
      widest: widest, columns: columns, spreads: spreads, lambdas: lambdas, offsets: offsets,
      turned: turned)
  }

  /// Whether vectors of coordinates and of directions would be full: of the latter half, in the
  /// mean.
  static func suits(dimension: Int, directions: [UInt32], bases: [Int]) -> Bool {
    let turned = zip(directions, bases).reduce(0) { $0 + ($1.1 < 0 ? 0 : Int($1.0)) }
    let lanes = Int(kernels_lanes)
    return dimension >= lanes && 2 * turned >= lanes * directions.count
  }

  private static func rounded(_ count: Int) -> Int {
    (count + Int(kernels_lanes) - 1) / Int(kernels_lanes) * Int(kernels_lanes)
  }

  private static func ask<Answer>(
    _ layout: kernels_wide, _ mixture: UnsafePointer<kernels_mixture>,
    _ body: (UnsafePointer<kernels_wide>) -> Answer
  ) -> Answer {
    var whole = layout
    whole.mixture = mixture
    return withUnsafePointer(to: &whole, body)
  }

  /// Calls `body` with the kernel's view of `mixture`, valid during the call.
  func withKernel<Answer>(
    of mixture: PackedMixture, _ body: (UnsafePointer<kernels_wide>) -> Answer
  ) -> Answer {
    mixture.withKernel { Self.ask(layout, $0, body) }
  }

  /// Memory for a table and for each thread's task.
  final class Memory {
    private let arena = Arena()
    let table: UnsafeMutablePointer<Double>
    let parts: [UnsafeMutablePointer<Double>]

    init(for mixture: PackedMixture, _ wide: WideMixture, workers: Workers) {
      let (arena, count) = (arena, workers.count)
      (table, parts) = wide.withKernel(of: mixture) { kernel in
        let size = kernels_wide_scratch(kernel)
        return (
          arena.doubles(kernels_wide_table_size(kernel)),
          (0..<count).map { _ in arena.doubles(size) }
        )
      }
    }
  }
}

extension PackedMixture {
  /// The denoiser in many dimensions, each row at its σ, into `clean`.
  func denoiseWide(
    _ x: Points, _ sigma: PerRow<Double>, _ clean: UnsafeMutablePointer<Float>?,
    _ wide: WideMixture, _ scratch: Scratch, _ workers: Workers
  ) {
    precondition(x.dimension == dimension, "Points and mixture have one dimension.")
    precondition(scratch.fits(self, workers), "Scratch belongs to one mixture.")
    let memory = scratch.memory(for: self, wide, workers)
    let (d, rows) = (dimension, x.count)
    // Bits do not depend on tasks: each row is on its own. Eight at least, to share them evenly.
    let size = min(wide.rows, max(16, (rows + 127) / 128 * 16))
    wide.withKernel(of: self) { kernel in
      let (common, each): (Double, [Double]) =
        switch sigma {
        case .uniform(let value): (value, [])
        case .each(let values): (0, values)
        }
      let isUniform = each.isEmpty
      if isUniform { kernels_wide_table(kernel, common, memory.table) }
      x.values.withUnsafeBufferPointer { x in
        each.withUnsafeBufferPointer { each in
          let shared = Shared((kernel, x.baseAddress, each.baseAddress, clean, memory))
          workers.forEachBlock(of: rows, size: size) { worker, rows in
            let ((kernel, x, each, clean, memory), first) = (shared.pointer, rows.lowerBound)
            kernels_wide_denoise(
              kernel, x?.advanced(by: first * d), rows.count,
              isUniform ? nil : each?.advanced(by: first), common, isUniform ? memory.table : nil,
              memory.parts[worker], clean?.advanced(by: first * d))
          }
        }
      }
    }
  }
}
