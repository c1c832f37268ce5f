import CKernels

/// Queries against every point of a cloud: panels of up to 64 rows in the lanes of the kernels.
///
/// A panel and a segment of the data make a task; what a task gathers lies in its own slot.
/// Slots are reused wave after wave, so memory depends neither on B nor on N.
final class PanelScan {
  /// Rows of the batch that share a panel.
  struct Panel {
    var rows: Range<Int>
    /// A multiple of 16, at least the number of rows.
    var lanes: Int
  }

  /// The queries of a panel, in memory of the arena.
  private struct Slot {
    var queries: UnsafeMutablePointer<Float>
    var precision: UnsafeMutablePointer<Float>
    var slack: UnsafeMutablePointer<Float>
    var found: UnsafeMutablePointer<Int32>
  }

  /// How a row weighs the data.
  struct Weighing {
    /// 1/σ².
    var precision: Float
    /// How far below the best a logit times σ² may lie and still count.
    var slack: Float
    /// Whether the points that matter are listed.
    var lists: Bool
  }

  private let dimension: Int
  private let segments: [Range<Int>]
  private let capacity: Int
  private let gathersMean: Bool
  private let workers: Workers
  private var arena = Arena()
  /// The gatherings of panel p lie at p × segments ..< (p + 1) × segments.
  private var panels: [kernels_panel] = []
  private var slots: [Slot] = []
  private var blocks: [UnsafeMutablePointer<Float>] = []
  private(set) var scratch: [UnsafeMutablePointer<Double>] = []

  /// A scan that keeps at most `capacity` points a row and segment.
  init(of cloud: PointCloud, capacity: Int, gathersMean: Bool, workers: Workers) {
    dimension = cloud.dimension
    segments = cloud.segments
    self.capacity = capacity
    self.gathersMean = gathersMean
    self.workers = workers
    for _ in 0..<workers.count {
      blocks.append(
        arena.floats(Int(kernels_block_rows * kernels_widest_panel) + cloud.decodedBlock))
      scratch.append(arena.doubles(2 * dimension + 3 * segments.count * capacity))
    }
  }

  /// Panels that are worked on together: several tasks for every worker within some tens of
  /// megabytes.
  private var wave: Int {
    let lanes = Int(kernels_widest_panel)
    let size = lanes * (dimension * 8 + capacity * 8)
    return max(workers.count, min(256, (32 << 20) / (size * segments.count)))
  }

  private func grow(to panelCount: Int) {
    let lanes = Int(kernels_widest_panel)
    while slots.count < panelCount {
      for _ in segments {
        panels.append(
          kernels_panel(
            best: arena.floats(lanes), sum: arena.doubles(lanes), norms: arena.doubles(lanes),
            mean: arena.floats(gathersMean ? lanes * dimension : 0),
            chosen: arena.integers(lanes * capacity), values: arena.floats(lanes * capacity),
            found: arena.integers(lanes), capacity: capacity))
      }
      slots.append(
        Slot(
          queries: arena.floats(lanes * dimension),
          precision: arena.floats(lanes), slack: arena.floats(lanes),
          found: arena.integers(lanes)))
    }
  }

  /// Scans the cloud for every row of `x` and calls `finish(worker, lane, panel, gathered)` for each
  /// with what its panel's segments gathered; calls for different rows may run at once.
  ///
  /// `weigh` says how a row weighs the data; without it the nearest points are gathered instead of
  /// a softmax.
  func run(
    _ x: Points, in cloud: PointCloud, weigh: (@Sendable (Int) -> Weighing)?,
    finish: @Sendable (Int, Int, Panel, UnsafePointer<kernels_panel>) -> Void
  ) {
    precondition(
      cloud.dimension == dimension && cloud.segments == segments, "Scratch belongs to one cloud.")
    let wave = wave
    var first = 0
    while first < x.count {
      let batch = cut(x.count, from: first, atMost: wave)
      grow(to: batch.count)
      first = batch[batch.count - 1].rows.upperBound
      let count = segments.count
      cloud.withKernel { kernel in
        x.values.withUnsafeBufferPointer { rows in
          panels.withUnsafeBufferPointer { gathered in
            let shared = Shared((self, kernel, rows.baseAddress, gathered.baseAddress))
            workers.forEach(batch.count) { _, index in
              let (scan, kernel, rows, _) = shared.pointer
              scan.pack(batch[index], scan.slots[index], kernel, rows, weigh)
            }
            workers.forEach(batch.count * count) { worker, task in
              let (scan, kernel, _, gathered) = shared.pointer
              guard let gathered else { return }
              scan.scan(
                batch[task / count], scan.slots[task / count], scan.segments[task % count], kernel,
                gathered + task, scan.blocks[worker], weighs: weigh != nil)
            }
            let lanes = Int(kernels_widest_panel)
            workers.forEach(batch.count * lanes) { worker, task in
              let (index, lane) = (task / lanes, task % lanes)
              guard let gathered = shared.pointer.3, lane < batch[index].rows.count else { return }
              finish(worker, lane, batch[index], gathered + index * count)
            }
          }
        }
      }
    }
  }

  /// The next panels of the batch.
  private func cut(_ count: Int, from start: Int, atMost most: Int) -> [Panel] {
    var panels: [Panel] = []
    var first = start
    while first < count && panels.count < most {
      let left = count - first
      let lanes = left > 32 ? 64 : left > 16 ? 32 : 16
      panels.append(Panel(rows: first..<min(count, first + lanes), lanes: lanes))
      first += lanes
    }
    return panels
  }

  /// Lays the rows of a panel into lanes; lanes past the last row repeat the first.
  private func pack(
    _ panel: Panel, _ slot: Slot, _ cloud: UnsafePointer<kernels_cloud>,
    _ rows: UnsafePointer<Float>?, _ weigh: ((Int) -> Weighing)?
  ) {
    kernels_pack_panel(
      rows?.advanced(by: panel.rows.lowerBound * dimension), panel.rows.count, dimension,
      cloud.pointee.center, slot.queries, panel.lanes)
    slot.found.update(repeating: 0, count: panel.lanes)
    guard let weigh else { return }
    for lane in 0..<panel.lanes {
      let weighing = weigh(panel.rows.lowerBound + (lane < panel.rows.count ? lane : 0))
      (slot.precision[lane], slot.slack[lane]) = (weighing.precision, weighing.slack)
      slot.found[lane] = weighing.lists ? 0 : -1
    }
  }

  /// One task; no other writes to its gathering or, meanwhile, to its worker's block.
  private func scan(
    _ panel: Panel, _ slot: Slot, _ rows: Range<Int>, _ cloud: UnsafePointer<kernels_cloud>,
    _ gathered: UnsafePointer<kernels_panel>, _ block: UnsafeMutablePointer<Float>, weighs: Bool
  ) {
    var out = gathered.pointee
    for lane in 0..<panel.lanes {
      (out.best[lane], out.sum[lane], out.norms[lane]) = (-.infinity, 0, 0)
      out.found[lane] = slot.found[lane]
    }
    if weighs {
      out.mean.update(repeating: 0, count: panel.lanes * dimension)
      kernels_softmax_scan(
        cloud, rows.lowerBound, rows.upperBound, slot.queries, panel.lanes, slot.precision,
        slot.slack, &out, block)
    } else {
      kernels_nearest_scan(
        cloud, rows.lowerBound, rows.upperBound, slot.queries, panel.lanes, &out, block)
    }
  }
}
