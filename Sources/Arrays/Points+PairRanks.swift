import CKernels

extension Points {
  /// The median of ‖x_i − x_j‖ over all pairs of rows, the upper of two; over those that differ where
  /// half of them do not, and zero where none does.
  ///
  /// Exact but for the rounding of a squared distance in Float32, by counting the bits of all: the
  /// same for rows in any order.
  ///
  /// - Cost: n² d subtractions and multiplications.
  public func medianPairDistance(workers: Workers) -> Double {
    let scan = PairScan(within: self)
    let bits = Int32(kernels_count_bits)
    let high = scan.counts(shift: 31 - bits, above: 0, workers)
    let (pairs, equal) = (high.reduce(0, +), high[0])
    guard pairs > equal else { return 0 }
    let rank = pairs / 2 >= equal ? pairs / 2 : equal + (pairs - equal) / 2
    // Sixteen bits, of which the last are then counted with all that follow.
    let above = Self.place(of: rank, in: high).index >> Int(2 * bits - 31)
    let passed = high[..<(above << Int(2 * bits - 31))].reduce(0, +)
    let low = scan.counts(shift: 0, above: UInt32(above), workers)
    let index = Self.place(of: rank - passed, in: low).index
    let square = Float(bitPattern: UInt32(above << Int(bits) + index))
    return (Double(square) / scan.squaredUnit).squareRoot()
  }

  /// Where the number of a rank lies among counts of numbers, and how many come before that place.
  private static func place(
    of rank: UInt64, in counts: [UInt64]
  ) -> (index: Int, before: UInt64) {
    var before: UInt64 = 0
    for (index, count) in counts.enumerated() {
      if before + count > rank { return (index, before) }
      before += count
    }
    return (counts.count - 1, before)
  }

  /// The squared distance of each row to the `rank`-th nearest of all rows, in Double; rank one is the
  /// row itself, or a copy of it.
  ///
  /// - Cost: n² d subtractions and multiplications.
  public func squaredDistances(toNearest rank: Int, workers: Workers) -> [Double] {
    precondition((1...count).contains(rank), "There are 1 … n nearest rows.")
    let scan = PairScan(self, self)
    var squared = [Double](repeating: 0, count: count)
    squared.withUnsafeMutableBufferPointer { squared in
      let out = Shared(squared.baseAddress)
      // Each panel writes its own rows.
      scan.forEachPanel(workers: workers) { _, rows, kernel in
        for (offset, value) in scan.ranks(rank, of: rows, kernel).enumerated() {
          out.pointer?[rows.lowerBound + offset] = value
        }
      }
    }
    return squared
  }

  /// Whether each row lies inside one ball at least: ‖x_i − c_j‖² ≤ limit_j, in Double, for some j.
  ///
  /// Float32 decides where it is sure; where not, Double does, in the order of the coordinates as
  /// ``squaredDistances(toNearest:workers:)`` does.
  ///
  /// - Cost: n m d subtractions and multiplications, less where balls are soon found.
  public func areInside(
    ballsAt centers: Points, squaredRadii limits: [Double], workers: Workers
  ) -> [Bool] {
    precondition(limits.count == centers.count, "One radius a ball.")
    let scan = PairScan(self, centers)
    var inside = [Bool](repeating: false, count: count)
    inside.withUnsafeMutableBufferPointer { inside in
      let out = Shared(inside.baseAddress)
      scan.forEachPanel(workers: workers) { _, rows, kernel in
        var found = [Int32](repeating: 0, count: rows.count)
        var scratch = [Float](repeating: 0, count: scan.scratchCount)
        scan.withQueries(rows) { kernels_pair_inside(kernel, $0, limits, &found, &scratch) }
        for (offset, value) in found.enumerated() {
          out.pointer?[rows.lowerBound + offset] = value != 0
        }
      }
    }
    return inside
  }
}

/// Rows kept beyond those wanted, for Double to put in order.
private let margin = 8

extension PairScan {
  /// The squared distance to the `rank`-th nearest of some rows.
  fileprivate func ranks(
    _ rank: Int, of rows: Range<Int>, _ kernel: UnsafePointer<kernels_rows>
  ) -> [Double] {
    let (lanes, capacity) = (Int(kernels_widest_panel), min(y.count, rank + margin))
    var squares = [Double](repeating: 0, count: rows.count * rank)
    var chosen = [Int32](repeating: 0, count: lanes * capacity)
    var values = [Float](repeating: 0, count: lanes * capacity)
    var scratch = [Float](repeating: 0, count: scratchCount)
    withQueries(rows) {
      kernels_pair_ranks(kernel, $0, rank, capacity, &squares, &chosen, &values, &scratch)
    }
    return (1...rows.count).map { squares[$0 * rank - 1] }
  }

  /// Pairs by some bits of their squared distance.
  fileprivate func counts(shift: Int32, above: UInt32, _ workers: Workers) -> [UInt64] {
    let (size, segments) = (1 << Int(kernels_count_bits), segments)
    // One list of counts a worker; their sum is the same on any number of them.
    var counts = [UInt64](repeating: 0, count: size * workers.count)
    counts.withUnsafeMutableBufferPointer { counts in
      withRows { kernel in
        let shared = Shared((kernel, counts.baseAddress))
        workers.forEach(groups * segments.count) { worker, task in
          let (kernel, counts) = shared.pointer
          let rows = segments[task % segments.count]
          var scratch = [Float](repeating: 0, count: scratchCount)
          for panel in panels(of: task / segments.count) {
            withQueries(panel) {
              kernels_pair_counts(
                kernel, rows.lowerBound, rows.upperBound, $0, shift, above,
                counts?.advanced(by: worker * size), &scratch)
            }
          }
        }
      }
    }
    return (0..<size).map { index in
      (0..<workers.count).reduce(0) { $0 + counts[$1 * size + index] }
    }
  }
}
