import Arrays

extension Covariance {
  /// A covariance of some columns, which rise, among d; the others without variance, to the digit.
  ///
  /// `block` is symmetric; so many as `zeros` of its eigenvalues are rounding and nothing else.
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
