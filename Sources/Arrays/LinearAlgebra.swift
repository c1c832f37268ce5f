import COpenBLAS

/// A matrix of Doubles, row-major: fits, covariances and their factors.
public struct Matrix: Sendable, Equatable {
  /// Rows.
  public let rows: Int
  /// Columns.
  public let columns: Int
  /// All numbers, row by row.
  public var values: [Double]

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  /// A matrix read off `values`, row by row.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "A matrix holds rows times columns numbers.")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The number at a row and a column.
  public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The numbers of one row.
  public func row(_ index: Int) -> ArraySlice<Double> {
    values[index * columns..<(index + 1) * columns]
  }

  /// The sum of the diagonal.
  public var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  /// self · other, or self · otherᵀ.
  public func times(_ other: Matrix, transposed: Bool = false) -> Matrix {
    let inner = transposed ? other.columns : other.rows
    precondition(columns == inner, "Inner dimensions of a product agree.")
    var product = Matrix(rows: rows, columns: transposed ? other.rows : other.columns)
    useOneThread()
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(rows),
      Int32(product.columns), Int32(columns), 1, values, Int32(max(1, columns)), other.values,
      Int32(max(1, other.columns)), 0, &product.values, Int32(max(1, product.columns)))
    return product
  }

  /// self += left · right.
  public mutating func addProduct(of left: Matrix, _ right: Matrix) {
    precondition(left.columns == right.rows, "Inner dimensions of a product agree.")
    precondition(rows == left.rows && columns == right.columns, "A sum keeps its shape.")
    useOneThread()
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns),
      Int32(left.columns), 1, left.values, Int32(max(1, left.columns)), right.values,
      Int32(max(1, columns)), 1, &values, Int32(max(1, columns)))
  }

  /// self += factor · Xᵀ X for the rows of `x`; the matrix stays symmetric.
  public mutating func addGram(of x: Matrix, factor: Double = 1) {
    precondition(rows == columns && x.columns == rows, "Xᵀ X has as many rows as X has columns.")
    guard x.rows > 0 else { return }
    useOneThread()
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(rows), Int32(x.rows), factor, x.values,
      Int32(x.columns), 1, &values, Int32(columns))
    for row in 0..<rows { for column in 0..<row { self[row, column] = self[column, row] } }
  }

  /// V = Bᵀ diag(λ) B of a symmetric matrix: λ in rising order, eigenvectors in the rows of B.
  public var symmetricEigen: (values: [Double], vectors: Matrix) {
    precondition(rows == columns, "Only a square matrix has eigenvectors.")
    useOneThread()
    var (vectors, eigenvalues) = (self, [Double](repeating: 0, count: rows))
    var (job, half) = (CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")))
    var (n, info) = (Int32(rows), Int32(0))
    var (work, integers) = ([0.0], [Int32(0)])
    var (workSize, integerSize) = (Int32(-1), Int32(-1))
    // The first call asks how much memory the second needs.
    for _ in 0..<2 {
      dsyevd_(
        &job, &half, &n, &vectors.values, &n, &eigenvalues, &work, &workSize, &integers,
        &integerSize, &info)
      if workSize > 0 { break }
      (workSize, integerSize) = (Int32(work[0]), integers[0])
      work = [Double](repeating: 0, count: Int(workSize))
      integers = [Int32](repeating: 0, count: Int(integerSize))
    }
    precondition(info == 0, "The eigenvalue iteration needs finite numbers.")
    // LAPACK's columns are our rows: eigenvector j is row j.
    return (eigenvalues, vectors)
  }

  /// L with V = L Lᵀ, lower triangular; nil unless the matrix is positive definite.
  public var cholesky: Matrix? {
    precondition(rows == columns, "Only a square matrix has a Cholesky factor.")
    useOneThread()
    var factor = self
    // Column-major upper is row-major lower.
    var (half, n, info) = (CChar(UInt8(ascii: "U")), Int32(rows), Int32(0))
    dpotrf_(&half, &n, &factor.values, &n, &info)
    guard info == 0 else { return nil }
    for row in 0..<rows { for column in row + 1..<max(row + 1, rows) { factor[row, column] = 0 } }
    return factor
  }

  /// Solves L y = b in place, for each row b of `right`, with this lower triangular L.
  public func solveLower(_ right: inout Matrix) {
    precondition(rows == columns && right.columns == rows, "One unknown a row of L.")
    guard right.rows > 0 else { return }
    useOneThread()
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, Int32(right.rows),
      Int32(rows), 1, values, Int32(rows), &right.values, Int32(rows))
  }
}

/// Our threads share the work between them; inside each, OpenBLAS keeps to one.
private func useOneThread() { openblas_set_num_threads(1) }
