import Foundation
public import Arrays

/// Whether two sets share their points among the components of a mixture alike: χ² of homogeneity.
///
/// A point belongs to the component of the largest responsibility. The reference is a set of draws,
/// counted the same way, so that overlapping components bias nothing. Cells of fewer than five
/// expected points are pooled.
///
///     χ² = Σ_k (√(m/n) a_k − √(n/m) b_k)²/(a_k + b_k)
///
/// with counts a of n samples and b of m references, on K − 1 degrees of freedom.
public struct ModeWeights: SetMetric {
  private let components: [(logWeight: Double, score: GaussianScore)]
  /// Noise at which components without width have a density too.
  private let noise: Double

  /// The least count that χ² takes for a normal number.
  private static let leastExpected = 5.0

  /// The modes of `mixture`, one a component.
  public init(_ mixture: MixtureScore) {
    components = mixture.components.map {
      (log($0.weight), GaussianScore(mean: $0.mean, covariance: $0.covariance))
    }
    noise = max(1e-3 * mixture.deviation, .leastNormalMagnitude.squareRoot())
  }

  /// What the test found.
  public struct Result: Sendable, Equatable {
    /// χ².
    public let statistic: Double
    /// Cells less one.
    public let degreesOfFreedom: Int
    /// The chance of a larger χ² between equal laws.
    public let pValue: Double
  }

  /// Points of each component.
  public func counts(of points: Points, workers: Workers = .all) -> [Int] {
    var best = [Double](repeating: -.infinity, count: points.count)
    var owner = [Int](repeating: 0, count: points.count)
    let workspace = Workspace(samples: Samples(seed: 0, count: points.count), workers: workers)
    for (index, component) in components.enumerated() {
      // One workspace serves one score; each component is one.
      let space = index == 0 ? workspace : Workspace(samples: workspace.samples, workers: workers)
      let logs = component.score.logDensity(points, at: .uniform(noise), in: space)
      for row in logs.indices where component.logWeight + logs[row] > best[row] {
        (best[row], owner[row]) = (component.logWeight + logs[row], index)
      }
    }
    return owner.reduce(into: [Int](repeating: 0, count: components.count)) { $0[$1] += 1 }
  }

  /// The test between two sets.
  public func test(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Result {
    let (a, b) = (counts(of: samples, workers: workers), counts(of: reference, workers: workers))
    let (n, m) = (Double(samples.count), Double(reference.count))
    // The smaller set decides what is too few.
    let least = Self.leastExpected * (n + m) / min(n, m)
    var cells: [(Double, Double)] = []
    var pool = (0.0, 0.0)
    for (x, y) in zip(a, b) {
      if Double(x + y) >= least {
        cells.append((Double(x), Double(y)))
      } else {
        pool = (pool.0 + Double(x), pool.1 + Double(y))
      }
    }
    if pool.0 + pool.1 > 0 { cells.append(pool) }
    let statistic = cells.reduce(0) { sum, cell in
      let gap = (m / n).squareRoot() * cell.0 - (n / m).squareRoot() * cell.1
      return sum + gap * gap / (cell.0 + cell.1)
    }
    let freedom = cells.count - 1
    return Result(
      statistic: statistic, degreesOfFreedom: freedom,
      pValue: freedom > 0 ? upperGamma(Double(freedom) / 2, statistic / 2) : 1)
  }

  /// χ² with the deviation √(2 (k + 2 λ)) of a χ² of k degrees and noncentrality λ = χ² − k.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    let result = test(samples, against: reference, workers: workers)
    let freedom = Double(result.degreesOfFreedom)
    let excess = max(0, result.statistic - freedom)
    return Estimate(
      value: result.statistic, standardError: (2 * (freedom + 2 * excess)).squareRoot())
  }
}

/// Q(a, x) = Γ(a, x)/Γ(a): the chance that a χ² of 2a degrees exceeds 2x.
///
/// The series of P = 1 − Q below a + 1, Lentz's continued fraction of Q above.
///
/// - Reference: DLMF 8.11.4 and 8.9.2, <https://dlmf.nist.gov/8>.
func upperGamma(_ a: Double, _ x: Double) -> Double {
  guard x > 0 else { return 1 }
  let front = exp(a * log(x) - x - lgamma(a))
  if x < a + 1 {
    var (term, sum, n) = (1 / a, 1 / a, a)
    while abs(term) > 1e-16 * abs(sum) {
      n += 1
      term *= x / n
      sum += term
    }
    return max(0, 1 - front * sum)
  }
  let tiny = 1e-300
  var b = x + 1 - a
  var (c, d) = (1 / tiny, 1 / b)
  var h = d
  for i in 1...10_000 {
    let an = -Double(i) * (Double(i) - a)
    b += 2
    d = an * d + b
    if abs(d) < tiny { d = tiny }
    c = b + an / c
    if abs(c) < tiny { c = tiny }
    d = 1 / d
    h *= d * c
    if abs(d * c - 1) < 1e-15 { break }
  }
  return front * h
}
