/// A batch of points: `count` rows of `dimension` numbers, Float32, row by row.
///
/// The one array every part of the package speaks in: data, states of a sampler, samples. A value
/// like `Array`: copied on write, safe to send between threads.
public struct Points: Sendable, Equatable {
  /// The number of rows, B.
  public internal(set) var count: Int
  /// The number of coordinates of a row, d.
  public let dimension: Int
  /// All numbers, row-major: coordinate `j` of row `i` stands at `i * dimension + j`.
  public internal(set) var values: [Float]

  /// `count` rows of zeros.
  public init(count: Int, dimension: Int) {
    self.init(
      count: count, dimension: dimension, values: [Float](repeating: 0, count: count * dimension))
  }

  /// Rows read off `values`, which holds `count * dimension` numbers.
  public init(count: Int, dimension: Int, values: [Float]) {
    precondition(count >= 0 && dimension > 0, "Points need a dimension of at least one.")
    precondition(
      values.count == count * dimension,
      "\(count) rows of \(dimension) numbers need \(count * dimension) values, not \(values.count)."
    )
    self.count = count
    self.dimension = dimension
    self.values = values
  }

  /// Rows given one by one, all of the same length.
  public init(rows: [[Float]]) {
    precondition(!rows.isEmpty, "Points made from rows need at least one row.")
    let dimension = rows[0].count
    precondition(rows.allSatisfy { $0.count == dimension }, "Every row needs the same length.")
    self.init(count: rows.count, dimension: dimension, values: rows.flatMap { $0 })
  }

  /// Coordinate `column` of row `row`.
  public subscript(row: Int, column: Int) -> Float {
    get { values[row * dimension + column] }
    set { values[row * dimension + column] = newValue }
  }

  /// The numbers of one row.
  public func row(_ index: Int) -> ArraySlice<Float> {
    values[index * dimension..<(index + 1) * dimension]
  }

  /// A copy of consecutive rows.
  public func rows(_ range: Range<Int>) -> Points {
    Points(
      count: range.count, dimension: dimension,
      values: Array(values[range.lowerBound * dimension..<range.upperBound * dimension]))
  }

  /// A copy of chosen rows, in the order chosen.
  public func rows(at indices: [Int]) -> Points {
    var chosen: [Float] = []
    chosen.reserveCapacity(indices.count * dimension)
    for index in indices { chosen.append(contentsOf: row(index)) }
    return Points(count: indices.count, dimension: dimension, values: chosen)
  }

  /// Overwrites rows from `first` on with the rows of `other`.
  public mutating func replaceRows(from first: Int, with other: Points) {
    precondition(other.dimension == dimension, "Rows keep their dimension.")
    values.replaceSubrange(
      first * dimension..<(first + other.count) * dimension, with: other.values)
  }
}
