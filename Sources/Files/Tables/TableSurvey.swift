/// What one reading of a table tells: its shape, its columns of numbers, and, where every cell is a
/// finite number, all of them.
struct TableSurvey {
  /// The cells of the first line where none of them is a number.
  let header: [String]?
  /// Cells of a line.
  let columns: Int
  /// Lines below the header.
  private(set) var rows = 0
  /// Columns at least half of whose cells are numbers, of those that are not empty.
  private(set) var numeric: [Int] = []
  /// All numbers, row by row; nil where a cell is none.
  private(set) var values: [Float]? = []
  /// Rows that origins are chosen from; nil where there are too many columns.
  private(set) var sample: RowSample?

  /// Lines from which the length of the others is told.
  private static let firstRows = 1024

  /// Reads all records of `table`, whose file has `size` bytes.
  init(_ table: DelimitedText, of size: Int, file: String) throws(FileError) {
    var text = table
    guard let first = try text.next() else {
      throw .bad(file, nil, "the table must have rows, found none")
    }
    columns = first.cells.count
    sample = RowSample(dimension: columns)
    header = first.cells.contains(where: CSV.isNumber) ? nil : first.cells
    var counts = [Counts](repeating: Counts(), count: columns)
    var odd: DelimitedText.Record?
    var next = header == nil ? first : try text.next()
    while let record = next {
      // A quote that is not closed, further down, is said first.
      if odd == nil, record.cells.count != columns { odd = record }
      if odd == nil { add(record.cells, to: &counts) }
      next = try text.next()
      if rows == Self.firstRows {
        // A tenth more than lines of that length: room that is not needed is not touched.
        let more = Double(columns * rows) * Double(size) / Double(max(1, text.passed))
        values?.reserveCapacity(Int(1.1 * more))
      }
    }
    if let odd {
      throw .bad(
        file, "line \(odd.line)",
        "every line must have \(columns) cells, as the first has, found \(odd.cells.count)")
    }
    guard rows > 0 else {
      throw .bad(file, nil, "the table must have rows below its header, found none")
    }
    numeric = counts.indices.filter { counts[$0].isNumeric }
  }

  /// Lets go of the numbers, which are to be read in another way.
  mutating func releaseValues() { values = nil }

  /// Cells of a column.
  private struct Counts {
    var filled = 0
    var numbers = 0
    var isNumeric: Bool { numbers > 0 && 2 * numbers >= filled }
  }

  private mutating func add(_ cells: [String], to counts: inout [Counts]) {
    sample?.offer(rows, cells.map(CSV.double))
    rows += 1
    for (column, cell) in cells.enumerated() where !cell.isEmpty {
      counts[column].filled += 1
      if let number = CSV.decimal(cell) {
        counts[column].numbers += 1
        if number.isFinite { values?.append(number) }
      } else if CSV.isNumber(cell) {
        counts[column].numbers += 1
      }
    }
    if let values, values.count < rows * columns { self.values = nil }
  }
}
