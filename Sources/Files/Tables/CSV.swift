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
    /// Rows × columns of numbers, each less the origin of its column.
    public let points: Points
    /// What was taken off each number of a row; nil where numbers are as the file has them.
    public let origin: [Double]?
    /// The names of the columns of numbers; nil where the file has no header.
    public let columns: [String]?
    /// What was left out, a sentence each.
    public let notes: [String]
  }

  /// The table of a file, as NumPy, pandas, R and spreadsheets write it.
  ///
  /// All is decided over the whole file, and what is not plain is said in a note. The delimiter is the
  /// one that gives all lines as many cells and most of these numbers. The first line is a header
  /// where none of its cells is a number, or one is a word above nothing but numbers; whole numbers
  /// 0, 1, … are one above an index, or where no whole number stands below. A comment in front (#)
  /// with a word for each column is one too. An unnamed first column of whole numbers is an index, and
  /// R's names of rows, which have no cell in the header, are none of the numbers. Commas are decimal
  /// where a number has one that cannot stand between thousands; thousands may be apart. Columns are
  /// of numbers where at least half of their cells are; the others are dropped with a note. Lines and
  /// columns in errors count from 1.
  ///
  /// - Throws: `notFound`; `badData` where lines differ in length, a cell in a column of numbers
  ///   is missing, no number, or not finite, commas may mean two things, or nothing is left.
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
    let delimiter = try Delimiter.of(store, file: file)
    let text = try DelimitedText(store, delimiter, file: file)
    var survey = try TableSurvey(text, of: store.count, file: file)
    let layout = try TableLayout(survey, text, delimiter: delimiter, file: file)
    if !layout.firstIsRow { survey.dropFirstFromSample() }
    var about = origin.numbers(for: layout.numeric.count)
    var points: Points?
    if filter == nil {
      points = survey.takeValues(of: layout.numeric, withFirst: layout.firstIsRow)
    }
    survey.releaseValues()
    if points != nil && origin == .own { about = survey.sample?.origin(of: layout.numeric) }
    if points == nil || about != nil {
      // Let go of first: a table stands in memory once.
      points = nil
      let rows = TableRows(text, layout, filter: filter, file: file)
      var kept: TableRows.Kept? = try rows.read(about: about)
      if origin == .own, about == nil, let better = kept?.sample?.origin() {
        kept = nil
        about = better
        kept = try rows.read(about: about)
      }
      points = kept?.points
    }
    return Table(
      points: points ?? Points(count: 0, dimension: layout.numeric.count), origin: about,
      columns: layout.names.map { names in layout.numeric.map { names[$0] } }, notes: layout.notes)
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
}
