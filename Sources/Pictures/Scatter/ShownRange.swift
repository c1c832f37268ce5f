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

  /// The smallest range around what is shown of each set.
  static func union(_ sets: [[Double]]) -> (low: Double, high: Double) {
    let ranges = sets.compactMap { ShownRange($0) }
    guard let low = ranges.map(\.low).min(), let high = ranges.map(\.high).max() else {
      return (0, 1)
    }
    return (low, high)
  }
}
