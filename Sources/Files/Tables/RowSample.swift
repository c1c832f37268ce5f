/// Rows of a table in Double, from which the origins of its columns are chosen.
struct RowSample {
  let dimension: Int
  private let most: Int
  private var chosen = SampledRows()
  private var rows: [Int] = []
  /// Row by row; what is no number is not finite.
  private var values: [Double] = []

  /// A sample of a table that is read row by row; nil where it is too wide for one.
  init?(dimension: Int) {
    guard let most = ColumnOrigin.mostRows(for: dimension) else { return nil }
    self.dimension = dimension
    self.most = most
  }

  /// A sample of rows that are known.
  init(rows: [Int], dimension: Int, values: [Double]) {
    precondition(values.count == rows.count * dimension, "Every row has its numbers.")
    self.dimension = dimension
    most = max(1, rows.count)
    self.rows = rows
    self.values = values
  }

  /// Takes the next row where it is one of those that stand for the others.
  mutating func offer(_ row: Int, _ numbers: @autoclosure () -> [Double]) {
    guard chosen.contains(row) else { return }
    if rows.count == most {
      chosen.thin()
      let kept = rows.indices.filter { chosen.contains(rows[$0]) }
      values = kept.flatMap { values[$0 * dimension..<($0 + 1) * dimension] }
      rows = kept.map { rows[$0] }
      guard chosen.contains(row) else { return }
    }
    rows.append(row)
    values += numbers()
  }

  /// Leaves out row 0 where it is one of them.
  mutating func dropFirst() {
    guard rows.first == 0 else { return }
    rows.removeFirst()
    values.removeFirst(dimension)
  }

  /// The origin of every column; nil where all are zero.
  func origin(of columns: [Int]? = nil) -> [Double]? {
    let origin = (columns ?? Array(0..<dimension)).map { column in
      ColumnOrigin.of(rows.indices.map { values[$0 * dimension + column] })
    }
    return origin.contains { $0 != 0 } ? origin : nil
  }
}
