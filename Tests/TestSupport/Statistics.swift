import Foundation

/// The mean of numbers with its standard error.
public struct Estimate: Sendable {
  /// How many numbers.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// Their variance about the mean.
  public let variance: Double

  /// What `numbers` say about their mean.
  public init(_ numbers: [Double]) {
    count = numbers.count
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    self.mean = mean
    variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
  }

  /// √(variance/n).
  public var standardError: Double { (variance / Double(count)).squareRoot() }

  /// How many standard errors the mean lies from `expected`.
  public func deviation(from expected: Double) -> Double {
    let gap = abs(mean - expected)
    return standardError > 0 ? gap / standardError : (gap == 0 ? 0 : .infinity)
  }
}

/// The largest gap between the empirical distribution of `numbers` and `cdf`, times √n. Under the
/// hypothesis it exceeds 1.95 once in a thousand times (Kolmogorov).
public func kolmogorov(_ numbers: [Double], _ cdf: (Double) -> Double) -> Double {
  let sorted = numbers.sorted()
  let n = Double(sorted.count)
  var gap = 0.0
  for (index, number) in sorted.enumerated() {
    let expected = cdf(number)
    gap = max(gap, expected - Double(index) / n, Double(index + 1) / n - expected)
  }
  return gap * n.squareRoot()
}

/// P(n ≤ z) of a standard normal.
public func normalDistribution(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

/// The largest deviation, in standard errors, of the mean and of every entry of the covariance of
/// `rows` from those expected. Entry (i, j) is the mean of (x_i − μ_i)(x_j − μ_j).
public func momentDeviation(
  _ rows: [[Double]], mean: [Double], covariance: (Int, Int) -> Double
) -> Double {
  var worst = 0.0
  for i in mean.indices {
    worst = max(worst, Estimate(rows.map { $0[i] }).deviation(from: mean[i]))
    for j in 0...i {
      let products = rows.map { ($0[i] - mean[i]) * ($0[j] - mean[j]) }
      worst = max(worst, Estimate(products).deviation(from: covariance(i, j)))
    }
  }
  return worst
}
