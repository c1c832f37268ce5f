/// The number a column is held about: data = origin + Float32, so that a Unix time ± 10 s keeps its
/// milliseconds.
///
/// It is 0, and the numbers are the file's own, unless |centre| > 64 × spread. The centre is the
/// median; the spread is the deviation that a normal law with the same middle seven eighths has, so
/// that a few far rows decide nothing. Other origins are whole multiples of a power of two near the
/// spread: what is left of a number is exact in Double.
enum ColumnOrigin {
  /// Distance from zero, in spreads, from which on a column is held about its own centre: Float32
  /// gives 24 bits, of which the distance then takes more than six.
  static let ratio = 64.0
  /// Rows that the choice is made from, of tables that are not wide.
  private static let rows = 1024
  /// Numbers that the choice is made from, four megabytes; fewer than sixteen rows tell nothing, so
  /// that wider tables stay as they are.
  private static let numbers = 1 << 19
  private static let fewestRows = 16

  /// Rows to choose the origins of `dimension` columns from; nil where the table is too wide.
  static func mostRows(for dimension: Int) -> Int? {
    let most = min(rows, numbers / max(1, dimension))
    return most < fewestRows ? nil : most
  }

  /// The origin of a column some of whose numbers are these; what is not finite is passed over.
  static func of(_ column: [Double]) -> Double {
    let finite = column.filter(\.isFinite)
    guard !finite.isEmpty else { return 0 }
    // Most columns lie about zero: a few rows show it.
    let few = 33
    if finite.count > 8 * few {
      let some = Middle((0..<few).map { finite[$0 * finite.count / few] })
      if abs(some.centre) <= ratio / 4 * some.spread { return 0 }
    }
    let middle = Middle(finite)
    if middle.spread > 0 {
      return abs(middle.centre) > ratio * middle.spread
        ? rounded(middle.centre, to: middle.spread) : 0
    }
    // Seven eighths of the rows are one number, which is kept where its last digit says something.
    let isWhole = middle.centre == middle.centre.rounded()
    if isWhole && Double(Float(middle.centre)) != middle.centre { return middle.centre }
    return middle.range > 0 && abs(middle.centre) > ratio * middle.range
      ? rounded(middle.centre, to: middle.range) : 0
  }

  /// The multiple of a power of two, the one at or below `spread`, that is nearest to `centre`.
  private static func rounded(_ centre: Double, to spread: Double) -> Double {
    let unit = Double(sign: .plus, exponent: spread.exponent, significand: 1)
    let multiple = (centre / unit).rounded()
    // Where a Double holds no such digits, each of its own is such a multiple.
    return multiple.magnitude < 0x1p53 ? multiple * unit : centre
  }

  /// Where the middle of some numbers is, and how wide.
  private struct Middle {
    let centre: Double
    let spread: Double
    let range: Double

    init(_ numbers: [Double]) {
      let sorted = numbers.sorted()
      let last = sorted.count - 1
      // A sixteenth at either end, and one row at least where some are left.
      let far = sorted.count < 4 ? 0 : max(1, sorted.count / 16)
      centre = sorted[sorted.count / 2]
      // Between the sixteenths of a normal law lie 3.07 deviations.
      spread = (sorted[last - far] - sorted[far]) / 3.07
      range = sorted[last] - sorted[0]
    }
  }
}
