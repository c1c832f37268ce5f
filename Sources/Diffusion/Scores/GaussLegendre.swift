import Foundation

/// Gauss–Legendre quadrature on [0, 1]: ∫ f ≈ Σ w_i f(v_i), exact for polynomials of degree 2n − 1.
///
/// The nodes are the roots of the Legendre polynomial P_n, found by Newton's method from
/// cos(π (i + ¾)/(n + ½)); the weights are 1/((1 − z²) P_n′(z)²) after the map to [0, 1]. Roots come
/// in pairs ±z, of which one is sought.
package func gaussLegendre(_ count: Int) -> [(node: Double, weight: Double)] {
  let recurrence = (0..<count).map { k in
    let k = Double(k)
    return SIMD2((2 * k + 1) / (k + 1), k / (k + 1))
  }
  var nodes = [(node: Double, weight: Double)](repeating: (0.5, 0), count: count)
  for index in 0..<(count + 1) / 2 {
    // The middle root of an odd polynomial is zero itself.
    let isMiddle = 2 * index + 1 == count
    var root = isMiddle ? 0 : cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
    var slope = 1.0
    // Newton doubles the digits: the start has three or more, four rounds reach all sixteen.
    for _ in 0..<5 {
      let (value, derivative) = legendre(recurrence, at: root)
      slope = derivative
      let step = value / derivative
      if isMiddle { break }
      root -= step
      // The slope was taken here, to rounding.
      if abs(step) < 1e-15 { break }
    }
    let weight = 1 / ((1 - root * root) * slope * slope)
    nodes[index] = ((1 - root) / 2, weight)
    nodes[count - 1 - index] = ((1 + root) / 2, weight)
  }
  return nodes
}

/// P_n(z) and P_n′(z) by the three-term recurrence P_{k+1} = a_k z P_k − b_k P_{k−1}.
private func legendre(
  _ recurrence: [SIMD2<Double>], at z: Double
) -> (value: Double, derivative: Double) {
  var (last, value) = (0.0, 1.0)
  for factor in recurrence { (last, value) = (value, factor.x * z * value - factor.y * last) }
  return (value, Double(recurrence.count) * (z * value - last) / (z * z - 1))
}
