import Foundation

/// A Gaussian mixture in Double by the textbook formulas: full matrices, Cholesky factors, no
/// eigenvectors, no shared code with the library.
public struct MixtureReference: Sendable {
  /// w_k, mean and d × d covariance, row by row.
  public typealias Component = (weight: Double, mean: [Double], covariance: [Double])
  private let components: [Component]
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

  /// The mixture of `components`; weights are scaled to sum to one.
  public init(_ components: [Component]) {
    let total = components.reduce(0) { $0 + $1.weight }
    self.components = components.map { ($0.weight / total, $0.mean, $0.covariance) }
    dimension = components[0].mean.count
  }

  /// Σ_k w_k m_k.
  public var mean: [Double] {
    (0..<dimension).map { i in components.reduce(0) { $0 + $1.weight * $1.mean[i] } }
  }

  /// Entry (i, j) of Cov[x₀].
  public func covariance(_ i: Int, _ j: Int) -> Double {
    let mean = mean
    return components.reduce(0) {
      $0 + $1.weight
        * ($1.covariance[i * dimension + j] + ($1.mean[i] - mean[i]) * ($1.mean[j] - mean[j]))
    }
  }

  /// The formulas at one σ, their factors made once.
  public func at(_ sigma: Double) -> @Sendable ([Double]) -> Value {
    let (components, d) = (components, dimension)
    let factors = components.map { component in
      var matrix = component.covariance
      for i in 0..<d { matrix[i * d + i] += sigma * sigma }
      return choleskyFactor(matrix, d)
    }
    // tr Cov_k = tr (V − V (V + σ²)⁻¹ V) = σ² (d − σ² tr (V + σ²)⁻¹).
    let variances = factors.map { factor in
      var inverse = 0.0
      for i in 0..<d {
        var unit = [Double](repeating: 0, count: d)
        unit[i] = 1
        inverse += forward(factor, d, unit).reduce(0) { $0 + $1 * $1 }
      }
      return sigma * sigma * (Double(d) - sigma * sigma * inverse)
    }
    return { x in
      var logits: [Double] = []
      var parts: [[Double]] = []
      for (component, factor) in zip(components, factors) {
        let away = zip(x, component.mean).map { $0 - $1 }
        let half = forward(factor, d, away)
        let logDeterminant = (0..<d).reduce(0) { $0 + log(factor[$1 * d + $1]) }
        logits.append(
          log(component.weight) - half.reduce(0) { $0 + $1 * $1 } / 2 - logDeterminant
            - Double(d) / 2 * log(2 * .pi))
        // D_k − x = −σ² (V + σ²)⁻¹ (x − m).
        parts.append(backward(factor, d, half).map { -sigma * sigma * $0 })
      }
      let best = logits.max() ?? 0
      let weights = logits.map { exp($0 - best) }
      let total = weights.reduce(0, +)
      let pull = (0..<d).map { i in
        zip(weights, parts).reduce(0) { $0 + $1.0 / total * $1.1[i] }
      }
      var variance = 0.0
      for k in components.indices {
        let gap = zip(parts[k], pull).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        variance += weights[k] / total * (variances[k] + gap)
      }
      return Value(
        denoised: zip(x, pull).map { $0 + $1 }, logDensity: best + log(total),
        posteriorVariance: variance)
    }
  }
}

/// L with A = L Lᵀ, d × d, row by row.
public func choleskyFactor(_ matrix: [Double], _ d: Int) -> [Double] {
  var factor = [Double](repeating: 0, count: d * d)
  for i in 0..<d {
    for j in 0...i {
      var sum = matrix[i * d + j]
      for k in 0..<j { sum -= factor[i * d + k] * factor[j * d + k] }
      factor[i * d + j] = i == j ? sum.squareRoot() : sum / factor[j * d + j]
    }
  }
  return factor
}

/// y with L y = b.
public func forward(_ factor: [Double], _ d: Int, _ right: [Double]) -> [Double] {
  var y = right
  for i in 0..<d {
    for k in 0..<i { y[i] -= factor[i * d + k] * y[k] }
    y[i] /= factor[i * d + i]
  }
  return y
}

/// y with Lᵀ y = b.
public func backward(_ factor: [Double], _ d: Int, _ right: [Double]) -> [Double] {
  var y = right
  for i in (0..<d).reversed() {
    for k in i + 1..<max(i + 1, d) { y[i] -= factor[k * d + i] * y[k] }
    y[i] /= factor[i * d + i]
  }
  return y
}
