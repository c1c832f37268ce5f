import Arrays

/// What of some numbers an axis shows: all, but for a handful far outside.
///
/// With up to k numbers set aside on either side, the rest has a range of width w. Numbers
/// farther than w from it are outside: the picture would be squashed to a third, for a handful.
struct ShownRange {
  let low: Double
  let high: Double

  /// A handful: five of a hundred or more, one in two hundred of very many, none of a few.
  static func handful(of count: Int) -> Int { max(min(5, count / 20), count / 200) }

  init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let aside = ShownRange.handful(of: sorted.count)
    let (low, high) = (sorted[aside], sorted[sorted.count - 1 - aside])
    let reach = high - low
    // Equal numbers have no width to measure others by.
    guard reach > 0 else {
      (self.low, self.high) = (first, last)
      return
    }
    self.low = sorted.first { $0 >= low - reach } ?? first
    self.high = sorted.last { $0 <= high + reach } ?? last
  }

  /// For each axis, the range of what is shown of all sets. A row that is outside along one axis
  /// does not stretch another.
  static func axes(_ sets: [Points]) -> [(low: Double, high: Double)] {
    guard let dimension = sets.first?.dimension else { return [] }
    var ranges = [(low: Double, high: Double)](
      repeating: (.infinity, -.infinity), count: dimension)
    for set in sets {
      let shown = (0..<dimension).map { ShownRange(set.column($0)) }
      for row in 0..<set.count {
        let isShown = (0..<dimension).allSatisfy { axis in
          shown[axis]?.contains(Double(set[row, axis])) ?? false
        }
        guard isShown else { continue }
        for axis in 0..<dimension {
          ranges[axis].low = min(ranges[axis].low, Double(set[row, axis]))
          ranges[axis].high = max(ranges[axis].high, Double(set[row, axis]))
        }
      }
    }
    return ranges.map { $0.low <= $0.high ? $0 : (0, 1) }
  }

  private func contains(_ value: Double) -> Bool { value >= low && value <= high }
}
