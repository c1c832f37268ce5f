import Arrays
import Foundation

/// Shifts and room for shifted points.
final class ShiftMemory: RowMemory {
  /// Rows of the batch that are shifted at a time.
  private(set) var rows: Int
  private(set) var shifts: Points
  /// The row of the batch, within those at hand, that each query belongs to.
  private(set) var queryRows: [Int]
  private let repetitions: Int
  var queries: Points
  var means: Points

  init(_ score: NearestNeighborScore, _ workspace: Workspace) {
    let count = workspace.samples.count
    rows = max(1, min(count, 2048 / score.shifts))
    repetitions = score.shifts
    shifts = score.shifts(of: workspace.samples)
    queryRows = (0..<rows * score.shifts).map { $0 / score.shifts }
    queries = Points(count: rows * score.shifts, dimension: score.dimension)
    means = queries
  }

  func keep(_ kept: [Int]) {
    shifts.keepRows(groups(kept, of: repetitions))
    rows = max(1, min(kept.count, rows))
    // No query without a row: it would be evaluated all the same.
    let size = Array(0..<rows * repetitions)
    queryRows = size.map { $0 / repetitions }
    queries.keepRows(size)
    means.keepRows(size)
  }
}

/// The places of groups of `size` when only the groups named are there.
private func groups(_ kept: [Int], of size: Int) -> [Int] {
  kept.flatMap { $0 * size..<($0 + 1) * size }
}

/// The chosen points of every sample.
final class NeighborMemory: RowMemory {
  let logWeights: [Double]
  private(set) var shifts: Points
  private(set) var chosen: [Int32]
  private let nearest: Int
  private let remainder: Int
  /// Where products are not remembered.
  private let scratch: PointCloud.NearestScratch?
  /// K + L different points at random for each sample: L of them are not among any K.
  private var random: [Int32]
  private let repetitions: Int

  init(_ score: NearestNeighborScore, nearest: Int, remainder: Int, _ workspace: Workspace) {
    let (count, cloud) = (workspace.samples.count, score.exact.cloud)
    self.nearest = nearest
    self.remainder = remainder
    repetitions = score.shifts
    let others = Double(cloud.count - nearest) / Double(max(1, remainder))
    logWeights =
      [Double](repeating: 0, count: nearest)
      + [Double](repeating: log(others), count: remainder)
    shifts = score.shifts(of: workspace.samples)
    chosen = [Int32](repeating: 0, count: count * (nearest + remainder))
    scratch =
      cloud.remembersProducts
      ? nil : .init(for: cloud, wanted: nearest, workers: workspace.workers)
    let stream = RandomStream(seed: workspace.samples.seed, for: .remainder)
    random = workspace.samples.indices.flatMap {
      distinct(nearest + remainder, below: cloud.count, stream, sample: $0)
    }
  }

  func keep(_ rows: [Int]) {
    shifts.keepRows(groups(rows, of: repetitions))
    random = groups(rows, of: nearest + remainder).map { random[$0] }
    chosen.removeLast(chosen.count - random.count)
  }

  /// The K nearest of each row, then the first L of its random points that are not among them.
  func find(for x: Points, in cloud: PointCloud, _ workspace: Workspace) {
    let size = nearest + remainder
    if let scratch {
      cloud.nearest(to: x, into: &chosen, stride: size, scratch: scratch)
    } else {
      let memory = workspace.memory {
        ProductMemory(
          ProductHistory(
            for: cloud, rows: workspace.samples.count, workers: workspace.workers))
      }
      cloud.nearest(nearest, to: x, into: &chosen, stride: size, history: memory.history)
    }
    guard remainder > 0 else { return }
    for row in 0..<x.count {
      var next = row * size + nearest
      for candidate in row * size..<(row + 1) * size where next < (row + 1) * size {
        let isNear = (0..<nearest).contains { chosen[row * size + $0] == random[candidate] }
        if isNear { continue }
        chosen[next] = random[candidate]
        next += 1
      }
    }
  }
}

/// `count` different numbers below `bound`, in random order.
private func distinct(
  _ count: Int, below bound: Int, _ stream: RandomStream, sample: UInt64
) -> [Int32] {
  var seen: Set<Int32> = []
  var numbers: [Int32] = []
  var draw: UInt32 = 0
  while numbers.count < count {
    for uniform in stream.uniforms(count, sample: sample, draw: draw)
    where numbers.count < count {
      let number = Int32(uniform * Double(bound))
      if seen.insert(number).inserted { numbers.append(number) }
    }
    draw += 1
  }
  return numbers
}
