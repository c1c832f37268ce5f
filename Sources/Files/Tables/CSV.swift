public import Arrays
import Foundation

/// Tables of numbers in text: comma, tab, semicolon or blank between cells.
public enum CSV {
  /// The rows to keep: those whose cell in a column says this.
  public struct Filter: Sendable, Equatable {
    /// The column's name in the header.
    public let column: String
    /// What the cell must say.
    public let value: String

    /// A filter from a column and a value.
    public init(column: String, value: String) {
      self.column = column
      self.value = value
    }
  }

  /// The numbers of a table.
  public struct Table: Sendable, Equatable {
    /// Rows × columns of numbers, each less the origin of its column.
    public let points: Points
    /// What was taken off each number of a row; nil where numbers are as the file has them.
    public let origin: [Double]?
    /// The names of the columns of numbers; nil where the file has no header.
    public let columns: [String]?
    /// What was left out, a sentence each.
    public let notes: [String]
  }

  /// The table of a file.
  ///
  /// The first line is a header where none of its cells is a number. A column is one of numbers
  /// where at least half of its cells are; the others are dropped with a note. Lines and columns
  /// in errors count from 1.
  ///
  /// - Throws: `notFound`; `badData` where lines differ in length, a cell in a column of numbers
  ///   is empty, no number, or not finite, or nothing is left.
  public static func read(_ path: String, keeping filter: Filter? = nil) throws(FileError) -> Table
  {
    try parse(OpenFile(path), file: path, keeping: filter)
  }

  /// The table in `bytes`; the ending of `file` names the delimiter.
  public static func parse(_ bytes: [UInt8], file: String, keeping filter: Filter? = nil)
    throws(FileError) -> Table
  {
    try parse(HeldBytes(all: bytes), file: file, keeping: filter)
  }

  /// The table in a store, read some of it at a time: once where all cells are numbers that are
  /// kept as they are, again otherwise.
  static func parse(
    _ store: any ByteStore, file: String, keeping filter: Filter?, about origin: DataOrigin = .zero
  ) throws(FileError) -> Table {
    let delimiter = try DelimitedText.delimiter(store, file: file)
    let text = try DelimitedText(store, delimiter: delimiter, file: file)
    var survey = try TableSurvey(text, of: store.count, file: file)
    let (columns, numeric) = (survey.columns, survey.numeric)
    guard !numeric.isEmpty else {
      throw .bad(file, nil, "the table must have a column of numbers, found none")
    }
    var about = origin.numbers(for: numeric.count)
    if filter == nil && origin == .own { about = survey.sample?.origin(of: numeric) }
    let points: Points
    if filter == nil, about == nil, let values = survey.values {
      points = Points(count: survey.rows, dimension: columns, values: values)
    } else {
      survey.releaseValues()
      var kept: Kept? = try Self.kept(by: filter, of: text, survey, about: about, file: file)
      if filter != nil, origin == .own, let better = kept?.sample?.origin() {
        // Let go of first: a table stands in memory once.
        kept = nil
        about = better
        kept = try Self.kept(by: filter, of: text, survey, about: about, file: file)
      }
      points = kept?.points ?? Points(count: 0, dimension: numeric.count)
    }
    return Table(
      points: points, origin: about,
      columns: survey.header.map { names in numeric.map { names[$0] } },
      notes: notes(header: survey.header, count: columns, numeric: numeric))
  }

  /// The rows that a filter keeps, and some of them to choose origins from.
  private typealias Kept = (points: Points, sample: RowSample?)

  /// The numbers of the rows that a filter keeps.
  private static func kept(
    by filter: Filter?, of table: DelimitedText, _ survey: TableSurvey, about origin: [Double]?,
    file: String
  ) throws(FileError) -> Kept {
    let column = try filter.map { filter throws(FileError) in
      try Self.column(of: filter, in: survey.header, file: file)
    }
    var text = table
    if survey.header != nil { _ = try text.next() }
    var values: [Float] = []
    if filter == nil { values.reserveCapacity(survey.rows * survey.numeric.count) }
    var (count, others): (Int, [String]) = (0, [])
    var sample = origin == nil ? RowSample(dimension: survey.numeric.count) : nil
    while let record = try text.next() {
      if let column, let filter, record.cells[column] != filter.value {
        if others.count < 20 && !others.contains(record.cells[column]) {
          others.append(record.cells[column])
        }
        continue
      }
      for (index, column) in survey.numeric.enumerated() {
        let number = try number(record, column, file: file)
        values.append(origin.map { Float(double(record.cells[column]) - $0[index]) } ?? number)
      }
      sample?.offer(count, survey.numeric.map { double(record.cells[$0]) })
      count += 1
    }
    if let filter, count == 0 {
      throw .bad(
        file, "column \"\(filter.column)\"",
        "a row must say \"\(filter.value)\", found only \(others.joined(separator: ", "))")
    }
    return (Points(count: count, dimension: survey.numeric.count, values: values), sample)
  }

