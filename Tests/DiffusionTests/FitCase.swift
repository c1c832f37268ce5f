import Arrays

/// Data and measures that the tests of fits share.
enum FitCase {
  /// Rows with standard normal coordinates, stretched and moved coordinate by coordinate.
  static func normals(_ count: Int, scales: [Double], seed: UInt64, offset: Double = 0) -> Points {
    var points = RandomStream(seed: seed, purpose: 99).normals(
      count: count, dimension: scales.count)
    for row in 0..<count {
      for j in scales.indices {
        points[row, j] = Float(offset + scales[j] * Double(points[row, j]))
      }
    }
    return points
  }

  /// ‖A − B‖, Frobenius.
  static func gap(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// diag(v²) of standard deviations.
  static func diagonalMatrix(_ deviations: [Double]) -> Matrix {
    var matrix = Matrix(rows: deviations.count, columns: deviations.count)
    for (j, deviation) in deviations.enumerated() { matrix[j, j] = deviation * deviation }
    return matrix
  }

  /// Mean and S = (1/N) Σ (x − x̄)(x − x̄)ᵀ, straight from the definition.
  static func directMoments(_ data: Points) -> (mean: [Double], covariance: Matrix) {
    let (n, d) = (Double(data.count), data.dimension)
    let rows = (0..<data.count).map { data.row($0).map(Double.init) }
    let mean = (0..<d).map { j in rows.reduce(0) { $0 + $1[j] } / n }
    var matrix = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0..<d {
        matrix[i, j] = rows.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[j] - mean[j]) } / n
      }
    }
    return (mean, matrix)
  }
}
