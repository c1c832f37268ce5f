import Foundation
import Arrays

/// A Gaussian as an exponential family: log w_k + log N(x; m_k, V_k) = θ_k · φ(x).
///
/// φ(x) = (1, x, quadratic terms): x_i x_j with i ≤ j for full covariances, x_i² for diagonal,
/// ‖x‖² for isotropic ones. Then both steps of EM are one matrix product for all components: the
/// logits are Φ θᵀ, and what the next parameters need are the sums Rᵀ Φ.
///
/// Rounding: θ · φ loses 2⁻⁵³ ‖x‖²/λ_min. Where the mean of ‖x‖² is about d in standard units and
/// λ_min ≥ 10⁻⁶, the average log-likelihood is good to d · 10⁻¹⁰ at worst. Where points lie far out
/// φ is taken about each component's own mean: see ``CenteredPass``.
struct MixtureFeatures: Sendable {
  let kind: MixtureFit.Kind
  let dimension: Int

  /// Numbers in φ(x).
  var count: Int {
    switch kind {
    case .full: 1 + dimension + dimension * (dimension + 1) / 2
    case .diagonal: 1 + 2 * dimension
    case .isotropic: 2 + dimension
    }
  }

  /// Rows of a block: Φ stays within some hundred kilobytes where φ is short.
  var blockRows: Int { max(16, min(512, (1 << 17) / count)) }

  /// Φ of some rows about a center, rows × count, in the memory of `phi` where it has that shape;
  /// the center is d numbers in the units of the data as given.
  func fill(
    _ phi: inout Matrix, _ data: StandardPoints, _ rows: Range<Int>, about center: [Double]
  ) {
    if phi.rows != rows.count { phi = Matrix(rows: rows.count, columns: count) }
    let (d, inverse) = (dimension, data.inverses)
    var values = phi.values.mutableSpan
    var point = [Double](repeating: 0, count: d)
    var at = 0
    for row in rows {
      values[at] = 1
      for j in 0..<d {
        point[j] = (Double(data.points.values[row * d + j]) - center[j]) * inverse[j]
        values[at + 1 + j] = point[j]
      }
      at += 1 + d
      switch kind {
      case .full:
        for i in 0..<d {
          let first = point[i]
          for j in i..<d { values[at + j - i] = first * point[j] }
          at += d - i
        }
      case .diagonal:
        for j in 0..<d { values[at + j] = point[j] * point[j] }
        at += d
      case .isotropic:
        values[at] = point.reduce(0) { $0 + $1 * $1 }
        at += 1
      }
    }
  }

  /// θ of one component.
  func parameters(_ component: StandardComponent) -> [Double] {
    let d = dimension
    let precision = component.covariance.apply({ 1 / $0 }, to: component.mean)
    let square = zip(component.mean, precision).reduce(0) { $0 + $1.0 * $1.1 }
    let covariance = component.covariance
    let off = d - covariance.variances.count
    let logDeterminant =
      covariance.variances.reduce(0) { $0 + log($1) }
      + (off > 0 ? Double(off) * log(covariance.rest) : 0)
    let constant =
      log(component.weight) - (Double(d) * log(2 * .pi) + logDeterminant + square) / 2
    return [constant] + precision + quadratic(component.covariance)
  }

  /// −V⁻¹/2 as φ's quadratic terms take it.
  private func quadratic(_ covariance: Covariance) -> [Double] {
    switch kind {
    case .isotropic: return [-0.5 / covariance.rest]
    case .diagonal:
      return covariance.apply({ -0.5 / $0 }, to: [Double](repeating: 1, count: dimension))
    case .full:
      let inverse = precision(covariance)
      var terms: [Double] = []
      for i in 0..<dimension {
        // x_i x_j stands for x_j x_i as well.
        for j in i..<dimension { terms.append(inverse[i, j] * (i == j ? -0.5 : -1)) }
      }
      return terms
    }
  }

  /// V⁻¹ as a matrix.
  private func precision(_ covariance: Covariance) -> Matrix {
    var inverse = Matrix(rows: dimension, columns: dimension)
    guard var scaled = covariance.basis else {
      for i in 0..<dimension { inverse[i, i] = 1 / covariance.rest }
      return inverse
    }
    for (row, variance) in covariance.variances.enumerated() {
      let factor = (1 / variance).squareRoot()
      for column in 0..<dimension { scaled[row, column] *= factor }
    }
    inverse.addGram(of: scaled)
    return inverse
  }

  /// The most likely Gaussian for sums Σ_i r_i φ(x_i), among those whose variances are at least
  /// `floor`; nil where no point is left.
  ///
  /// log det V + tr(V⁻¹ S) is least over all V with eigenvalues ≥ f at the eigenvectors of S and
  /// its eigenvalues clipped to f: by von Neumann's trace inequality only the eigenvalues are
  /// free, and log v + s/v falls until v = s and rises from there. The clipped step is thus the
  /// exact maximiser under the floor, and EM's log-likelihood never falls.
  func component(_ sums: ArraySlice<Double>, of count: Int, floor: Double) -> StandardComponent? {
    let (sums, d) = (Array(sums), dimension)
    let weight = sums[0]
    guard weight >= Self.emptiness else { return nil }
    let mean = sums[1...d].map { $0 / weight }
    let seconds = sums[(1 + d)...].map { $0 / weight }
    let covariance: Covariance
    switch kind {
    case .isotropic:
      let variance = (seconds[0] - mean.reduce(0) { $0 + $1 * $1 }) / Double(d)
      covariance = .isotropic(max(floor, variance), dimension: d)
    case .diagonal:
      covariance = .diagonal(zip(seconds, mean).map { max(floor, $0 - $1 * $1) })
    case .full:
      var matrix = Matrix(rows: d, columns: d)
      var at = 0
      for i in 0..<d {
        for j in i..<d {
          matrix[i, j] = seconds[at] - mean[i] * mean[j]
          matrix[j, i] = matrix[i, j]
          at += 1
        }
      }
      let (values, vectors) = matrix.symmetricEigen
      covariance =
        Covariance.lowRank(
          directions: vectors, variances: values.map { max(floor, $0) }, rest: 0)
        ?? .isotropic(max(floor, matrix.trace / Double(d)), dimension: d)
    }
    return StandardComponent(
      weight: weight / Double(count), mean: mean, covariance: covariance)
  }

  /// Components that hold less than this of one point are dropped; the log-likelihood of all the
  /// data cannot fall by more than about that many nats.
  static let emptiness = 1e-9
}

/// A component in standard units.
struct StandardComponent: Sendable {
  var weight: Double
  var mean: [Double]
  var covariance: Covariance
}
