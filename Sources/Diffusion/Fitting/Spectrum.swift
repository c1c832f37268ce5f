import Arrays
import Foundation

/// Variances of the data and of the model along the same directions, d or as many as columns vary.
///
/// By column they are those of x_j/s_j, s_j the deviation of a column: what a fit finds is then the
/// same in every unit.
struct Spectrum {
  /// What the data has along each direction, falling off the diagonal kinds.
  let sample: [Double]
  /// What the model has along it.
  let model: [Double]
  /// The directions that a low-rank model keeps; nil for other kinds.
  let rank: Int?
  /// Σ_j log s_j: the log-likelihood in data units is that of the spectrum less this.
  let logScale: Double
  let covariance: Covariance

  /// The smallest variance of the model in data units.
  var smallest: Double { model.contains(0) ? 0 : covariance.smallest }
  /// The largest.
  var largest: Double {
    max(
      covariance.variances.max() ?? 0,
      covariance.variances.count < covariance.dimension ? covariance.rest : 0)
  }

  /// (1 − s) S + s diag(S).
  init(byColumn moments: SampleMoments, shrinkage: Double) {
    let deviations = moments.variances.map { $0.squareRoot() }
    let varying = deviations.filter { $0 > 0 }
    rank = nil
    logScale = varying.reduce(0) { $0 + log($1) }
    guard let matrix = moments.covariance, !varying.isEmpty else {
      sample = [Double](repeating: 1, count: varying.count)
      model = sample
      covariance = .diagonal(moments.variances)
      return
    }
    let rising = matrix.correlations(deviations).symmetricEigen.values
    let rounding = Double(varying.count) * 0x1p-50 * max(0, rising.last ?? 0)
    sample = rising.reversed().map { $0 > rounding ? $0 : 0 }
    model = sample.map { (1 - shrinkage) * $0 + shrinkage }
    let columns = deviations.indices.filter { deviations[$0] > 0 }
    var block = Matrix(rows: columns.count, columns: columns.count)
    for (row, i) in columns.enumerated() {
      for (column, j) in columns.enumerated() {
        block[row, column] = (i == j ? 1 : 1 - shrinkage) * matrix[i, j]
      }
    }
    // D C D has as many zero eigenvalues as C.
    covariance = .full(
      block, of: columns, zeros: model.count { $0 == 0 }, among: matrix.rows)
  }

  init(_ moments: SampleMoments, kind: GaussianFit.Kind, shrinkage: Double) {
    logScale = 0
    let (d, average) = (moments.mean.count, moments.meanVariance)
    let shrunk = { (variance: Double) in (1 - shrinkage) * variance + shrinkage * average }
    guard let matrix = moments.covariance else {
      sample = moments.variances
      rank = nil
      if kind == .isotropic {
        model = [Double](repeating: average, count: d)
        covariance = .isotropic(average, dimension: d)
      } else {
        model = sample.map(shrunk)
        covariance = .diagonal(model)
      }
      return
    }
    let (rising, rows) = matrix.symmetricEigen
    // Eigenvalues carry rounding of the largest; below it nothing is known but that they are small.
    let rounding = Double(d) * 0x1p-50 * max(0, rising.last ?? 0)
    let falling = rising.reversed().map { $0 > rounding ? $0 : 0 }
    let kept = Spectrum.rank(of: falling, kind: kind)
    sample = falling
    var variances = falling.map(shrunk)
    let others = variances[kept...]
    let rest = others.isEmpty ? 0 : others.reduce(0, +) / Double(others.count)
    for index in others.indices { variances[index] = rest }
    model = variances
    rank = kind == .full ? nil : kept
    var values: [Double] = []
    values.reserveCapacity(kept * d)
    for index in 0..<kept { values += rows.row(d - 1 - index) }
    let directions = Matrix(rows: kept, columns: d, values: values)
    // The eigenvectors of a symmetric matrix are orthonormal to rounding.
    covariance =
      Covariance.lowRank(
        directions: directions, variances: Array(variances[..<kept]), rest: rest)
      ?? .isotropic(average, dimension: d)
  }

  private static func rank(of variances: [Double], kind: GaussianFit.Kind) -> Int {
    let d = variances.count
    switch kind {
    case .lowRank(let rank):
      precondition((0...d).contains(rank), "A rank lies between 0 and d.")
      return rank
    case .lowRankHolding(let share):
      precondition(share > 0 && share <= 1, "A share of the variance lies above 0, up to 1.")
      let goal = share * variances.reduce(0, +)
      var held = 0.0
      for (index, variance) in variances.enumerated() {
        // A sum in another order may miss the whole by rounding.
        if held >= goal * (1 - 0x1p-40) { return index }
        held += variance
      }
      return d
    case .full, .diagonal, .isotropic: return d
    }
  }
}
