import Foundation

/// Gauss–Legendre quadrature on [0, 1]: ∫ f ≈ Σ w_i f(v_i), exact for polynomials of degree 2n − 1.
///
/// The nodes are the roots of the Legendre polynomial P_n, found by Newton's method from
/// cos(π (i + ¾)/(n + ½)); the weights are 1/((1 − z²) P_n′(z)²) after the map to [0, 1].
package func gaussLegendre(_ count: Int) -> [(node: Double, weight: Double)] {
  (0..<count).map { index in
    var root = cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
    var slope = 1.0
    // Newton doubles the digits: the start has three or more, four rounds reach all sixteen.
    for _ in 0..<5 {
      let (value, derivative) = legendre(count, at: root)
      slope = derivative
      root -= value / derivative
    }
    return ((1 - root) / 2, 1 / ((1 - root * root) * slope * slope))
  }
}

/// P_n(z) and P_n′(z) by the three-term recurrence.
private func legendre(_ degree: Int, at z: Double) -> (value: Double, derivative: Double) {
  var (last, value) = (0.0, 1.0)
  for k in 0..<degree {
    let k = Double(k)
    (last, value) = (value, ((2 * k + 1) * z * value - k * last) / (k + 1))
  }
  return (value, Double(degree) * (z * value - last) / (z * z - 1))
}
