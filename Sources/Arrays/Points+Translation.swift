/// Rows a thread moves at a time hold about this many numbers.
private let translationBlock = 1 << 15

extension Points {
  /// self_i += row, for every row i.
  public mutating func translate(by row: [Float], workers: Workers = .all) {
    precondition(row.count == dimension, "A translation has one number a column.")
    let (count, dimension) = (count, dimension)
    values.withUnsafeMutableBufferPointer { values in
      // Every index lies below count × d; no two threads have a row in common.
      let shared = Shared(values.baseAddress)
      workers.forEachBlock(of: count, size: Swift.max(1, translationBlock / dimension)) { _, rows in
        guard let values = shared.pointer else { return }
        row.withUnsafeBufferPointer { row in
          for index in rows {
            let start = values + index * dimension
            for column in 0..<dimension { start[column] += row[column] }
          }
        }
      }
    }
  }

  /// self = x with `row` added to every row; the memory of self is used again.
  public mutating func setTranslated(_ x: Points, by row: [Float], workers: Workers = .all) {
    precondition(
      x.dimension == dimension && x.count <= count, "Translated points find room.")
    if x.count < count { keepRows(Array(0..<x.count)) }
    set(.uniform(1), x, plus: .uniform(0), x, workers: workers)
    translate(by: row, workers: workers)
  }
}
