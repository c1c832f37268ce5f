extension Points {
  /// Drops every row but those named, which rise; the others close up in the memory there is.
  public mutating func keepRows(_ rows: [Int]) {
    precondition(
      zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }, "Rows are kept in their order.")
    precondition(rows.allSatisfy { (0..<count).contains($0) }, "Rows that are kept exist.")
    for (place, row) in rows.enumerated() where place != row {
      for column in 0..<dimension {
        values[place * dimension + column] = values[row * dimension + column]
      }
    }
    values.removeLast(values.count - rows.count * dimension)
    count = rows.count
  }

  /// Overwrites the rows named with the same rows of `other`.
  public mutating func copyRows(_ rows: [Int], of other: Points) {
    precondition(
      other.count == count && other.dimension == dimension, "Points of one shape share rows.")
    for row in rows { copyRow(row, of: other, to: row) }
  }

  /// Overwrites row `target` with row `row` of `other`.
  public mutating func copyRow(_ row: Int, of other: Points, to target: Int) {
    precondition(other.dimension == dimension, "Rows keep their dimension.")
    for column in 0..<dimension {
      values[target * dimension + column] = other.values[row * dimension + column]
    }
  }
}
