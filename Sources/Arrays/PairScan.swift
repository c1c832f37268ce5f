import CKernels

/// Every row of one set beside every row of another, as the kernels of pairs read them.
///
/// Squared distances are sums of squared differences of the numbers as they were given, times a
/// power of two that brings them into the middle of Float32's range. Nothing cancels, so that each is
/// within some 2⁻²⁴ of *itself*, wherever the sets lie, whatever their unit, and whatever row lies far
/// from the rest.
struct PairScan: Sendable {
  /// The set whose rows lie in lanes, n × d.
  let x: Points
  /// The set whose rows come one by one, m × d.
  let y: Points
  /// Whether both are one set, of which each pair counts once.
  let isWithin: Bool
  /// The power of two.
  let unit: Float

  /// Squares have room for 2²⁷ coordinates above, and for gaps of 2⁻¹¹³ of the largest below.
  private static let middleExponent = 50
  private static let largestExponent = 100
  private static let widestPanel = Int(kernels_widest_panel)
  /// Parts of either set that make tasks; what tasks sum is joined in order.
  private static let parts = 8

  /// All pairs of rows of `x` and rows of `y`.
  init(_ x: Points, _ y: Points) {
    precondition(x.dimension == y.dimension, "Two sets have one dimension.")
    (self.x, self.y, isWithin) = (x, y, false)
    unit = Self.unit(max(Self.largest(x), Self.largest(y)))
  }

  /// All pairs of two different rows of `x`, each once.
  init(within x: Points) {
    (self.x, y, isWithin) = (x, x, true)
    unit = Self.unit(Self.largest(x))
  }

  private static func largest(_ points: Points) -> Float {
    points.values.reduce(0) { abs($1) < .infinity ? max($0, abs($1)) : $0 }
  }

  private static func unit(_ largest: Float) -> Float {
    let exponent = largest > 0 ? middleExponent - Int(largest.exponent) : 0
    return Float(sign: .plus, exponent: min(exponent, largestExponent), significand: 1)
  }

  /// unit², by which squared distances are multiplied.
  var squaredUnit: Double { Double(unit) * Double(unit) }

  /// Numbers of scratch that a kernel takes.
  var scratchCount: Int { Int(kernels_block_rows) * (Self.widestPanel + x.dimension) }

  /// Calls `body(worker, rows, kernel)` for panels of rows of `x`, at once.
  func forEachPanel(
    workers: Workers, _ body: @Sendable (Int, Range<Int>, UnsafePointer<kernels_rows>) -> Void
  ) {
    withRows { kernel in
      let shared = Shared(kernel)
      workers.forEachBlock(of: x.count, size: Self.widestPanel) { body($0, $1, shared.pointer) }
    }
  }

  /// Panels and rows cut into tasks that depend on the sizes alone: task (g, s) has every panel of
  /// number g modulo `groups` and the rows of segment s.
  var groups: Int { min(Self.parts, (x.count + Self.widestPanel - 1) / Self.widestPanel) }

  /// Rows of `y` of each segment, in whole blocks.
  var segments: [Range<Int>] {
    let size = Int(kernels_block_rows)
    let blocks = (y.count + size - 1) / size
    let count = min(Self.parts, blocks)
    return (0..<count).map {
      blocks * $0 / count * size..<min(y.count, blocks * ($0 + 1) / count * size)
    }
  }

  /// Rows of `x` of each panel of a group.
  func panels(of group: Int) -> [Range<Int>] {
    stride(from: group * Self.widestPanel, to: x.count, by: groups * Self.widestPanel).map {
      $0..<min(x.count, $0 + Self.widestPanel)
    }
  }

  /// Calls `body` with the kernels' view of `y`, valid during the call.
  func withRows(_ body: (UnsafePointer<kernels_rows>) -> Void) {
    y.values.withUnsafeBufferPointer {
      var kernel = kernels_rows(
        values: $0.baseAddress, count: y.count, dimension: y.dimension, unit: unit)
      withUnsafePointer(to: &kernel, body)
    }
  }

  /// Calls `body` with some rows of `x` in lanes, valid during the call.
  func withQueries(_ rows: Range<Int>, _ body: (UnsafePointer<kernels_queries>) -> Void) {
    let (d, none) = (x.dimension, [Float](repeating: 0, count: x.dimension))
    let lanes = rows.count > 32 ? 64 : rows.count > 16 ? 32 : 16
    var panel = [Float](repeating: 0, count: d * lanes)
    x.values.withUnsafeBufferPointer { values in
      let own = values.baseAddress.map { $0 + rows.lowerBound * d }
      kernels_pack_panel(own, rows.count, d, none, &panel, lanes)
      for index in panel.indices { panel[index] *= unit }
      panel.withUnsafeBufferPointer {
        var queries = kernels_queries(
          rows: own, panel: $0.baseAddress, lanes: lanes, count: rows.count,
          first: isWithin ? rows.lowerBound : -(1 << 40))
        withUnsafePointer(to: &queries, body)
      }
    }
  }
}
