public import Arrays

/// A plane of r coordinates among d, through the mean of data that lies near it.
///
///     y = B (x − μ),   x ≈ μ + Bᵀ y
public struct Subspace: Sendable, Equatable {
  /// μ, d numbers.
  public let mean: [Double]
  /// B, r × d, orthonormal rows.
  public let basis: Matrix
  /// ρ, the variance of the data in each direction off the plane.
  public let rest: Double

  /// A plane from its parts; nil where the rows of the basis are not orthonormal to 10⁻⁶, or are
  /// none.
  public init?(mean: [Double], basis: Matrix, rest: Double) {
    guard basis.rows > 0, basis.columns == mean.count, rest >= 0, rest.isFinite,
      Covariance.lowRank(
        directions: basis, variances: [Double](repeating: 1, count: basis.rows), rest: rest) != nil
    else { return nil }
    (self.mean, self.basis, self.rest) = (mean, basis, rest)
  }

  /// The plane of the r directions in which `data` varies most.
  ///
  /// - Parameters:
  ///   - data: N × d.
  ///   - rank: r, from 1 to d.
  ///   - workers: The threads to use.
  public init(_ data: Points, rank: Int, workers: Workers = .all) {
    precondition((1...data.dimension).contains(rank), "A plane has 1 to d coordinates.")
    let fit = GaussianFit(data, kind: .lowRank(rank), units: .common, workers: workers)
    guard let basis = fit.covariance.basis else { preconditionFailure("A low rank has a basis.") }
    (mean, self.basis, rest) = (fit.mean, basis, fit.covariance.rest)
  }

  /// d.
  public var dimension: Int { mean.count }
  /// r.
  public var rank: Int { basis.rows }

  /// Rows of a task. Every product is over this many, the missing ones zero: a row then goes through
  /// the same operations wherever it stands in its batch.
  private static let rowsPerTask = 64

  /// y of each row of `x`.
  public func coordinates(of x: Points, workers: Workers = .all) -> Points {
    precondition(x.dimension == dimension, "Points of the plane's space have coordinates in it.")
    return blocks(of: x.count, columns: rank, workers) { rows in
      away(x, rows).times(basis, transposed: true)
    }
  }

  /// μ + Bᵀ z + g (I − BᵀB)(x − μ) of each row, with a factor g for each; a difference of points
  /// is without μ.
  func lift(
    _ z: Points, off x: Points, factors: PerRow<Double>, isDifference: Bool = false,
    workers: Workers
  ) -> Points {
    blocks(of: x.count, columns: dimension, workers) { rows in
      var result = away(x, rows)
      var along = result.times(basis, transposed: true)
      for (place, row) in rows.enumerated() {
        let factor = factors[row]
        for axis in 0..<dimension { result.values[place * dimension + axis] *= factor }
        for axis in 0..<rank {
          let index = place * rank + axis
          along.values[index] = Double(z[row, axis]) - factor * along.values[index]
        }
      }
      result.addProduct(of: along, basis)
      if isDifference { return result }
      for place in 0..<rows.count {
        for axis in 0..<dimension { result.values[place * dimension + axis] += mean[axis] }
      }
      return result
    }
  }

  /// Rows made block by block, rounded to Float32.
  private func blocks(
    of count: Int, columns: Int, _ workers: Workers, _ make: @Sendable (Range<Int>) -> Matrix
  ) -> Points {
    let size = Self.rowsPerTask
    let parts = workers.results(of: (count + size - 1) / size) { part in
      let rows = part * size..<min(count, (part + 1) * size)
      return make(rows).values.prefix(rows.count * columns).map { Float($0) }
    }
    return Points(count: count, dimension: columns, values: parts.flatMap { $0 })
  }

  /// x − μ of some rows, with rows of zeros up to a whole block.
  private func away(_ x: Points, _ rows: Range<Int>) -> Matrix {
    var result = Matrix(rows: Self.rowsPerTask, columns: dimension)
    for (place, row) in rows.enumerated() {
      for axis in 0..<dimension {
        result.values[place * dimension + axis] = Double(x[row, axis]) - mean[axis]
      }
    }
    return result
  }
}
