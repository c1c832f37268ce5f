/// What the parts of a table are: decided by rules over all of it, and said.
struct TableLayout {
  /// The names of all columns; nil where there are none.
  let names: [String]?
  /// Whether the first record is a row of the table.
  let firstIsRow: Bool
  /// The columns of numbers that are kept.
  let numeric: [Int]
  /// How the numbers are written.
  let notation: Notation
  let rows: Int
  /// What was left out or had to be decided.
  let notes: [String]

  /// Decides what a survey leaves open; `text` is read again where all it says of commas is 1,234.
  init(_ survey: TableSurvey, _ text: DelimitedText, delimiter: Delimiter, file: String)
    throws(FileError)
  {
    var taken: [String] = []
    let head = HeadLine(survey.first.cells)
    let title = Self.title(head, survey, &taken)
    firstIsRow = title == nil
    rows = survey.rows + (firstIsRow ? 1 : 0)
    guard rows > 0 else {
      throw .bad(file, nil, "the table must have rows below its header, found none")
    }
    let (counts, example) = survey.seen(withFirst: firstIsRow)
    var index: Int?
    let names =
      title.map { Self.names($0, counts, survey, index: &index, &taken) }
      ?? Self.commented(survey, delimiter, &taken)
    self.names = names
    let numeric = counts.indices.filter { $0 != index && counts[$0].isNumeric }
    self.numeric = numeric
    guard !numeric.isEmpty else {
      throw .bad(file, nil, "the table must have a column of numbers, found none")
    }
    notation = try Self.notation(
      numeric.map { counts[$0] }, example, text, numeric, delimiter, file: file)
    if let example, numeric.contains(example.column),
      let plain = notation.plain(example.cell)
    {
      taken.append("\"\(example.cell)\" for \(plain)")
    }
    if survey.comments > 0 {
      let lines = survey.comments == 1 ? "line that begins" : "lines that begin"
      taken.append("\(survey.comments) \(lines) with # for comments")
    }
    let dropped = counts.indices.filter { column in
      !counts[column].isNumeric && column != index
        && !(counts[column].isEmpty && names?[column].isEmpty ?? true)
    }
    notes = Self.notes(dropped.map { names?[$0] ?? "\($0 + 1)" }, taken)
  }

  // MARK: Header and index

  /// The cells of the first record where it is a header.
  private static func title(
    _ head: HeadLine, _ survey: TableSurvey, _ taken: inout [String]
  ) -> [String]? {
    let line = "line \(survey.first.line)"
    if head.cells.count < survey.columns || head.isNames { return head.cells }
    // A word above nothing but numbers names them.
    let namesNumbers = zip(head.kinds, survey.counts).contains { kind, below in
      kind == .text && below.hasOnlyNumbers
    }
    if namesNumbers && survey.rows > 1 {
      taken.append("\(line) for a header (\(few(head.cells)))")
      return head.cells
    }
    guard let run = head.run, survey.rows > 0 else { return nil }
    // Programs that write columns without names write 0.0 for a zero: a whole number below speaks
    // for a row. One column may well begin with 0, unless its numbers are written in full.
    let isInFull = head.cells.count > 1 || 2 * survey.longNumbers >= survey.rows
    if run == .afterIndex || (isInFull && survey.wholeNumbers == 0) {
      taken.append("the whole numbers of \(line) for a header (\(few(head.cells)))")
      return head.cells
    }
    if head.cells.count > 1 {
      taken.append("\(line) (\(few(head.cells))) for a row, for whole numbers stand below it")
    }
    return nil
  }

  /// The names of all columns, and which of these is an index.
  private static func names(
    _ title: [String], _ counts: [TableSurvey.Column], _ survey: TableSurvey, index: inout Int?,
    _ taken: inout [String]
  ) -> [String] {
    if title.count < survey.columns {
      // A delimiter at the end of every line but the first makes no names of rows.
      if counts.last?.isEmpty ?? false { return title + [""] }
      index = 0
      taken.append("column 1 for names of rows")
      return [""] + title
    }
    let isUnnamed = title[0].isEmpty || title[0] == "Unnamed: 0"
    let others = zip(title, counts).dropFirst().filter { !$1.isEmpty }
    if isUnnamed, !others.isEmpty, others.allSatisfy({ !$0.0.isEmpty }) {
      if survey.countsRows && counts[0].hasOnlyNumbers { index = 0 }
      if !counts[0].isNumeric && !counts[0].isEmpty { index = 0 }
      if index == 0 { taken.append("column 1 for an index") }
    }
    return title
  }

  /// The words of the comment above the first row, where they are as many as it has cells.
  private static func commented(
    _ survey: TableSurvey, _ delimiter: Delimiter, _ taken: inout [String]
  ) -> [String]? {
    guard let comment = survey.firstComment else { return nil }
    let byte = Character(Unicode.Scalar(delimiter.byte))
    let cells = comment.text.split(separator: byte, omittingEmptySubsequences: false)
    let words = comment.text.split { $0 == " " || $0 == "\t" }
    for names in [cells, words] where names.count == survey.columns {
      let names = names.map { $0.drop { $0 == " " }.description }
      taken.append("the comment on line \(comment.line) for a header (\(few(names)))")
      return names
    }
    return nil
  }

  // MARK: Numbers

  /// The notation that all numbers agree with.
  private static func notation(
    _ counts: [TableSurvey.Column], _ example: TableSurvey.Example?, _ text: DelimitedText,
    _ numeric: [Int], _ delimiter: Delimiter, file: String
  ) throws(FileError) -> Notation {
    func sum(_ part: (TableSurvey.Column) -> Int32) -> Int32 { counts.map(part).reduce(0, +) }
    if sum(\.withComma) > 0 { return .comma }
    guard sum(\.either) > 0, sum(\.withPoint) == 0 else { return .point }
    // 1,234 everywhere: where a number has decimals after a point, commas stand between thousands.
    var text = text
    while let record = try text.next() {
      for column in numeric where column < record.cells.count {
        let cell = record.cells[column]
        if CSV.decimal(cell) != nil, Notation.comma.plain(cell) == nil { return .point }
      }
    }
    if delimiter.byte == UInt8(ascii: ";") { return .comma }
    let place = example.map { "line \($0.line), column \($0.column + 1)" }
    throw .bad(
      file, place,
      "numbers must be written so that a comma has one meaning, "
        + "found \"\(example?.cell ?? "1,234")\", a thousand or a little more than one")
  }

  // MARK: Notes

  private static func notes(_ dropped: [String], _ taken: [String]) -> [String] {
    var notes: [String] = []
    if !dropped.isEmpty {
      let word = dropped.count == 1 ? "column" : "columns"
      notes.append("dropped \(word) without numbers: \(few(dropped))")
    }
    if !taken.isEmpty { notes.append("took \(taken.joined(separator: ", "))") }
    return notes
  }

  private static func few(_ names: [String]) -> String {
    Legible.list(names.filter { !$0.isEmpty })
  }
}
