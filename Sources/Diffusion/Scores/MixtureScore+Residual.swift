import Foundation
import Synchronization
public import Arrays

/// D − x of a mixture, without x in it:
///
///     D − x = −Σ_k r_k σ² (V_k + σ² I)⁻¹ (x − m_k)
///
/// Rounded, D and x share their digits where σ is small, and their difference has none left.
extension MixtureScore {
  /// D − x of each row, by the formula above, in Double.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    precondition(x.dimension == dimension, "Points and components have one dimension.")
    let result = Mutex(Points(count: x.count, dimension: dimension))
    workspace.workers.forEachBlock(of: x.count, size: Self.residualRows) { _, rows in
      var block = Points(count: rows.count, dimension: dimension)
      for row in rows {
        let state = x.row(row).map { Double($0) }
        for (axis, value) in residual(state, noise[row]).enumerated() {
          block[row - rows.lowerBound, axis] = Float(value)
        }
      }
      result.withLock { $0.replaceRows(from: rows.lowerBound, with: block) }
    }
    return result.withLock { $0 }
  }

  /// Rows of a task.
  private static let residualRows = 16

  private func residual(_ x: [Double], _ sigma: Double) -> [Double] {
    let parts = components.map { $0.pull(of: x, sigma * sigma) }
    let best = parts.map(\.logit).max() ?? 0
    let shares = parts.map { exp($0.logit - best) }
    let total = shares.reduce(0, +)
    return x.indices.map { axis in
      zip(shares, parts).reduce(0) { $0 + $1.0 * $1.1.pull[axis] } / total
    }
  }
}

extension MixtureScore.Component {
  /// log w + log N(x; m, V + σ² I), but for a constant, and −σ² (V + σ² I)⁻¹ (x − m).
  fileprivate func pull(
    of x: [Double], _ variance: Double
  ) -> (logit: Double, pull: [Double]) {
    var away = zip(x, mean).map { $0 - $1 }
    var logit = log(weight)
    let weigh = { (coordinate: Double, lambda: Double) -> Double in
      logit -= (coordinate * coordinate / (lambda + variance) + log(lambda + variance)) / 2
      return -variance / (lambda + variance) * coordinate
    }
    guard let basis = covariance.basis else {
      let variances = covariance.variances
      let pull = away.enumerated().map {
        weigh($1, variances.isEmpty ? covariance.rest : variances[$0])
      }
      return (logit, pull)
    }
    var pull = [Double](repeating: 0, count: away.count)
    for (index, lambda) in covariance.variances.enumerated() {
      let direction = basis.values[index * away.count..<(index + 1) * away.count]
      let along = zip(direction, away).reduce(0) { $0 + $1.0 * $1.1 }
      let back = weigh(along, lambda)
      for (axis, share) in direction.enumerated() {
        pull[axis] += back * share
        away[axis] -= along * share
      }
    }
    // What lies off the basis; there is nothing where the basis is whole.
    let rank = covariance.variances.count
    if rank < away.count {
      let rest = covariance.rest + variance
      let squares = away.reduce(0) { $0 + $1 * $1 }
      logit -= (squares / rest + Double(away.count - rank) * log(rest)) / 2
      for axis in away.indices { pull[axis] -= variance / rest * away[axis] }
    }
    return (logit, pull)
  }
}
