import Arrays

/// Mean and covariance of a set along some directions, with a factor of the covariance that is as exact
/// in a thin coordinate as in a wide one.
///
///     V = A Aᵀ,   A = D Eᵀ Λ^½,   V = D C D,   C = Eᵀ Λ E
///
/// D holds the deviations and C is the correlation, whose eigenvalues are cut off where rounding made
/// them of zero: relative to the scale of each coordinate, not of the largest.
struct DirectedMoments {
  private let rows: DirectedRows
  /// x̄ in data coordinates, from the center.
  let mean: [Double]
  /// x̄ along the directions, from the center.
  let directedMean: [Double]
  /// A, one row a direction.
  let factor: Matrix
  /// A⁻¹ on what A reaches, zero beside it.
  let inverseFactor: Matrix
  /// The variance of what no direction sees.
  let restVariance: Double

  /// Roundings of an eigenvalue of size one, for each coordinate.
  private static let rounding = 8 * Double.ulpOfOne

  /// The moments of `points` from `center`, along the rows of `basis` or along the axes.
  init(_ points: Points, center: [Double], _ basis: Matrix?, _ workers: Workers) {
    let rows = DirectedRows(points: points, center: center, basis: basis, workers: workers)
    let n = Double(points.count)
    let mean = rows.sums { $0.columnSums }.map { $0 / n }
    let directedMean = rows.directed(Matrix(rows: 1, columns: mean.count, values: mean)).values
    let size = directedMean.count
    // The covariance, and at the end the variance in all coordinates.
    let squares = rows.sums { block in
      var away = block
      away.subtract(mean)
      var gram = Matrix(rows: size, columns: size)
      gram.addGram(of: rows.directed(away))
      return gram.values + [squaredNorm(away.values)]
    }
    let covariance = Matrix(
      rows: size, columns: size, values: squares.dropLast().map { $0 / (n - 1) })
    let rest = squares[size * size] / (n - 1) - covariance.trace
    // What rounding leaves of nothing is nothing.
    let least = Self.rounding * Double(size) * covariance.trace
    (self.rows, self.mean, self.directedMean) = (rows, mean, directedMean)
    restVariance = basis != nil && rest > least ? rest : 0
    (factor, inverseFactor) = Self.factors(of: covariance)
  }

  private static func factors(of covariance: Matrix) -> (factor: Matrix, inverse: Matrix) {
    let d = covariance.rows
    let scales = (0..<d).map { max(0, covariance[$0, $0]).squareRoot() }
    var correlation = Matrix(rows: d, columns: d)
    for row in 0..<d {
      for column in 0..<d where scales[row] > 0 && scales[column] > 0 {
        correlation[row, column] = covariance[row, column] / scales[row] / scales[column]
      }
    }
    let (values, vectors) = correlation.symmetricEigen
    let least = rounding * Double(d) * max(1, values.last ?? 0)
    var (factor, inverse) = (Matrix(rows: d, columns: d), Matrix(rows: d, columns: d))
    for (index, value) in values.enumerated() where value > least {
      let root = value.squareRoot()
      for i in 0..<d where scales[i] > 0 {
        factor[i, index] = scales[i] * vectors[index, i] * root
        inverse[index, i] = vectors[index, i] / root / scales[i]
      }
    }
    return (factor, inverse)
  }

  /// Var of the influence, over n: `gap` in data coordinates and along the directions, T along the
  /// directions and, where it counts, beside them.
  func influenceVariance(
    _ gap: [Double], _ directedGap: [Double], _ map: Matrix, rest: Double?
  ) -> Double {
    let (rows, mean) = (rows, mean)
    let influence = rows.workers.results(of: rows.blockCount) { index in
      var all = rows.block(index)
      all.subtract(mean)
      let away = rows.directed(all)
      let moved = away.times(map, transposed: true)
      return (0..<away.rows).map { row in
        let own = away.row(row)
        let inside = zip(own, moved.row(row)).reduce(0) { $0 + $1.0 * ($1.0 - $1.1) }
        guard let rest else { return 2 * dot(directedGap, own) + inside }
        let beside = dot(all.row(row), all.row(row)) - dot(own, own)
        return 2 * dot(gap, all.row(row)) + inside + (1 - rest) * beside
      }
    }
    return variance(influence.flatMap { $0 }) / Double(rows.points.count)
  }
}

/// Rows of a set in Double along some directions, made when they are wanted, a block at a time.
private struct DirectedRows: Sendable {
  let points: Points
  let center: [Double]
  let basis: Matrix?
  let workers: Workers

  /// Rows of a block.
  private static let blockRows = 512
  var blockCount: Int { (points.count + Self.blockRows - 1) / Self.blockRows }

  /// One block of rows in data coordinates, from the center.
  func block(_ index: Int) -> Matrix {
    let (start, d) = (index * Self.blockRows, points.dimension)
    var block = Matrix(rows: min(points.count - start, Self.blockRows), columns: d)
    for row in 0..<block.rows {
      let at = (start + row) * d
      for i in 0..<d { block[row, i] = Double(points.values[at + i]) - center[i] }
    }
    return block
  }

  /// The same along the directions.
  func directed(_ block: Matrix) -> Matrix {
    basis.map { block.times($0, transposed: true) } ?? block
  }

  /// Σ of what `body` makes of each block, in their order; as many at a time as there are threads.
  func sums(_ body: @Sendable (Matrix) -> [Double]) -> [Double] {
    var sums: [Double] = []
    for first in stride(from: 0, to: blockCount, by: workers.count) {
      let parts = workers.results(of: min(workers.count, blockCount - first)) {
        body(block(first + $0))
      }
      for part in parts { add(part, to: &sums) }
    }
    return sums
  }
}

private func dot(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

extension Matrix {
  /// Takes a row off every row.
  fileprivate mutating func subtract(_ row: [Double]) {
    for index in 0..<rows { for i in row.indices { self[index, i] -= row[i] } }
  }

  /// The sum of every column.
  fileprivate var columnSums: [Double] {
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows { for i in 0..<columns { sums[i] += self[row, i] } }
    return sums
  }

  /// The matrix with rows for columns.
  var transposed: Matrix {
    var turned = Matrix(rows: columns, columns: rows)
    for row in 0..<rows { for column in 0..<columns { turned[column, row] = self[row, column] } }
    return turned
  }
}
