import Foundation
public import Arrays

/// The Fréchet distance between the Gaussians with the moments of two sets.
///
///     F = ‖μ − ν‖² + tr(V + W − 2 (V^½ W V^½)^½)
///
/// In squared data units: the squared W₂ distance of the Gaussians. It sees means and covariances
/// alone, and is biased upward by the order of d²/n, to about its ``Floor`` between equal laws. Where points
/// are few for their dimension, it looks along the leading principal directions of the reference.
///
/// Standard error: the influence function. With T the map that carries N(μ, V) to N(ν, W),
/// x has the influence 2 (μ − ν)·(x − μ) + (x − μ)ᵀ (I − T) (x − μ). Principal directions are held as
/// they are.
///
/// - Cost: n d² multiplications and some eigenvalue problems of size d.
/// - Reference: Dowson, Landau 1982, <https://doi.org/10.1016/0047-259X(82)90077-X>.
public struct FrechetDistance: SetMetric {
  /// Principal directions; nil for the rule of ``coordinates(dimension:count:)``.
  public let coordinates: Int?

  /// The metric along so many principal directions of the reference, or by rule.
  public init(coordinates: Int? = nil) {
    precondition(coordinates.map { $0 >= 1 } ?? true, "There is one direction at least.")
    self.coordinates = coordinates
  }

  /// Points for each direction: a variance is then known to 45 % and the bias is a tenth of d.
  private static let pointsPerDirection = 10
  /// Directions that hold nearly all of the variance of pictures.
  private static let mostDirections = 256

  /// All coordinates where there are ten points for each and no more than 256; else as many
  /// principal directions as that allows.
  public static func coordinates(dimension: Int, count: Int) -> Int {
    min(dimension, mostDirections, max(1, count / pointsPerDirection))
  }

  /// F with its standard error.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    precondition(samples.dimension == reference.dimension, "Two sets have one dimension.")
    precondition(samples.count > 1 && reference.count > 1, "Each set has two points.")
    let d = samples.dimension
    let wanted = min(
      d,
      coordinates
        ?? Self.coordinates(dimension: d, count: min(samples.count, reference.count)))
    let (center, basis) = Self.directions(wanted, of: reference, workers)
    let x = Moments(samples, center: center, basis, workers)
    let y = Moments(reference, center: center, basis, workers)
    let gap = zip(x.mean, y.mean).map { $0 - $1 }
    let (forth, cross) = x.transport(to: y)
    let (back, _) = y.transport(to: x)
    let value =
      gap.reduce(0) { $0 + $1 * $1 } + x.covariance.trace + y.covariance.trace - 2 * cross
    let error =
      x.influenceVariance(gap, forth) + y.influenceVariance(gap.map { -$0 }, back)
    return Estimate(value: max(0, value), standardError: error.squareRoot())
  }

  /// The mean, and the leading principal directions where not all are wanted.
  private static func directions(
    _ wanted: Int, of reference: Points, _ workers: Workers
  ) -> (center: [Double], basis: Matrix?) {
    let d = reference.dimension
    let all = SampleMoments(reference, covariance: wanted < d, workers: workers)
    let basis = all.covariance.map { covariance in
      Matrix(
        rows: wanted, columns: d,
        values: Array(covariance.symmetricEigen.vectors.values.suffix(wanted * d)))
    }
    return (all.mean, basis)
  }

  /// Mean and covariance of one set along the directions.
  ///
  /// The rows themselves, in Double, are made when they are wanted, a block at a time where that will
  /// do.
  private struct Moments {
    /// Rows that are in work at a time.
    private static let blockRows = 512

    let points: Points
    let center: [Double]
    let basis: Matrix?
    let workers: Workers
    private(set) var mean: [Double] = []
    private(set) var covariance = Matrix(rows: 0, columns: 0)

    init(_ points: Points, center: [Double], _ basis: Matrix?, _ workers: Workers) {
      (self.points, self.center, self.basis, self.workers) = (points, center, basis, workers)
      let n = points.count
      var rows = rows
      var mean = [Double](repeating: 0, count: rows.columns)
      for row in 0..<n { for i in mean.indices { mean[i] += rows[row, i] / Double(n) } }
      rows.subtract(mean)
      var covariance = Matrix(rows: mean.count, columns: mean.count)
      covariance.addGram(of: rows, factor: 1 / Double(n - 1))
      (self.mean, self.covariance) = (mean, covariance)
    }

    private var blockCount: Int { (points.count + Self.blockRows - 1) / Self.blockRows }

    /// One block of rows along the directions, from the center.
    private func block(_ index: Int) -> Matrix {
      let (start, d) = (index * Self.blockRows, points.dimension)
      var block = Matrix(rows: min(points.count - start, Self.blockRows), columns: d)
      for row in 0..<block.rows {
        let at = (start + row) * d
        for i in 0..<d { block[row, i] = Double(points.values[at + i]) - center[i] }
      }
      return basis.map { block.times($0, transposed: true) } ?? block
    }

    /// All of them.
    private var rows: Matrix {
      let columns = basis?.rows ?? points.dimension
      var rows: [Double] = []
      rows.reserveCapacity(points.count * columns)
      for first in stride(from: 0, to: blockCount, by: workers.count) {
        let parts = workers.results(of: min(workers.count, blockCount - first)) {
          block(first + $0).values
        }
        for part in parts { rows += part }
      }
      return Matrix(rows: points.count, columns: columns, values: rows)
    }

    /// T = V^−½ (V^½ W V^½)^½ V^−½ and the trace of its middle; directions without variance stay.
    func transport(to other: Moments) -> (map: Matrix, trace: Double) {
      let root = covariance.function { $0.squareRoot() }
      let middle = root.times(other.covariance).times(root).function { $0.squareRoot() }
      let inverse = covariance.function { 1 / $0.squareRoot() }
      return (inverse.times(middle).times(inverse), middle.trace)
    }

    /// Var of the influence, over n.
    func influenceVariance(_ gap: [Double], _ map: Matrix) -> Double {
      let influence = workers.results(of: blockCount) { index in
        var away = block(index)
        away.subtract(mean)
        let moved = away.times(map)
        return (0..<away.rows).map { row in
          gap.indices.reduce(0) { sum, i in
            sum + (2 * gap[i] * away[row, i] + away[row, i] * (away[row, i] - moved[row, i]))
          }
        }
      }
      return variance(influence.flatMap { $0 }) / Double(points.count)
    }
  }
}

extension Matrix {
  /// Takes a row off every row.
  fileprivate mutating func subtract(_ row: [Double]) {
    for index in 0..<rows { for i in row.indices { self[index, i] -= row[i] } }
  }
}

extension Matrix {
  /// f of a symmetric matrix without negative eigenvalues; those that rounding makes of zero give
  /// zero.
  fileprivate func function(_ f: (Double) -> Double) -> Matrix {
    var symmetric = self
    for row in 0..<rows {
      for column in 0..<row {
        let mean = (self[row, column] + self[column, row]) / 2
        (symmetric[row, column], symmetric[column, row]) = (mean, mean)
      }
    }
    let (values, vectors) = symmetric.symmetricEigen
    let least = 1e-12 * Swift.max(values.last ?? 0, 0)
    var scaled = vectors
    for (index, value) in values.enumerated() {
      let factor = value > least ? f(value) : 0
      for column in 0..<columns { scaled[index, column] *= factor }
    }
    // Bᵀ (f B): rows of the transpose are columns of B.
    var transposed = vectors
    for row in 0..<rows {
      for column in 0..<rows { transposed[row, column] = vectors[column, row] }
    }
    return transposed.times(scaled)
  }
}
