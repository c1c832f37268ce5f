public import Arrays

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
    /// Rows × columns of numbers.
    public let points: Points
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
    try parse(FileBytes.read(path), file: path, keeping: filter)
  }

  /// The table in `bytes`; the ending of `file` names the delimiter.
  public static func parse(_ bytes: [UInt8], file: String, keeping filter: Filter? = nil)
    throws(FileError) -> Table
  {
    let delimiter = DelimitedText.delimiter(bytes, file: file)
    var records = try DelimitedText(bytes, delimiter: delimiter, file: file).records[...]
    guard let first = records.first else {
      throw .bad(file, nil, "the table must have rows, found none")
    }
    let header = first.cells.contains(where: isNumber) ? nil : first.cells
    if header != nil { records = records.dropFirst() }
    for record in records where record.cells.count != first.cells.count {
      throw .bad(
        file, "line \(record.line)",
        "every line must have \(first.cells.count) cells, as the first has, found \(record.cells.count)"
      )
    }
    guard !records.isEmpty else {
      throw .bad(file, nil, "the table must have rows below its header, found none")
    }
    let numeric = first.cells.indices.filter { isNumeric($0, in: records) }
    guard !numeric.isEmpty else {
      throw .bad(file, nil, "the table must have a column of numbers, found none")
    }
    if let filter { records = try select(filter, from: records, header: header, file: file) }
    var values: [Float] = []
    values.reserveCapacity(records.count * numeric.count)
    for record in records {
      for column in numeric { values.append(try number(record, column, file: file)) }
    }
    return Table(
      points: Points(count: records.count, dimension: numeric.count, values: values),
      columns: header.map { names in numeric.map { names[$0] } },
      notes: notes(header: header, count: first.cells.count, numeric: numeric))
  }

  /// The bytes of a table with a header: x, y for the plane, x0, x1, … otherwise; shortest
  /// decimals that read back as the same Float32.
  public static func encode(_ points: Points, columns: [String]? = nil) -> [UInt8] {
    let plain = points.dimension == 2 ? ["x", "y"] : (0..<points.dimension).map { "x\($0)" }
    let names = columns ?? plain
    precondition(names.count == points.dimension, "Every column has a name.")
    var text = names.map(quotedIfNeeded).joined(separator: ",") + "\n"
    for index in 0..<points.count {
      text += points.row(index).map { "\($0)" }.joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }

  private static func quotedIfNeeded(_ name: String) -> String {
    guard name.contains(where: { ",\"\n\r\t;".contains($0) }) else { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }

  private static func isNumeric(_ column: Int, in records: ArraySlice<DelimitedText.Record>) -> Bool
  {
    let filled = records.filter { !$0.cells[column].isEmpty }
    let numbers = filled.count { isNumber($0.cells[column]) }
    return numbers > 0 && 2 * numbers >= filled.count
  }

  /// A number, or one of the words for what is not finite: such a cell is an error, not a text.
  private static func isNumber(_ cell: String) -> Bool {
    decimal(cell) != nil
      || ["nan", "inf", "infinity", "+inf", "-inf", "-nan", "+infinity", "-infinity"].contains(
        cell.lowercased())
  }

  /// A decimal number; infinite where it is too large.
  private static func decimal(_ cell: String) -> Float? {
    // Float(_:) also reads hexadecimal and words.
    guard cell.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else {
      return nil
    }
    return Float(cell)
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

  private static func select(
    _ filter: Filter, from records: ArraySlice<DelimitedText.Record>, header: [String]?,
    file: String
  ) throws(FileError) -> ArraySlice<DelimitedText.Record> {
    guard let header else {
      throw .bad(file, nil, "rows can be chosen by a column only where the file has a header")
    }
    guard let column = header.firstIndex(of: filter.column) else {
      throw .bad(
        file, "column \"\(filter.column)\"",
        "the column must be one of the header's: \(header.joined(separator: ", "))")
    }
    let chosen = records.filter { $0.cells[column] == filter.value }
    guard chosen.isEmpty else { return chosen[...] }
    var values: [String] = []
    for record in records where values.count < 20 && !values.contains(record.cells[column]) {
      values.append(record.cells[column])
    }
    throw .bad(
      file, "column \"\(filter.column)\"",
      "a row must say \"\(filter.value)\", found only \(values.joined(separator: ", "))")
  }

  private static func notes(header: [String]?, count: Int, numeric: [Int]) -> [String] {
    let dropped = (0..<count).filter { !numeric.contains($0) }
    guard !dropped.isEmpty else { return [] }
    let names = dropped.map { header?[$0] ?? "\($0 + 1)" }.joined(separator: ", ")
    return ["dropped \(dropped.count == 1 ? "column" : "columns") without numbers: \(names)"]
  }
}
