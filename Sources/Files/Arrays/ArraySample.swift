/// Collects the rows of a stored array that its origin is chosen from, while its bytes go by.
struct ArraySample {
  private let array: StoredArray
  private let dimension: Int
  private let count: Int
  private let rows: [Int]
  private var values: [Double]
  /// The number to be taken next, in the order of the file.
  private var next = 0

  /// nil where the array keeps its numbers as they are: bytes, pictures, none or very wide rows.
  init?(_ array: StoredArray) {
    guard array.mayHaveOrigin, let count = array.shape.first, count > 0,
      let dimension = Words.product(Array(array.shape.dropFirst())), dimension > 0,
      let most = ColumnOrigin.mostRows(for: dimension)
    else { return nil }
    self.array = array
    self.dimension = dimension
    self.count = count
    rows = SampledRows(of: count, atMost: most).rows(of: count)
    values = [Double](repeating: 0, count: rows.count * dimension)
  }

  /// Takes what is needed of the `size` numbers in `bytes`, the first of which is number `first`.
  mutating func take(_ bytes: [UInt8], from first: Int, count size: Int) {
    while next < values.count {
      // First index fastest: the rows chosen come again in every column.
      let turned = array.isTurned
      let (row, column) =
        turned
        ? (next % rows.count, next / rows.count) : (next / dimension, next % dimension)
      let place = turned ? column * count + rows[row] : rows[row] * dimension + column
      guard place < first + size else { return }
      let run = turned ? 1 : min(dimension - column, first + size - place)
      let numbers = array.elementType.doubles(
        in: bytes, from: (place - first) * array.elementType.size, count: run,
        bigEndian: array.bigEndian)
      values.replaceSubrange(
        row * dimension + column..<row * dimension + column + run, with: numbers)
      next += run
    }
  }

  /// The origin of every column; nil where all are zero.
  var origin: [Double]? {
    RowSample(rows: rows, dimension: dimension, values: values).origin()
  }
}
