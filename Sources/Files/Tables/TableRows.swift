import Arrays

/// The rows of a table whose layout is known.
struct TableRows {
  /// The numbers, and some of them to choose origins from.
  typealias Kept = (points: Points, sample: RowSample?)

  private let text: DelimitedText
  private let layout: TableLayout
  private let filter: CSV.Filter?
  private let file: String

  init(_ text: DelimitedText, _ layout: TableLayout, filter: CSV.Filter?, file: String) {
    self.text = text
    self.layout = layout
    self.filter = filter
    self.file = file
  }

  /// The numbers of the rows that the filter keeps, each less the origin of its column.
  func read(about origin: [Double]?) throws(FileError) -> Kept {
    let chosen = try filter.map { filter throws(FileError) in try column(of: filter) }
    var text = text
    var values: [Float] = []
    if filter == nil { values.reserveCapacity(layout.rows * layout.numeric.count) }
    var (count, others): (Int, Set<String>) = (0, [])
    var sample = origin == nil ? RowSample(dimension: layout.numeric.count) : nil
    var next = try TableSurvey.firstRecord(&text)
    if !layout.firstIsRow { next = try text.next() }
    while let record = next {
      // Empty rows stand at the end alone.
      if record.cells.count > 1, record.isEmpty { break }
      next = try text.next()
      if let chosen, let filter, record.cells[chosen] != filter.value {
        if others.count <= Legible.most { others.insert(record.cells[chosen]) }
        continue
      }
      for (index, column) in layout.numeric.enumerated() {
        let cell = record.cells[column]
        guard let number = single(cell), number.isFinite else {
          throw problem(of: cell, line: record.line, column: column)
        }
        values.append(origin.map { Float(double(cell) - $0[index]) } ?? number)
      }
      sample?.offer(count, layout.numeric.map { double(record.cells[$0]) })
      count += 1
    }
    if let filter, count == 0 {
      throw .bad(
        file, "column \"\(Legible.value(filter.column))\"",
        "a row must say \"\(Legible.value(filter.value))\", found only "
          + Legible.list(others.sorted()))
    }
    return (Points(count: count, dimension: layout.numeric.count, values: values), sample)
  }

  private func single(_ cell: String) -> Float? {
    if layout.notation == .point, let number = CSV.decimal(cell) { return number }
    return layout.notation.plain(cell).flatMap { Float($0) }
  }

  private func double(_ cell: String) -> Double {
    if layout.notation == .point, CSV.decimal(cell) != nil { return Double(cell) ?? .nan }
    return layout.notation.plain(cell).flatMap { Double($0) } ?? .nan
  }

  /// Why a cell of a column of numbers is none.
  private func problem(of cell: String, line: Int, column: Int) -> FileError {
    let found = "found \"\(Legible.value(cell))\""
    let rule =
      switch CellKind(cell) {
      case .missing where cell.isEmpty: "a cell in a column of numbers must not be empty"
      case .missing: "a number must not be missing, \(found)"
      case .number where layout.notation == .comma,
        .written(.point) where layout.notation == .comma:
        "numbers must be written with decimal commas, as others in the file, \(found)"
      case .text: "the cell must be a number, \(found)"
      default: "every number must be finite as a Float32, \(found)"
      }
    return .bad(file, "line \(line), column \(column + 1)", rule)
  }

  private func column(of filter: CSV.Filter) throws(FileError) -> Int {
    guard let names = layout.names else {
      throw .bad(file, nil, "rows can be chosen by a column only where the file has a header")
    }
    guard let column = names.firstIndex(of: filter.column) else {
      throw .bad(
        file, "column \"\(Legible.value(filter.column))\"",
        "the column must be one of the header's: \(Legible.list(names))")
    }
    return column
  }
}
