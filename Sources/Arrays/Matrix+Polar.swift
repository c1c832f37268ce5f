import COpenBLAS

extension Matrix {
  /// The orthogonal factor Q of a square matrix M = Q (MᵀM)^½, and tr (MᵀM)^½, the sum of its singular
  /// values: Q is the orthogonal matrix with the largest tr QᵀM.
  ///
  /// With M = U Σ Vᵀ, Q = U Vᵀ. Small singular values are kept to 2⁻⁵² of the largest.
  public var polar: (factor: Matrix, trace: Double) {
    precondition(rows == columns, "A polar factor belongs to a square matrix.")
    openblas_set_num_threads(1)
    // Read by columns, the memory is Mᵀ = V Σ Uᵀ; what LAPACK calls U is V, and its transpose by rows.
    var (input, values) = (self.values, [Double](repeating: 0, count: rows))
    var (left, right) = (self, self)
    var (job, n, info) = (CChar(UInt8(ascii: "A")), Int32(rows), Int32(0))
    var (work, workSize) = ([0.0], Int32(-1))
    var integers = [Int32](repeating: 0, count: 8 * rows)
    // The first call asks how much memory the second needs.
    for _ in 0..<2 {
      dgesdd_(
        &job, &n, &n, &input, &n, &values, &left.values, &n, &right.values, &n, &work, &workSize,
        &integers, &info)
      if workSize > 0 { break }
      workSize = Int32(work[0])
      work = [Double](repeating: 0, count: Int(workSize))
    }
    precondition(info == 0, "The iteration for singular values needs finite numbers.")
    return (right.times(left), values.reduce(0, +))
  }
}
