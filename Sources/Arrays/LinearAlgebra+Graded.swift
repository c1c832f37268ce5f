import COpenBLAS

extension Matrix {
  /// Standard deviations that differ by more make a matrix graded: below, its eigenvalues are good
  /// to 10⁻⁸ of the least of them however they are found.
  private static let gradedFrom = 1e4
  /// An eigenvalue this far below zero, as a share of the largest, is rounding of decimals.
  private static let negativeRounding = 1e-10

  /// V = Bᵀ diag(λ) B of a covariance: λ ≥ 0 in rising order, eigenvectors in the rows of B; nil
  /// where the matrix has a negative eigenvalue or a number that is not finite.
  ///
  /// Columns in units of their own, metres beside micrometres, make V = D C D with D far from even
  /// and C, the correlations, harmless. An eigenvalue routine errs by 2⁻⁵³ of the largest λ, which
  /// may be more than all there is of a small column. Then C = Eᵀ diag(κ) E is taken apart instead,
  /// and one-sided Jacobi rotations applied to diag(√κ) E D, whose columns they take as they are:
  /// singular values √λ and vectors are right to rounding in every column's own unit.
  ///
  /// Cost: d³.
  ///
  /// - Reference: Demmel, Veselić 1992, theorem 4.1, <https://doi.org/10.1137/0613074>.
  public var semidefiniteEigen: (values: [Double], vectors: Matrix)? {
    guard values.allSatisfy(\.isFinite) else { return nil }
    let deviations = (0..<rows).map { max(0, self[$0, $0]).squareRoot() }
    let wide = deviations.filter { $0 > 0 }
    guard let least = wide.min(), let most = wide.max(), most > Self.gradedFrom * least else {
      let (values, vectors) = symmetricEigen
      guard Self.isSemidefinite(values) else { return nil }
      return (values.map { max(0, $0) }, vectors)
    }
    var correlations = self
    for row in 0..<rows {
      for column in 0..<columns {
        let unit = deviations[row] * deviations[column]
        // Where there is no variance there is no covariance but rounding.
        correlations[row, column] = unit > 0 ? self[row, column] / unit : 0
      }
    }
    let (kappa, basis) = correlations.symmetricEigen
    guard Self.isSemidefinite(kappa) else { return nil }
    let rounding = Double(rows) * 0x1p-50 * (kappa.last ?? 0)
    var factor = basis
    for row in 0..<rows {
      let root = kappa[row] > rounding ? kappa[row].squareRoot() : 0
      for column in 0..<columns { factor[row, column] *= root * deviations[column] }
    }
    return factor.gramEigen
  }

  private static func isSemidefinite(_ rising: [Double]) -> Bool {
    let rounding = negativeRounding * max(abs(rising.first ?? 0), abs(rising.last ?? 0))
    return rising.allSatisfy { $0 >= -rounding }
  }

  /// FᵀF = Bᵀ diag(λ) B of a square matrix, from its columns.
  private var gramEigen: (values: [Double], vectors: Matrix) {
    var (job, none, want) = (
      CChar(UInt8(ascii: "G")), CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "V"))
    )
    let d = rows
    var transposed = Matrix(rows: d, columns: d)
    for row in 0..<d { for column in 0..<d { transposed[column, row] = self[row, column] } }
    var (singular, vectors) = ([Double](repeating: 0, count: d), Matrix(rows: d, columns: d))
    var work = [Double](repeating: 0, count: max(6, 2 * d))
    var (n, workSize, info) = (Int32(d), Int32(work.count), Int32(0))
    openblas_set_num_threads(1)
    dgesvj_(
      &job, &none, &want, &n, &n, &transposed.values, &n, &singular, &n, &vectors.values, &n,
      &work, &workSize, &info)
    // A positive info is rotations that did not all fall below rounding within thirty sweeps.
    precondition(info >= 0, "Arguments of the singular value routine are right.")
    // They fall; LAPACK's columns are our rows. The first of `work` is a factor of all.
    let order = (0..<d).reversed()
    let values = order.map { index in
      let value = work[0] * singular[index]
      return value * value
    }
    return (
      values, Matrix(rows: d, columns: d, values: order.flatMap { Array(vectors.row($0)) })
    )
  }
}
