/// The first line of a table with something on it, as far as it can be told from it alone.
struct HeadLine {
  let cells: [String]
  let kinds: [CellKind]

  init(_ cells: [String]) {
    self.cells = cells
    kinds = cells.map { CellKind($0) }
  }

  var hasNumbers: Bool {
    kinds.contains { kind in
      switch kind {
      case .number, .written, .either, .notFinite: true
      case .missing, .text: false
      }
    }
  }

  var hasText: Bool { kinds.contains(.text) }

  /// Whether all of it can be names.
  var isNames: Bool { !hasNumbers && hasText }

  /// Whether it may have no cell above the names of rows, as R writes tables.
  var mayBeShort: Bool { isNames || isCount(cells[...]) }

  /// Whole numbers in one run, as columns without names, or years, have them.
  enum Run {
    /// 0, 1, … below nothing else.
    case all
    /// 0, 1, … after an empty cell above the index.
    case afterIndex
    /// k, k + 1, … beside names.
    case besideNames
  }

  var run: Run? {
    if isCount(cells[...]) { return .all }
    if cells.count > 1, cells[0].isEmpty, isCount(cells[1...]) { return .afterIndex }
    let numbers = zip(cells, kinds).filter { $1 != .text && $1 != .missing }.map { Int($0.0) ?? -1 }
    guard hasText, numbers.count > 1, numbers[0] >= 0,
      zip(numbers, numbers.dropFirst()).allSatisfy({ $0 + 1 == $1 })
    else { return nil }
    return .besideNames
  }

  /// Whether these are 0, 1, 2, …
  private func isCount(_ cells: ArraySlice<String>) -> Bool {
    zip(cells, 0...).allSatisfy { $0 == "\($1)" }
  }

  /// Digits alone, after a sign.
  static func isWhole(_ cell: String) -> Bool {
    let digits = cell.utf8.drop { $0 == UInt8(ascii: "-") }
    return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}
