public import Arrays

/// A covariance in the coordinates that make it diagonal: V = Bᵀ diag(λ) B + ρ (I − BᵀB).
///
/// Full, diagonal, isotropic, and low rank with an isotropic rest are the same thing with more or
/// fewer rows in B. Variances may be zero.
public struct Covariance: Sendable, Equatable {
  /// The number of coordinates, d.
  public let dimension: Int
  /// λ, one a row of the basis; along the axes where there is no basis.
  public let variances: [Double]
  /// B, orthonormal rows; nil for the coordinate axes.
  public let basis: Matrix?
  /// ρ, the variance in every direction off the basis.
  public let rest: Double

  private init(dimension: Int, variances: [Double], basis: Matrix?, rest: Double) {
    precondition(
      variances.allSatisfy { $0 >= 0 && $0.isFinite } && rest >= 0 && rest.isFinite,
      "Variances are finite and not negative.")
    self.dimension = dimension
    self.variances = variances
    self.basis = basis
    self.rest = rest
  }

  /// v I in `dimension` coordinates.
  public static func isotropic(_ variance: Double, dimension: Int) -> Covariance {
    Covariance(dimension: dimension, variances: [], basis: nil, rest: variance)
  }

  /// diag(v).
  public static func diagonal(_ variances: [Double]) -> Covariance {
    Covariance(dimension: variances.count, variances: variances, basis: nil, rest: 0)
  }

  /// A symmetric matrix; nil where an eigenvalue is negative by more than rounding.
  public static func full(_ matrix: Matrix) -> Covariance? {
    guard let (values, vectors) = matrix.semidefiniteEigen else { return nil }
    return Covariance(dimension: matrix.rows, variances: values, basis: vectors, rest: 0)
  }

  /// Variances along orthonormal directions (the rows), and one variance in all others; nil where
  /// the rows are not orthonormal to 10⁻⁶.
  public static func lowRank(
    directions: Matrix, variances: [Double], rest: Double
  ) -> Covariance? {
    guard directions.rows == variances.count, directions.rows <= directions.columns else {
      return nil
    }
    let gram = directions.times(directions, transposed: true)
    for row in 0..<gram.rows {
      for column in 0..<gram.columns
      where abs(gram[row, column] - (row == column ? 1 : 0)) > 1e-6 { return nil }
    }
    return Covariance(
      dimension: directions.columns, variances: variances, basis: directions,
      rest: directions.rows == directions.columns ? 0 : rest)
  }

  /// tr V.
  public var trace: Double {
    variances.reduce(0, +) + Double(dimension - variances.count) * rest
  }

  /// f(V) v for a function of the eigenvalues.
  public func apply(_ function: (Double) -> Double, to vector: [Double]) -> [Double] {
    let off = variances.count < dimension ? function(rest) : 0
    guard let basis else {
      return vector.enumerated().map {
        (variances.isEmpty ? off : function(variances[$0.offset])) * $0.element
      }
    }
    var result = vector.map { off * $0 }
    for (direction, variance) in variances.enumerated() {
      let row = basis.row(direction)
      let along = zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 }
      let factor = (function(variance) - off) * along
      for (index, entry) in row.enumerated() { result[index] += factor * entry }
    }
    return result
  }

  /// V as a matrix, d × d.
  public var matrix: Matrix {
    var result = Matrix(rows: dimension, columns: dimension)
    for index in 0..<dimension {
      result[index, index] = variances.isEmpty || basis != nil ? rest : variances[index]
    }
    guard let basis else { return result }
    var scaled = Matrix(rows: dimension, columns: basis.rows)
    for direction in 0..<basis.rows {
      for index in 0..<dimension {
        scaled[index, direction] = (variances[direction] - rest) * basis[direction, index]
      }
    }
    result.addProduct(of: scaled, basis)
    return result
  }

  /// V + v I.
  public func adding(_ variance: Double) -> Covariance {
    Covariance(
      dimension: dimension, variances: variances.map { $0 + variance }, basis: basis,
      rest: rest + variance)
  }
}