  /// The bytes of a table with a header: x, y for the plane, x0, x1, … otherwise; shortest
  /// decimals that read back as the same Float32.
  public static func encode(_ points: Points, columns: [String]? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    for piece in pieces(points, columns: columns) { bytes += piece }
    return bytes
  }

  /// The same some rows at a time, each piece made when it is asked for; `delimiter` stands between
  /// cells. Columns whose `origin` is not zero are written as origin + points, in decimals that
  /// read back as the same Float32 about it.
  public static func pieces(
    _ points: Points, columns: [String]? = nil, delimiter: Character = ",", origin: [Double] = []
  ) -> some Sequence<[UInt8]> {
    let plain = points.dimension == 2 ? ["x", "y"] : (0..<points.dimension).map { "x\($0)" }
    let names = columns ?? plain
    precondition(names.count == points.dimension, "Every column has a name.")
    precondition(origin.isEmpty || origin.count == points.dimension, "Every column has an origin.")
    let moved = origin.contains { $0 != 0 }
    let header = names.map(quotedIfNeeded).joined(separator: "\(delimiter)") + "\n"
    let rows = max(1, Words.pieceSize / points.dimension)
    // The header is the piece before the first.
    return stride(from: -rows, to: points.count, by: rows).lazy.map { start in
      guard start >= 0 else { return Array(header.utf8) }
      var text = ""
      for index in start..<min(points.count, start + rows) {
        let row = points.row(index)
        let cells = moved ? zip(row, origin).map(sum) : row.map { "\($0)" }
        text += cells.joined(separator: "\(delimiter)") + "\n"
      }
      return Array(text.utf8)
    }
  }

  /// The decimals of origin + value: no more than tell the value from other Float32, about it.
  static func sum(_ value: Float, _ origin: Double) -> String {
    guard origin != 0 else { return "\(value)" }
    let sum = origin + Double(value)
    // The first decimal below the last bit of `value`; one less will often do.
    let places = Int((-log10(Double(value.ulp))).rounded(.up))
    for power in [places - 1, places].map({ pow(10, Double($0)) }) {
      let shifted = (sum * power).rounded()
      guard shifted.magnitude < 0x1p53 else { break }
      let short = shifted / power
      if Float(short - origin) == value { return "\(short)" }
    }
    return "\(sum)"
  }

  private static func quotedIfNeeded(_ name: String) -> String {
    guard name.contains(where: { ",\"\n\r\t;".contains($0) }) else { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  /// A number, or one of the words for what is not finite: such a cell is an error, not a text.
  static func isNumber(_ cell: String) -> Bool {
    decimal(cell) != nil
      || ["nan", "inf", "infinity", "+inf", "-inf", "-nan", "+infinity", "-infinity"].contains(
        cell.lowercased())
  }

  /// A decimal number; infinite where it is too large.
  static func decimal(_ cell: String) -> Float? {
    // Float(_:) also reads hexadecimal and words.
    guard cell.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else {
      return nil
    }
    return Float(cell)
  }

  /// A decimal number in Double; not a number where it is none.
  static func double(_ cell: String) -> Double {
    decimal(cell) == nil ? .nan : Double(cell) ?? .nan
  }

  private static func number(_ record: DelimitedText.Record, _ column: Int, file: String)
    throws(FileError) -> Float
  {
    let cell = record.cells[column]
    if let number = decimal(cell), number.isFinite { return number }
    let place = "line \(record.line), column \(column + 1)"
    if cell.isEmpty { throw .bad(file, place, "a cell in a column of numbers must not be empty") }
    let rule =
      isNumber(cell) ? "every number must be finite as a Float32" : "the cell must be a number"
    throw .bad(file, place, "\(rule), found \"\(cell.prefix(40))\"")
  }

  private static func column(
    of filter: Filter, in header: [String]?, file: String
  ) throws(FileError) -> Int {
    guard let header else {
      throw .bad(file, nil, "rows can be chosen by a column only where the file has a header")
    }
    guard let column = header.firstIndex(of: filter.column) else {
      throw .bad(
        file, "column \"\(filter.column)\"",
        "the column must be one of the header's: \(header.joined(separator: ", "))")
    }
    return column
  }

  private static func notes(header: [String]?, count: Int, numeric: [Int]) -> [String] {
    let dropped = (0..<count).filter { !numeric.contains($0) }
    guard !dropped.isEmpty else { return [] }
    let names = dropped.map { header?[$0] ?? "\($0 + 1)" }.joined(separator: ", ")
    return ["dropped \(dropped.count == 1 ? "column" : "columns") without numbers: \(names)"]
  }
}
