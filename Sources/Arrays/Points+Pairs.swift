import CKernels

/// What is summed over pairs of points, as a function of their distance r.
public enum PairFunction: Sendable, Equatable {
  /// r.
  case distance
  /// e^(−r²/2h²), h > 0 being the width.
  case gaussian(width: Double)
}

/// Σ f(r) and Σ f(r)² over the partners of each row.
public struct PairTotals: Sendable, Equatable {
  /// Σ f, one number a row.
  public internal(set) var sums: [Double]
  /// Σ f², one number a row.
  public internal(set) var squares: [Double]
}

extension Points {
  /// f(‖x_i − y_j‖) and f² over all pairs of these rows x_i and rows y_j of another set: summed over
  /// j for each x_i, and over i for each y_j.
  ///
  /// Distances are within 2⁻²² of themselves for thousands of coordinates, whatever unit or
  /// origin the rows have; sums of f run in Double.
  ///
  /// - Cost: n m d subtractions and multiplications, and n m functions.
  public func pairTotals(
    _ function: PairFunction, with other: Points, workers: Workers
  ) -> (own: PairTotals, other: PairTotals) {
    let (lanes, rows) = PairScan(self, other).totals(function, workers)
    return (lanes, rows)
  }

  /// The same over pairs of two different rows of this set, for each row.
  ///
  /// - Cost: half of n² d subtractions and multiplications, and as many functions.
  public func pairTotals(_ function: PairFunction, workers: Workers) -> PairTotals {
    let (lanes, rows) = PairScan(within: self).totals(function, workers)
    // Each pair is in a lane once and in a row once.
    return PairTotals(
      sums: zip(lanes.sums, rows.sums).map { $0 + $1 },
      squares: zip(lanes.squares, rows.squares).map { $0 + $1 })
  }
}

extension PairScan {
  /// Sums over all pairs: of rows in lanes, and of rows that come one by one.
  fileprivate func totals(
    _ function: PairFunction, _ workers: Workers
  ) -> (lanes: PairTotals, rows: PairTotals) {
    let (groups, segments, arguments) = (groups, segments, kernelArguments(function))
    // Of segments × n lanes and groups × m rows; every task writes its own part of each.
    var lanes = PairTotals(of: segments.count * x.count)
    var rows = PairTotals(of: groups * y.count)
    lanes.withPointers { lanes in
      rows.withPointers { rows in
        withRows { kernel in
          let shared = Shared((kernel, lanes, rows))
          workers.forEach(groups * segments.count) { _, task in
            let (kernel, lanes, rows) = shared.pointer
            let (group, segment) = (task / segments.count, task % segments.count)
            add(
              panels(of: group), segments[segment], kernel, arguments,
              lanes.advanced(by: segment * x.count), rows.advanced(by: group * y.count))
          }
        }
      }
    }
    lanes.join(segments.count)
    rows.join(groups)
    return (lanes.scaled(function, unit), rows.scaled(function, unit))
  }

  /// One task: some panels against a segment.
  private func add(
    _ panels: [Range<Int>], _ segment: Range<Int>, _ kernel: UnsafePointer<kernels_rows>,
    _ arguments: (code: Int32, scale: Float), _ lanes: PairTotals.Pointers,
    _ rows: PairTotals.Pointers
  ) {
    var scratch = [Float](repeating: 0, count: scratchCount)
    for panel in panels {
      var own = PairTotals(of: Int(kernels_widest_panel))
      own.withPointers { own in
        var totals = kernels_pair_totals(
          lane_sums: own.sums, lane_squares: own.squares, row_sums: rows.sums,
          row_squares: rows.squares)
        withQueries(panel) {
          kernels_pair_sums(
            kernel, segment.lowerBound, segment.upperBound, $0, arguments.code, arguments.scale,
            &totals, &scratch)
        }
        for lane in 0..<panel.count {
          lanes.sums?[panel.lowerBound + lane] = own.sums?[lane] ?? 0
          lanes.squares?[panel.lowerBound + lane] = own.squares?[lane] ?? 0
        }
      }
    }
  }

  /// The function as the kernel takes it.
  private func kernelArguments(_ function: PairFunction) -> (code: Int32, scale: Float) {
    switch function {
    case .distance: return (Int32(kernels_pair_distance), 0)
    case .gaussian(let width):
      precondition(width > 0 && width.isFinite, "A kernel has a positive width.")
      // Past Float32's range any width is as good as the last.
      let scale = 1 / (2 * width * width * squaredUnit)
      return (Int32(kernels_pair_gaussian), Float(min(max(scale, 0x1p-126), 0x1p126)))
    }
  }
}

extension PairTotals {
  /// Where the sums lie.
  fileprivate struct Pointers {
    let sums: UnsafeMutablePointer<Double>?
    let squares: UnsafeMutablePointer<Double>?

    func advanced(by count: Int) -> Pointers {
      Pointers(sums: sums.map { $0 + count }, squares: squares.map { $0 + count })
    }
  }

  fileprivate init(of count: Int) {
    sums = [Double](repeating: 0, count: count)
    squares = sums
  }

  fileprivate mutating func withPointers(_ body: (Pointers) -> Void) {
    sums.withUnsafeMutableBufferPointer { sums in
      squares.withUnsafeMutableBufferPointer {
        body(Pointers(sums: sums.baseAddress, squares: $0.baseAddress))
      }
    }
  }

  /// Adds up `parts` parts, in order.
  fileprivate mutating func join(_ parts: Int) {
    sums = Self.joined(sums, parts)
    squares = Self.joined(squares, parts)
  }

  private static func joined(_ numbers: [Double], _ parts: Int) -> [Double] {
    let count = numbers.count / parts
    return (0..<count).map { row in
      (0..<parts).reduce(0) { $0 + numbers[$1 * count + row] }
    }
  }

  /// Distances without the unit they were taken in.
  fileprivate func scaled(_ function: PairFunction, _ unit: Float) -> PairTotals {
    guard case .distance = function else { return self }
    let factor = 1 / Double(unit)
    return PairTotals(sums: sums.map { $0 * factor }, squares: squares.map { $0 * factor * factor })
  }
}
