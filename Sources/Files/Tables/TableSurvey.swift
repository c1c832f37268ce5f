import Arrays

/// What one reading of a table tells: its shape, what its cells are, column by column, and, where
/// every column is one of plain numbers or has none, all of them.
struct TableSurvey {
  /// What the cells of a column are; in 32 bits, for a line may have millions.
  struct Column {
    /// Finite numbers with a point, as programs write them.
    fileprivate(set) var plain: Int32 = 0
    fileprivate(set) var notFinite: Int32 = 0
    /// Numbers that are written with commas, or with marks between thousands.
    fileprivate(set) var withPoint: Int32 = 0
    fileprivate(set) var withComma: Int32 = 0
    fileprivate(set) var either: Int32 = 0
    fileprivate(set) var text: Int32 = 0
    /// Words for nothing.
    fileprivate(set) var missing: Int32 = 0

    var numbers: Int32 { plain + notFinite + withPoint + withComma + either }
    var isEmpty: Bool { numbers + text + missing == 0 }
    /// At least half of the cells that say something.
    var isNumeric: Bool { numbers > 0 && numbers >= text }
    /// Nothing but numbers, or nothing.
    var hasOnlyNumbers: Bool { numbers > 0 && text == 0 }
  }

  /// A cell, and where it stands.
  typealias Example = (line: Int, column: Int, cell: String)

  /// The first record, whatever it is.
  let first: DelimitedText.Record
  /// Whether the first record holds a number.
  let beginsWithNumbers: Bool
  /// Cells of a line.
  let columns: Int
  /// Records below the first.
  private(set) var rows = 0
  /// What stands below the first record.
  private(set) var counts: [Column]
  /// All plain numbers, row by row, of the first record too where it holds one; nil where a column is
  /// only in part of them.
  private(set) var values: [Float]? = []
  /// Rows that origins are chosen from; nil where there are too many columns.
  private(set) var sample: RowSample?
  /// Whether the first column is one of whole numbers.
  private(set) var countsRows = true
  /// Cells below the first record that are numbers without decimals, and with twelve digits or more;
  /// counted only where the first record may count the columns.
  private(set) var wholeNumbers = 0
  private(set) var longNumbers = 0
  /// The first number that is not plain, and where it stands.
  private(set) var example: Example?
  private(set) var comments = 0
  private(set) var firstComment: (line: Int, text: String)?

  private let watchesWholeNumbers: Bool
  /// Lines from which the length of the others is told.
  private static let firstRows = 1024

  /// Reads all records of `table`, whose file has `size` bytes.
  init(_ table: DelimitedText, of size: Int, file: String) throws(FileError) {
    var text = table
    guard let first = try Self.firstRecord(&text) else {
      throw .bad(file, nil, "the table must have rows, found none")
    }
    self.first = first
    let head = HeadLine(first.cells)
    beginsWithNumbers = head.hasNumbers
    watchesWholeNumbers = head.run != nil
    var next = try text.next()
    let isShort = next?.cells.count == first.cells.count + 1 && head.mayBeShort
    columns = first.cells.count + (isShort ? 1 : 0)
    counts = [Column](repeating: Column(), count: columns)
    sample = RowSample(dimension: columns)
    if beginsWithNumbers {
      sample?.offer(0, first.cells.map(CSV.double))
      for case .number(let number) in head.kinds where number.isFinite { values?.append(number) }
    }
    var odd: DelimitedText.Record?
    var empty: Int?
    while let record = next {
      // A quote that is not closed, further down, is said first.
      if odd == nil, record.cells.count != columns { odd = record }
      if odd == nil {
        if columns > 1, record.isEmpty {
          empty = empty ?? record.line
        } else if let empty {
          throw .bad(file, "line \(empty)", "a row must hold numbers, found only empty cells")
        } else {
          add(record)
        }
      }
      next = try text.next()
      if rows == Self.firstRows {
        // A tenth more than lines of that length: room that is not needed is not touched.
        let more = Double(columns * rows) * Double(size) / Double(max(1, text.passed))
        values?.reserveCapacity(Int(1.1 * more))
      }
    }
    comments = text.comments
    firstComment = text.firstComment
    if let odd {
      throw .bad(
        file, "line \(odd.line)",
        "every line must have \(columns) cells, as the first has, found \(odd.cells.count)")
    }
  }

