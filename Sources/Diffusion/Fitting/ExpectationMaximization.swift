import Foundation
import Arrays

/// A mixture on its way to a maximum of the likelihood, one step at a time.
///
///     E: r_ik = w_k N(x_i; m_k, V_k) / Σ_l w_l N(x_i; m_l, V_l)
///     M: w_k = Σ_i r_ik/N,  m_k and V_k the weighted mean and covariance, variances ≥ floor
///
/// - Reference: Dempster, Laird, Rubin 1977,
///   <https://doi.org/10.1111/j.2517-6161.1977.tb01600.x>.
struct ExpectationMaximization: Sendable {
  let features: MixtureFeatures
  /// The least variance in any direction, in standard units.
  let floor: Double
  let workers: Workers
  private(set) var components: [StandardComponent]
  /// The average log-likelihood of the parameters before each step, in nats and standard units.
  private(set) var trace: [Double] = []
  private let groups: [Range<Int>]

  /// Numbers that the sums of all groups may hold together.
  private static let sumsSize = 1 << 25
  /// The largest mean ‖x‖²/d over floor at which φ about the common center is good enough: the
  /// average log-likelihood is then right to d · 4 · 10⁻¹⁰.
  private static let tame = 4e6

  init(
    from components: [StandardComponent], features: MixtureFeatures, floor: Double, count: Int,
    workers: Workers
  ) {
    self.components = components
    self.features = features
    self.floor = floor
    self.workers = workers
    let most = max(2, min(32, Self.sumsSize / (components.count * features.count)))
    groups = rowGroups(of: count, most: most, least: features.blockRows)
  }

  /// One step. The trace gains the log-likelihood of the parameters it started from.
  mutating func advance(on data: StandardPoints) {
    let (theta, features, groups) = (parameters, features, groups)
    let centered = centeredPass(on: data)
    let parts = workers.results(of: groups.count) { group in
      var sums = Matrix(rows: theta.rows, columns: theta.columns)
      var phi = Matrix(rows: 0, columns: features.count)
      var logLikelihood = 0.0
      forEachBlock(of: groups[group], size: features.blockRows) { rows in
        if let centered {
          var shares = centered.logits(data, rows)
          logLikelihood += logSumExp(&shares).reduce(0, +)
          centered.add(shares, data, rows, to: &sums)
        } else {
          features.fill(&phi, data, rows, about: data.center)
          var shares = theta.times(phi, transposed: true)
          logLikelihood += logSumExp(&shares).reduce(0, +)
          sums.addProduct(of: shares, phi)
        }
      }
      return (logLikelihood, sums.values)
    }
    trace.append(parts.reduce(0) { $0 + $1.0 } / Double(data.count))
    let sums = Matrix(rows: theta.rows, columns: theta.columns, values: total(parts.map(\.1)))
    let floor = floor
    components = workers.results(of: sums.rows) {
      if let centered {
        return centered.component($0, sums.row($0), of: data.count, floor: floor)
      }
      return features.component(sums.row($0), of: data.count, floor: floor)
    }.compactMap { $0 }
  }

  /// Sums about each component's own mean, where points lie so far out that they are needed.
  private func centeredPass(on data: StandardPoints) -> CenteredPass? {
    data.meanSquare > Self.tame * floor ? CenteredPass(components, features, data) : nil
  }

  /// log p(x) of each row, in nats and standard units.
  func logDensities(_ data: StandardPoints) -> [Double] {
    let (theta, features, centered) = (parameters, features, centeredPass(on: data))
    let groups = rowGroups(of: data.count, most: 32, least: features.blockRows)
    return workers.results(of: groups.count) { group in
      var phi = Matrix(rows: 0, columns: features.count)
      var densities: [Double] = []
      forEachBlock(of: groups[group], size: features.blockRows) { rows in
        var logits: Matrix
        if let centered {
          logits = centered.logits(data, rows)
        } else {
          features.fill(&phi, data, rows, about: data.center)
          logits = theta.times(phi, transposed: true)
        }
        densities += logSumExp(&logits)
      }
      return densities
    }.flatMap { $0 }
  }

  /// θ of every component, K × p.
  private var parameters: Matrix {
    Matrix(
      rows: components.count, columns: features.count,
      values: components.flatMap(features.parameters))
  }
}

private func forEachBlock(of rows: Range<Int>, size: Int, _ body: (Range<Int>) -> Void) {
  for first in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
    body(first..<min(rows.upperBound, first + size))
  }
}

/// Shares below e^−50 of the largest are far below rounding: they become zero.
private let negligible = -50.0

/// log Σ_k e^(l_k) of each column; the column becomes its softmax.
func logSumExp(_ logits: inout Matrix) -> [Double] {
  let (count, width) = (logits.rows, logits.columns)
  var best = [Double](repeating: -.infinity, count: width)
  var sum = [Double](repeating: 0, count: width)
  var values = logits.values.mutableSpan
  for k in 0..<count {
    for i in 0..<width where values[k * width + i] > best[i] { best[i] = values[k * width + i] }
  }
  for k in 0..<count {
    for i in 0..<width {
      let below = values[k * width + i] - best[i]
      let share = below < negligible ? 0 : exp(below)
      values[k * width + i] = share
      sum[i] += share
    }
  }
  for k in 0..<count {
    for i in 0..<width { values[k * width + i] /= sum[i] }
  }
  for i in 0..<width { best[i] += log(sum[i]) }
  return best
}
