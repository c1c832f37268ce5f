import Foundation

/// What the formulas say of one noised point.
struct Denoised {
  /// E[x₀ | x].
  let clean: [Double]
  /// log p(x; σ).
  let logDensity: Double
  /// tr ∂E[x₀ | x]/∂x = tr Cov[x₀ | x]/σ².
  let trace: Double
}

/// A law of points with noise σ on them, in Float64.
protocol NoisedFormula {
  func denoised(_ x: [Double]) -> Denoised
}

/// A mixture with noise: A_k = Σ_k + σ² I = L_k L_kᵀ.
struct NoisedLaw: NoisedFormula {
  private let law: Law
  private let sigma: Double
  private let factors: [[[Double]]]
  private let logVolumes: [Double]
  private let traces: [Double]

  init(_ law: Law, sigma: Double) {
    self.law = law
    self.sigma = sigma
    factors = law.components.map { Self.factor($0.covariance, plus: sigma * sigma) }
    logVolumes = factors.map { factor in
      factor.indices.reduce(0) { $0 + log(factor[$1][$1]) }
    }
    // tr Σ A⁻¹ = d − σ² tr A⁻¹, and tr A⁻¹ is the squared norm of L⁻¹.
    traces = factors.map { factor in
      let d = factor.count
      let inverse = (0..<d).reduce(0.0) { sum, index in
        let unit = (0..<d).map { $0 == index ? 1.0 : 0 }
        return sum + Self.forward(factor, unit).reduce(0) { $0 + $1 * $1 }
      }
      return Double(d) - sigma * sigma * inverse
    }
  }

  /// D = Σ r_k D_k with D_k = x − σ² A_k⁻¹ (x − μ_k) and r_k ∝ w_k N(x; μ_k, A_k);
  /// tr J = Σ r_k (tr Σ_k A_k⁻¹ + ‖D_k − D‖²/σ²).
  func denoised(_ x: [Double]) -> Denoised {
    let total = law.components.reduce(0) { $0 + $1.weight }
    var logits: [Double] = []
    var cleans: [[Double]] = []
    for (index, component) in law.components.enumerated() {
      let off = zip(x, component.mean).map { $0 - $1 }
      let half = Self.forward(factors[index], off)
      let solved = Self.backward(factors[index], half)
      logits.append(
        log(component.weight / total) - logVolumes[index]
          - half.reduce(0) { $0 + $1 * $1 } / 2 - Double(x.count) / 2 * log(2 * .pi))
      cleans.append(zip(x, solved).map { $0 - sigma * sigma * $1 })
    }
    let (weights, logSum) = softmax(logits)
    let clean = mean(of: cleans, weights)
    let trace = weights.indices.reduce(0.0) {
      $0 + weights[$1] * (traces[$1] + squaredDistance(cleans[$1], clean) / (sigma * sigma))
    }
    return Denoised(clean: clean, logDensity: logSum, trace: trace)
  }

  private static func factor(_ matrix: [[Double]], plus ridge: Double) -> [[Double]] {
    let d = matrix.count
    var factor = [[Double]](repeating: [Double](repeating: 0, count: d), count: d)
    for i in 0..<d {
      for j in 0...i {
        let sum = (0..<j).reduce(matrix[i][j] + (i == j ? ridge : 0)) {
          $0 - factor[i][$1] * factor[j][$1]
        }
        factor[i][j] = i == j ? sum.squareRoot() : sum / factor[j][j]
      }
    }
    return factor
  }

  private static func forward(_ factor: [[Double]], _ vector: [Double]) -> [Double] {
    var result = vector
    for i in vector.indices {
      for j in 0..<i { result[i] -= factor[i][j] * result[j] }
      result[i] /= factor[i][i]
    }
    return result
  }

  private static func backward(_ factor: [[Double]], _ vector: [Double]) -> [Double] {
    var result = vector
    for i in vector.indices.reversed() {
      result[i] /= factor[i][i]
      for j in 0..<i { result[j] -= factor[i][j] * result[i] }
    }
    return result
  }
}

/// Data with noise: a mixture without width at every point.
struct NoisedData: NoisedFormula {
  let data: [[Double]]
  let sigma: Double

  func denoised(_ x: [Double]) -> Denoised {
    let (weights, logSum) = softmax(
      data.map { -squaredDistance(x, $0) / (2 * sigma * sigma) })
    let clean = mean(of: data, weights)
    let spread = weights.indices.reduce(0.0) {
      $0 + weights[$1] * squaredDistance(data[$1], clean)
    }
    let logNorm = log(Double(data.count)) + Double(x.count) / 2 * log(2 * .pi * sigma * sigma)
    return Denoised(
      clean: clean, logDensity: logSum - logNorm, trace: spread / (sigma * sigma))
  }
}

/// Weights that add to one, and the logarithm of their sum before.
func softmax(_ logits: [Double]) -> (weights: [Double], logSum: Double) {
  let largest = logits.max() ?? 0
  let sum = logits.reduce(0) { $0 + exp($1 - largest) }
  return (logits.map { exp($0 - largest) / sum }, largest + log(sum))
}

func mean(of rows: [[Double]], _ weights: [Double]) -> [Double] {
  var result = [Double](repeating: 0, count: rows[0].count)
  for (row, weight) in zip(rows, weights) where weight > 0 {
    for index in row.indices { result[index] += weight * row[index] }
  }
  return result
}

func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += (a[index] - b[index]) * (a[index] - b[index]) }
  return sum
}
