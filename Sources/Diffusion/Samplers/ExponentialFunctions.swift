import Foundation

/// φ_k(z) = Σ_j z^j/(j + k)!, the integrals of exponential integrators:
///
///     φ₀ = e^z,   φ_(k+1)(z) = (φ_k(z) − 1/k!)/z,   φ_k(z) = ∫₀¹ e^((1−τ)z) τ^(k−1)/(k−1)! dτ
///
/// - Reference: Hochbruck, Ostermann 2010, equation 2.10, <https://doi.org/10.1017/S0962492910000048>.
func exponentialFunction(_ k: Int, _ z: Double) -> Double {
  // The recurrence loses a digit of the difference each time it divides by a small z.
  guard abs(z) < 1 else {
    var (value, factorial) = (exp(z), 1.0)
    for index in 0..<k {
      value = (value - 1 / factorial) / z
      factorial *= Double(index + 1)
    }
    return value
  }
  var term = 1.0
  for index in stride(from: 2, through: k, by: 1) { term /= Double(index) }
  var (sum, index) = (0.0, k)
  while abs(term) > sum.ulp {
    sum += term
    index += 1
    term *= z / Double(index)
  }
  return sum
}