  /// Lets go of the numbers, which are to be read in another way.
  mutating func releaseValues() { values = nil }

  /// The first record that says something: spreadsheets leave rows empty above a table.
  static func firstRecord(_ text: inout DelimitedText) throws(FileError) -> DelimitedText.Record? {
    while let record = try text.next() {
      if !record.isEmpty { return record }
    }
    return nil
  }

  private mutating func add(_ record: DelimitedText.Record) {
    let cells = record.cells
    sample?.offer(rows + (beginsWithNumbers ? 1 : 0), cells.map(CSV.double))
    rows += 1
    if countsRows, !HeadLine.isWhole(cells[0]) { countsRows = false }
    for column in 0..<columns {
      let cell = cells[column]
      guard let number = CSV.decimal(cell) else {
        count(cell, in: column, line: record.line)
        continue
      }
      if watchesWholeNumbers {
        wholeNumbers += HeadLine.isWhole(cell) ? 1 : 0
        longNumbers += cell.utf8.count > 12 ? 1 : 0
      }
      if number.isFinite {
        counts[column].plain += 1
        values?.append(number)
        if Int(counts[column].plain) < rows { values = nil }
      } else {
        counts[column].notFinite += 1
        values = nil
      }
    }
  }

  /// Counts a cell that is no plain number.
  private mutating func count(_ cell: String, in column: Int, line: Int) {
    if counts[column].plain > 0 { values = nil }
    switch CellKind(cell) {
    case .number, .notFinite: counts[column].notFinite += 1
    case .written(let notation):
      counts[column].withPoint += notation == .point ? 1 : 0
      counts[column].withComma += notation == .comma ? 1 : 0
      example = example ?? (line, column, cell)
    case .either:
      counts[column].either += 1
      example = example ?? (line, column, cell)
    case .missing: counts[column].missing += cell.isEmpty ? 0 : 1
    case .text: counts[column].text += 1
    }
  }

  /// What stands in the columns, and the first number that is not plain, the first record taken for a
  /// row where it is one.
  func seen(withFirst isRow: Bool) -> (counts: [Column], example: Example?) {
    guard isRow else { return (counts, example) }
    var all = self
    (all.values, all.sample, all.example) = (nil, nil, nil)
    all.add(first)
    return (all.counts, all.example ?? example)
  }

  /// The numbers of some columns, where no cell of these is anything else.
  mutating func takeValues(of numeric: [Int], withFirst isRow: Bool) -> Points? {
    guard var values else { return nil }
    self.values = nil
    let counts = seen(withFirst: isRow).counts
    let count = rows + (isRow ? 1 : 0)
    let full = counts.indices.filter { Int(counts[$0].plain) == count }
    guard numeric.allSatisfy({ Int(counts[$0].plain) == count }),
      counts.allSatisfy({ Int($0.plain) == count || $0.plain == 0 })
    else { return nil }
    if beginsWithNumbers && !isRow { values.removeFirst(values.count - count * full.count) }
    guard values.count == count * full.count else { return nil }
    if full != numeric {
      // Places of the numbers that are kept among those of a row.
      let isKept = Set(numeric)
      let kept = full.indices.filter { isKept.contains(full[$0]) }
      for row in 0..<count {
        for (index, place) in kept.enumerated() {
          values[row * kept.count + index] = values[row * full.count + place]
        }
      }
      values.removeLast(count * (full.count - kept.count))
    }
    return Points(count: count, dimension: numeric.count, values: values)
  }

  /// Leaves out the first record, which is no row.
  mutating func dropFirstFromSample() { if beginsWithNumbers { sample?.dropFirst() } }
}
