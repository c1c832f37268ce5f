import Arrays

extension Covariance {
  /// A covariance of some columns among d, the others without variance, to the digit.
  ///
  /// - Parameters:
  ///   - block: A covariance of the columns, symmetric.
  ///   - columns: Which they are, rising.
  ///   - zeros: So many of its eigenvalues are rounding and nothing else.
  ///   - dimension: d.
  static func full(
    _ block: Matrix, of columns: [Int], zeros: Int = 0, among dimension: Int
  ) -> Covariance {
    guard let (values, vectors) = block.semidefiniteEigen else {
      preconditionFailure("A sum of squares has no negative eigenvalue.")
    }
    let others = Set(0..<dimension).subtracting(columns).sorted()
    var directions = Matrix(rows: dimension, columns: dimension)
    for (row, column) in others.enumerated() { directions[row, column] = 1 }
    for row in 0..<block.rows {
      for (place, column) in columns.enumerated() {
        directions[others.count + row, column] = vectors[row, place]
      }
    }
    let variances =
      [Double](repeating: 0, count: others.count)
      + values.enumerated().map { $0.offset < zeros ? 0 : $0.element }
    guard
      let covariance = lowRank(directions: directions, variances: variances, rest: 0)
    else { preconditionFailure("Eigenvectors of a symmetric matrix are orthonormal.") }
    return covariance
  }
}
