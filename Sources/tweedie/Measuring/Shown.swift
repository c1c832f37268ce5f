import Files

/// A number as every output shows it: rounded once, so that table, JSON, CSV and page agree.
struct Shown: Equatable {
  /// Significant digits of what is measured.
  static let digits = 4

  /// The number in letters; empty where there is none.
  let text: String

  init(_ value: Double?, digits: Int = Shown.digits) {
    text = value.flatMap { $0.isFinite ? $0.formatted(digits: digits) : nil } ?? ""
  }

  init(_ value: Int) { text = "\(value)" }

  var json: JSONValue {
    if let whole = Int(text) { return .integer(whole) }
    return Double(text).map { .number($0) } ?? .null
  }

  /// For a cell that may not look forgotten.
  var cell: String { text.isEmpty ? "–" : text }
}
