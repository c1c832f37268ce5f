import CKernels

/// Memory of a batch's products with a cloud, from evaluation to evaluation.
///
/// Where the products of earlier points decide which data points matter to a row, those alone are
/// weighed; where they do not, the row takes a pass over all the data. The two ways give the same
/// bits, so that nobody need know which it was: every softmax over few points is taken in Double
/// over just those within e^−28 of the heaviest, and rows where more points matter always take
/// the pass.
public final class ProductHistory {
  /// Rows that took a pass over all the data, so far.
  public private(set) var passes = 0
  /// What bounds on unseen products are multiplied by: one. Tests make it too small, to see that
  /// they would notice.
  package var caution: Float = 1
  let workers: Workers
  let stride: Int
  /// Data rows of a row that are weighed one by one, at most; where more matter, weights are
  /// summed in Float32.
  let capacity: Int
  /// The same where Float32 is sure to do.
  let fewer: Int
  /// Data rows of a row that may be looked at one by one before it takes a pass: a pass of a full
  /// panel costs a row as much as a few thousand.
  let reach: Int
  /// e_m, M rows a row of the batch; nil without.
  private(set) var shifts: Points?
  let shiftCount: Int
  let segments: [Range<Int>]
  /// Rows that are worked on together.
  let wave: Int

  private let cloud: PointCloud
  private let arena = Arena()
  private let table: kernels_row
  private let anchorCount: Int
  private var rows: [RowProducts]
  /// For rows beyond those that fit in memory: used and forgotten.
  private var borrowed: [RowProducts] = []
  private let persistent: Int
  private let wantsAnchors: Bool
  let zeros: [Float]

  private var lists: [UnsafeMutablePointer<Int32>] = []
  private var lows: [UnsafeMutablePointer<UInt8>] = []
  private(set) var blocks: [UnsafeMutablePointer<Float>] = []
  private(set) var scratch: [UnsafeMutablePointer<Double>] = []
  private var panels: [UnsafeMutablePointer<Float>] = []
  private var sums: [UnsafeMutablePointer<Float>] = []

  /// Bytes of products of a cloud that are kept, at most, where nothing else is said: with them a run
  /// stays within a tenth more than its data in Float32, and 64 MiB.
  ///
  /// The program takes 24 of these and what a pass needs beside products 13; a jump has four
  /// matrices of the covariance's size.
  static func usualMemory(_ cloud: PointCloud) -> Int {
    let data = 4 * cloud.count * cloud.dimension
    let jump = 4 * 8 * cloud.dimension * cloud.dimension
    let room = data / 10 + (data - cloud.storedBytes) + (27 << 20) - jump
    return max(8 << 20, min(room, 48 << 20))
  }

  /// Rows whose products all fit: those of three anchors, or of two beside shifts.
  static func rows(_ cloud: PointCloud, shifts: Int) -> Int {
    let anchors = shifts > 1 ? 2 : 3
    let stored = shifts <= 1 ? shifts : shifts - 1
    return usualMemory(cloud)
      / RowProducts.size(stride: padded(cloud.count), anchorCount: anchors, stored: stored)
  }

