import Foundation
import Arrays

/// The sums of one step of EM, each component's about its own mean.
///
/// With log N(x; m, V) from y = V^(−½) (x − m) nothing cancels but x − m itself, however far out
/// points lie: a component on a single far point keeps the width it has, and so do those in the
/// midst of the others. Costs K products of a block in place of one, so it is for data that need it.
struct CenteredPass: Sendable {
  let features: MixtureFeatures
  let components: [StandardComponent]
  /// m_k in data units.
  private let centers: [[Double]]
  /// Rows of V^(−½), transposed; nil along the axes.
  private let roots: [Matrix?]
  /// V^(−½) along the axes; empty where there is a root.
  private let widths: [[Double]]
  /// log w − (d log 2π + log det V)/2.
  private let constants: [Double]

  init(_ components: [StandardComponent], _ features: MixtureFeatures, _ data: StandardPoints) {
    let d = features.dimension
    self.features = features
    self.components = components
    centers = components.map { component in
      (0..<d).map { data.center[$0] + component.mean[$0] * data.scales[$0] }
    }
    roots = components.map { component in
      guard let basis = component.covariance.basis else { return nil }
      var root = Matrix(rows: d, columns: d)
      for (row, variance) in component.covariance.variances.enumerated() {
        let factor = (1 / variance).squareRoot()
        for column in 0..<d { root[row, column] = basis[row, column] * factor }
      }
      return root
    }
    widths = components.map { component in
      let covariance = component.covariance
      guard covariance.basis == nil else { return [] }
      let variances =
        covariance.variances.isEmpty
        ? [Double](repeating: covariance.rest, count: d) : covariance.variances
      return variances.map { (1 / $0).squareRoot() }
    }
    constants = components.map { component in
      let covariance = component.covariance
      let off = Double(d - covariance.variances.count)
      let logDeterminant =
        covariance.variances.reduce(0) { $0 + log($1) }
        + (off > 0 ? off * log(covariance.rest) : 0)
      return log(component.weight) - (Double(d) * log(2 * .pi) + logDeterminant) / 2
    }
  }

  /// log w_k + log N(x_i; m_k, V_k), K × rows.
  func logits(_ data: StandardPoints, _ rows: Range<Int>) -> Matrix {
    let d = features.dimension
    var logits = Matrix(rows: components.count, columns: rows.count)
    var away = Matrix(rows: rows.count, columns: d)
    for k in components.indices {
      for (place, row) in rows.enumerated() {
        for j in 0..<d {
          away.values[place * d + j] =
            (Double(data.points.values[row * d + j]) - centers[k][j]) * data.inverses[j]
        }
      }
      if let root = roots[k] {
        let y = away.times(root, transposed: true)
        for place in 0..<rows.count {
          var square = 0.0
          for j in 0..<d { square += y.values[place * d + j] * y.values[place * d + j] }
          logits.values[k * rows.count + place] = constants[k] - square / 2
        }
      } else {
        for place in 0..<rows.count {
          var square = 0.0
          for j in 0..<d {
            let y = away.values[place * d + j] * widths[k][j]
            square += y * y
          }
          logits.values[k * rows.count + place] = constants[k] - square / 2
        }
      }
    }
    return logits
  }

  /// sums_k += Σ_i r_ik φ(x_i − m_k).
  func add(
    _ shares: Matrix, _ data: StandardPoints, _ rows: Range<Int>, to sums: inout Matrix
  ) {
    let p = features.count
    var phi = Matrix(rows: 0, columns: p)
    for k in components.indices {
      features.fill(&phi, data, rows, about: centers[k])
      for place in 0..<rows.count {
        let share = shares.values[k * rows.count + place]
        guard share > 0 else { continue }
        for j in 0..<p { sums.values[k * p + j] += share * phi.values[place * p + j] }
      }
    }
  }

  /// The next component k from its sums.
  func component(
    _ k: Int, _ sums: ArraySlice<Double>, of count: Int, floor: Double
  ) -> StandardComponent? {
    guard var next = features.component(sums, of: count, floor: floor) else { return nil }
    for j in next.mean.indices { next.mean[j] += components[k].mean[j] }
    return next
  }
}
