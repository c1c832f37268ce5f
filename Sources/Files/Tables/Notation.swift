/// How a table writes numbers: what stands before the decimals. What stands between thousands follows.
enum Notation: Equatable {
  /// 1234.5, also 1,234.5.
  case point
  /// 1234,5, also 1.234,5.
  case comma

  /// The number of a cell in the plain form 1234.5, which Swift reads; nil where it is none.
  ///
  /// Thousands may be apart: by the other of point and comma, by a blank, also one that does not
  /// break, or by an apostrophe; one of them throughout, and three digits between them. A minus may
  /// be the typographer's.
  func plain(_ cell: String) -> String? {
    var plain = ""
    var rest = Substring(cell).unicodeScalars
    if let sign = rest.first, "+-\u{2212}".unicodeScalars.contains(sign) {
      plain = sign == "+" ? "" : "-"
      rest.removeFirst()
    }
    let point: Unicode.Scalar = self == .point ? "." : ","
    let apart: Set<Unicode.Scalar> = [
      self == .point ? "," : ".", " ", "'", "\u{a0}", "\u{2009}", "\u{202f}", "\u{2019}",
    ]
    let whole = rest.prefix { Self.isDigit($0) || apart.contains($0) }
    guard let digits = Self.digits(whole, apart: apart) else { return nil }
    rest = rest.dropFirst(whole.count)
    plain += digits
    if rest.first == point {
      let decimals = rest.dropFirst().prefix(while: Self.isDigit)
      guard !decimals.isEmpty else { return nil }
      plain += (digits.isEmpty ? "0." : ".") + String(decimals)
      rest = rest.dropFirst(1 + decimals.count)
    } else if digits.isEmpty {
      return nil
    }
    return Self.isExponent(rest) ? plain + String(rest) : nil
  }

  /// The digits of a whole number whose thousands may be apart; nil where they are elsewhere.
  private static func digits(
    _ text: Substring.UnicodeScalarView, apart: Set<Unicode.Scalar>
  ) -> String? {
    let groups = text.split(omittingEmptySubsequences: false, whereSeparator: apart.contains)
    guard groups.count > 1 else { return String(text) }
    guard Set(text.filter(apart.contains)).count == 1, (1...3).contains(groups[0].count),
      groups.dropFirst().allSatisfy({ $0.count == 3 })
    else { return nil }
    return groups.map { String($0) }.joined()
  }

  private static func isExponent(_ text: Substring.UnicodeScalarView) -> Bool {
    guard let first = text.first else { return true }
    guard first == "e" || first == "E" else { return false }
    let digits = text.dropFirst().drop { $0 == "+" || $0 == "-" }
    return text.count - digits.count <= 2 && !digits.isEmpty && digits.allSatisfy(isDigit)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}

/// What a cell of a table is, as far as it can be told from the cell alone.
enum CellKind: Equatable {
  /// A decimal number with a point, as programs write it; infinite where it is too large.
  case number(Float)
  /// A number in one notation only, or in both with one value.
  case written(Notation)
  /// 1,234: another number in either notation.
  case either
  /// A word for what is not finite.
  case notFinite
  /// Nothing, or a word for nothing.
  case missing
  /// Anything else.
  case text

  init(_ cell: String) {
    if let number = CSV.decimal(cell) {
      self = .number(number)
    } else if cell.isEmpty {
      self = .missing
    } else if let first = cell.utf8.first, Self.mayBegin(first) {
      let (point, comma) = (Notation.point.plain(cell), Notation.comma.plain(cell))
      self =
        switch (point, comma) {
        case (nil, nil): Self.word(cell)
        case (nil, _): .written(.comma)
        case (_, nil): .written(.point)
        default: point == comma ? .written(.point) : .either
        }
    } else {
      self = Self.word(cell)
    }
  }

  /// A digit, a sign, also the typographer's, a point or a comma.
  private static func mayBegin(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || "+-.,".utf8.contains(byte) || byte == 0xe2
  }

  private static func word(_ cell: String) -> CellKind {
    guard cell.utf8.count <= 9 else { return .text }
    let word = cell.lowercased()
    if notFiniteWords.contains(word) { return .notFinite }
    return missingWords.contains(word) ? .missing : .text
  }

  private static let notFiniteWords: Set<String> = [
    "nan", "-nan", "+nan", "inf", "infinity", "+inf", "-inf", "+infinity", "-infinity",
  ]
  /// As R, pandas, databases and spreadsheets write what is not there.
  private static let missingWords: Set<String> = [
    "na", "n/a", "#n/a", "<na>", "nat", "null", "none", "nil", "-", "--", ".", "?", "\\n",
  ]
}
