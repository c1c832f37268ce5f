import Arrays
import TestSupport
import Testing

@Suite struct LinearAlgebraTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var inputs = Inputs(seed: seed)
    return Matrix(rows: rows, columns: columns, values: inputs.row(rows * columns))
  }

  /// A Aᵀ + ¼ I: condition number at most some thousands.
  private func definite(_ d: Int) -> Matrix {
    let a = matrix(d, d, seed: UInt64(d))
    var result = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0..<d {
        result[i, j] = (0..<d).reduce(i == j ? 0.25 : 0) { $0 + a[i, $1] * a[j, $1] }
      }
    }
    return result
  }

  private func gap(_ a: Matrix, _ b: Matrix) -> Double { distance(a.values, b.values) }

  @Test(arguments: [(1, 1, 1), (2, 3, 4), (5, 1, 7), (17, 33, 9), (64, 64, 64)])
  func `products are sums of products`(_ rows: Int, _ inner: Int, _ columns: Int) {
    let (a, b) = (matrix(rows, inner, seed: 1), matrix(inner, columns, seed: 2))
    var (expected, transpose) = (
      Matrix(rows: rows, columns: columns), Matrix(rows: columns, columns: inner)
    )
    for i in 0..<rows {
      for j in 0..<columns {
        expected[i, j] = (0..<inner).reduce(0) { $0 + a[i, $1] * b[$1, j] }
        for k in 0..<inner { transpose[j, k] = b[k, j] }
      }
    }
    // Two orders of one sum differ by inner · 2⁻⁵² of the magnitudes.
    let tolerance = 1e-13 * Double(inner) * norm(a.values)
    #expect(gap(a.times(b), expected) < tolerance)
    #expect(gap(a.times(transpose, transposed: true), expected) < tolerance)
    var gram = Matrix(rows: inner, columns: inner)
    gram.addGram(of: a, factor: 0.5)
    gram.addGram(of: a, factor: 0.5)
    for i in 0..<inner {
      for j in 0..<inner {
        let sum = (0..<rows).reduce(0) { $0 + a[$1, i] * a[$1, j] }
        #expect(abs(gram[i, j] - sum) < 1e-12 * Double(rows))
        #expect(gram[i, j] == gram[j, i])
      }
    }
  }

  @Test(arguments: [1, 2, 3, 16, 64])
  func `eigenvectors rebuild the matrix, in rising order`(_ d: Int) {
    let v = definite(d)
    let (values, vectors) = v.symmetricEigen
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    var (rebuilt, identity) = (Matrix(rows: d, columns: d), Matrix(rows: d, columns: d))
    for i in 0..<d {
      for j in 0..<d {
        for k in 0..<d {
          rebuilt[i, j] += values[k] * vectors[k, i] * vectors[k, j]
          identity[i, j] += vectors[i, k] * vectors[j, k]
        }
        if i == j { identity[i, j] -= 1 }
      }
    }
    #expect(gap(rebuilt, v) < 1e-12 * norm(v.values) * Double(d))
    #expect(norm(identity.values) < 1e-12 * Double(d))
    #expect(abs(v.trace - values.reduce(0, +)) < 1e-12 * v.trace * Double(d))
  }

  @Test(arguments: [1, 2, 3, 16, 64])
  func `the Cholesky factor is the textbook's and solves`(_ d: Int) throws {
    let v = definite(d)
    let factor = try #require(v.cholesky)
    let expected = choleskyFactor(v.values, d)
    #expect(distance(factor.values, expected) < 1e-11 * norm(expected))
    var right = matrix(3, d, seed: 8)
    let before = right
    factor.solveLower(&right)
    for row in 0..<3 {
      let solution = forward(expected, d, Array(before.row(row)))
      #expect(distance(Array(right.row(row)), solution) < 1e-9 * (1 + norm(solution)))
    }
    var indefinite = v
    indefinite[d - 1, d - 1] = -1
    #expect(indefinite.cholesky == nil)
  }
}

@Suite struct GradedMatrixTests {
  /// D C D of correlations and deviations.
  private static func graded(_ deviations: [Double]) -> Matrix {
    let correlations = [[1, 0.5, -0.3], [0.5, 1, 0.2], [-0.3, 0.2, 1]]
    var matrix = Matrix(rows: 3, columns: 3)
    for i in 0..<3 {
      for j in 0..<3 { matrix[i, j] = correlations[i][j] * deviations[i] * deviations[j] }
    }
    return matrix
  }

  /// The largest error of Bᵀ diag(λ) B in the deviations of both columns.
  private static func error(_ v: Matrix, _ values: [Double], _ b: Matrix) -> Double {
    var worst = 0.0
    for i in 0..<3 {
      for j in 0..<3 {
        let found = (0..<3).reduce(0) { $0 + values[$1] * b[$1, i] * b[$1, j] }
        worst = max(worst, abs(found - v[i, j]) / (v[i, i] * v[j, j]).squareRoot())
      }
    }
    return worst
  }

  @Test(arguments: [[1e-12, 1, 1e12], [1e12, 1e-12, 1e-6], [1e5, 1, 1], [1, 2, 3]])
  func `a covariance is taken apart in every column's own unit`(deviations: [Double]) throws {
    let v = Self.graded(deviations)
    let (values, vectors) = try #require(v.semidefiniteEigen)
    #expect(Self.error(v, values, vectors) < 1e-13)
    #expect(values == values.sorted() && values[0] > 0)
    // The product of eigenvalues is det C Π s²: C has 0.56.
    let product = values.reduce(1, *) / deviations.reduce(1) { $0 * $1 * $1 }
    #expect(abs(product - 0.56) < 1e-12)
  }

  @Test func `an eigenvalue routine alone loses small columns`() {
    // The control.
    let v = Self.graded([1e-12, 1, 1e12])
    let (values, vectors) = v.symmetricEigen
    #expect(Self.error(v, values, vectors) > 1)
  }

  @Test func `what is no covariance is refused in every unit`() {
    for scale in [1, 1e8] {
      let bad = Matrix(rows: 2, columns: 2, values: [1, 2 * scale, 2 * scale, scale * scale])
      #expect(bad.semidefiniteEigen == nil)
    }
    // A column without variance takes no part.
    let flat = Matrix(rows: 3, columns: 3, values: [0, 0, 0, 0, 1e10, 1e5, 0, 1e5, 1])
    #expect(flat.semidefiniteEigen?.values[1] == 0)
  }
}
