public import Arrays
import Foundation

/// The softmax over data points in Double, by the formula.
public struct EmpiricalReference: Sendable {
  private let data: [Double]
  private let count: Int
  private let dimension: Int

  /// What is known at a point.
  public struct Value: Sendable {
    /// E[x₀ | x].
    public var denoised: [Double]
    /// log p(x; σ).
    public var logDensity: Double
    /// tr Cov[x₀ | x].
    public var posteriorVariance: Double
  }

  /// The points to average.
  public init(_ points: Points) {
    (count, dimension) = (points.count, points.dimension)
    data = points.values.map(Double.init)
  }

  /// The point nearest to `x` and, for every point, ‖x − x_i‖² − ‖x − x_j‖² beyond that of the
  /// nearest j, as (x_j − x_i) · (2x − x_i − x_j): no digits lost far away.
  public func gaps(_ x: [Double]) -> (nearest: Int, square: Double, gaps: [Double]) {
    var (nearest, least) = (0, Double.infinity)
    for row in 0..<count {
      var sum = 0.0
      for i in 0..<dimension {
        let gap = x[i] - data[row * dimension + i]
        sum += gap * gap
      }
      if sum < least { (nearest, least) = (row, sum) }
    }
    let gaps = (0..<count).map { row in
      var sum = 0.0
      for i in 0..<dimension {
        let (a, b) = (data[row * dimension + i], data[nearest * dimension + i])
        sum += (b - a) * (2 * x[i] - a - b)
      }
      return sum
    }
    return (nearest, least, gaps)
  }

  /// The formulas at `x` for several σ; `logWeights` add to the logits of the rows.
  public func values(
    _ x: [Double], _ sigmas: [Double], logWeights: [Double]? = nil
  ) -> [Value] {
    let (_, square, gaps) = gaps(x)
    return sigmas.map { sigma in
      let logits = gaps.indices.map {
        -gaps[$0] / (2 * sigma * sigma) + (logWeights?[$0] ?? 0)
      }
      let best = logits.max() ?? 0
      var total = 0.0
      let weights = logits.map { exp($0 - best) }
      for weight in weights { total += weight }
      var mean = [Double](repeating: 0, count: dimension)
      for row in 0..<count where weights[row] > 1e-19 {
        let weight = weights[row] / total
        for i in 0..<dimension { mean[i] += weight * data[row * dimension + i] }
      }
      var variance = 0.0
      for row in 0..<count where weights[row] > 1e-19 {
        var sum = 0.0
        for i in 0..<dimension {
          let gap = data[row * dimension + i] - mean[i]
          sum += gap * gap
        }
        variance += weights[row] / total * sum
      }
      let normalizer = Double(dimension) / 2 * log(2 * .pi * sigma * sigma)
      return Value(
        denoised: mean,
        logDensity: best - square / (2 * sigma * sigma) + log(total / Double(count)) - normalizer,
        posteriorVariance: variance)
    }
  }
}