  private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 + 16 }

  /// M at most.
  public static let mostShifts = Int(kernels_most_shifts)

  /// Memory for a batch of `rows` rows.
  ///
  /// - Parameters:
  ///   - cloud: The data.
  ///   - rows: B.
  ///   - shifts: e_m, M rows a row, which sum to zero for M > 1; nil for none.
  ///   - anchors: Products kept of a row, 0 … 4; fewer where they would not fit.
  ///   - memory: Bytes of products that are kept, at most; nil for what leaves a run small.
  ///   - workers: The threads to use.
  public init(
    for cloud: PointCloud, rows: Int, shifts: Points? = nil, anchors: Int = 3,
    memory: Int? = nil, workers: Workers
  ) {
    precondition((0...Int(kernels_most_anchors)).contains(anchors), "Up to four anchors.")
    let count = shifts.map { $0.count / max(1, rows) } ?? 1
    precondition(count <= Self.mostShifts, "Up to sixteen shifts.")
    precondition(shifts.map { $0.count == count * rows } ?? true, "M shifts a row.")
    shiftCount = count
    self.cloud = cloud
    self.workers = workers
    self.shifts = shifts
    stride = Self.padded(cloud.count)
    segments = cloud.segments
    capacity = max(64, min(4096, cloud.count / 8))
    // Sums in Float32 that leave out most coordinates are worth it for fewer points.
    fewer = cloud.usual == nil ? capacity : min(1024, capacity)
    reach = max(capacity, cloud.count / 8)
    let stored = shifts == nil ? 0 : max(1, count - 1)
    let memory = memory ?? Self.usualMemory(cloud)
    wantsAnchors = anchors > 0
    zeros = [Float](repeating: 0, count: cloud.dimension)
    let fitting = (memory / max(1, rows) / stride - 3 * stored) / 2
    anchorCount = max(1, min(anchors, fitting))
    let size = RowProducts.size(stride: stride, anchorCount: anchorCount, stored: stored)
    wave = max(16, min(Self.wave(stride), memory / size))
    persistent =
      rows * size <= memory ? rows : max(0, memory / size - wave)
    let halfNorms = arena.floats(stride)
    let norms = arena.floats(stride)
    let own = cloud.usual?.halfNorms ?? cloud.halfNorms
    for i in 0..<stride {
      let isData = i < cloud.count
      halfNorms[i] = isData ? own[i] : 1e30
      norms[i] = isData ? (2 * own[i]).squareRoot() * (1 + 1e-6) : 0
    }
    var table = kernels_row()
    (table.count, table.stride) = (cloud.count, stride)
    table.half_norms = UnsafePointer(halfNorms)
    table.norms = UnsafePointer(norms)
    self.table = table
    self.rows = []
    let d = cloud.dimension
    for _ in 0..<workers.count {
      blocks.append(arena.floats(2 * Int(kernels_block_rows * kernels_widest_panel)))
      scratch.append(arena.doubles(4 * d + max(3 * reach, Int(kernels_block_rows))))
    }
  }

  /// Rows whose low bits and partial sums take some megabytes.
  private static func wave(_ stride: Int) -> Int {
    max(64, min(512, (4 << 20) / stride / 64 * 64))
  }

  /// Goes on with these rows alone, in their order.
  public func keep(_ kept: [Int]) {
    let there = rows.count
    rows = kept.filter { $0 < there }.map { rows[$0] }
    shifts?.keepRows(kept.flatMap { $0 * shiftCount..<($0 + 1) * shiftCount })
  }

  private func fresh() -> RowProducts {
    let stored = shifts == nil ? 0 : max(1, shiftCount - 1)
    return RowProducts(cloud, table, anchorCount: anchorCount, stored: stored)
  }

  /// What is known of rows of the batch; nothing of those that do not fit.
  func products(of range: Range<Int>) -> [RowProducts] {
    var used = 0
    return range.map { row in
      if row < persistent {
        while rows.count <= row { rows.append(fresh()) }
        if !wantsAnchors { rows[row].forgetAnchors() }
        return rows[row]
      }
      if used == borrowed.count { borrowed.append(fresh()) }
      used += 1
      borrowed[used - 1].reset()
      return borrowed[used - 1]
    }
  }

  /// Low bits of the row `index` of a wave.
  func low(_ index: Int) -> UnsafeMutablePointer<UInt8> {
    while lows.count <= index {
      let room = arena.room(for: Self.rowsAtOnce * stride, of: UInt8.self)
      lows += (0..<Self.rowsAtOnce).map { room + $0 * stride }
    }
    return lows[index]
  }

  /// Room for the data rows listed for the row `index` of a wave.
  func list(_ index: Int) -> UnsafeMutablePointer<Int32> {
    while lists.count <= index {
      let room = arena.integers(Self.rowsAtOnce * reach)
      lists += (0..<Self.rowsAtOnce).map { room + $0 * reach }
    }
    return lists[index]
  }

  /// Rows that get room together: in pages of their own, of which only those used take memory.
  private static let rowsAtOnce = 64

  /// Which rows of a wave had better take a pass, given how many data rows each would look at
  /// without: those with more than `reach`, and, where lanes are left or a pass pays, those with
  /// the most.
  ///
  /// Costs are in data rows looked at. A pass reads all the data once for a panel, which up to 32
  /// lanes takes as long as the memory does, some 2 N; 64 lanes compute for 4 N; half of that where
  /// most coordinates are left out. Each lane then goes through its own products.
  func passing(_ found: [Int]) -> [Int] {
    let n = cloud.count
    let order = found.indices.sorted { (found[$0], $1) > (found[$1], $0) }
    let needed = order.prefix { found[$0] > reach }.count
    func cost(_ lanes: Int) -> Int {
      let (full, rest) = (lanes / 64, lanes % 64)
      let unit = cloud.usual == nil ? 2 * n : n
      return unit * (2 * full + (rest == 0 ? 0 : rest <= 32 ? 1 : 2)) + n / 64 * lanes
    }
    var (best, least) = (needed, Int.max)
    var left = order[needed...].reduce(0) { $0 + found[$1] }
    for lanes in needed...order.count {
      // What a row looks at now it is likely to look at again.
      let total = cost(lanes) + 2 * left
      if total < least { (best, least) = (lanes, total) }
      if lanes < order.count { left -= found[order[lanes]] }
    }
    return order.prefix(best).sorted()
  }

  /// Room for panel `index` of queries.
  func panel(_ index: Int) -> UnsafeMutablePointer<Float> {
    let size = Int(kernels_widest_panel) * (cloud.dimension + 1)
    while panels.count <= index { panels.append(arena.floats(size)) }
    return panels[index]
  }

  /// Room for the sums of panel `index`, segments × d × lanes.
  func sums(_ index: Int) -> UnsafeMutablePointer<Float> {
    let size = segments.count * cloud.dimension * Int(kernels_widest_panel)
    while sums.count <= index { sums.append(arena.floats(size)) }
    return sums[index]
  }

  func count(passes rows: Int) { passes += rows }
}
