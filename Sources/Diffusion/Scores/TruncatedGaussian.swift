import Foundation

/// N(x, σ²) held to an interval [a, b]: what a noised number tells of a uniform one.
///
/// With α = (a − x)/σ, β = (b − x)/σ and Z = Φ(β) − Φ(α),
///
///     mean = x + σ (φ(α) − φ(β))/Z
///     variance = σ² (1 + (α φ(α) − β φ(β))/Z − ((φ(α) − φ(β))/Z)²)
///
/// These differences lose all digits where the interval is narrow beside σ or lies far in a tail.
/// There the law is close to an exponential on a short stretch, and quadrature over that stretch
/// gives log Z, mean and variance as sums of positive terms, to nine digits or more everywhere.
struct TruncatedGaussian {
  /// log Z.
  let logMass: Double
  /// The mean, within [a, b].
  let mean: Double
  /// The variance over σ², in [0, 1].
  let relativeVariance: Double

  /// The law of x₀ uniform on [lower, upper] behind `x` = x₀ + σ n.
  init(x: Double, sigma: Double, lower: Double, upper: Double) {
    // By symmetry x lies on the left half: what is far then is the interval's own lower end.
    let isMirrored = x - lower > upper - x
    let alpha = (isMirrored ? x - upper : lower - x) / sigma
    let beta = (isMirrored ? x - lower : upper - x) / sigma
    let law =
      beta - alpha >= Self.narrow && alpha <= Self.tail
      ? Self.closedForm(alpha, beta) : Self.quadrature(alpha, beta - alpha)
    logMass = log(law.mass) - law.logShift
    relativeVariance = law.variance
    // Measured from the nearer end: its digits do not drown in x where x is far.
    let offset = sigma * law.fromLower
    mean = min(max(isMirrored ? upper - offset : lower + offset, lower), upper)
  }

  /// Z is `mass` · exp(−`logShift`); `fromLower` is (mean − a)/σ.
  private struct Law {
    var mass: Double
    var logShift: Double
    var fromLower: Double
    var variance: Double
  }

  /// Widths below one σ go to quadrature: the closed variance would be a small difference.
  private static let narrow = 1.0
  /// Ends beyond two σ go to quadrature, for the same reason.
  private static let tail = 2.0
  /// exp(−40) ≈ 4·10⁻¹⁸ is below the rounding of what is kept.
  private static let farthest = 40.0
  /// Enough for exp(−40 v) on [0, 1] to 10⁻¹² of its integral.
  private static let nodes = gaussLegendre(26)

  private static func closedForm(_ alpha: Double, _ beta: Double) -> Law {
    let half = 0.5.squareRoot()
    let mass =
      alpha > 0
      ? (erfc(alpha * half) - erfc(beta * half)) / 2 : (erf(beta * half) - erf(alpha * half)) / 2
    let (left, right) = (bell(alpha) / mass, bell(beta) / mass)
    let shift = left - right
    let variance = 1 + alpha * left - beta * right - shift * shift
    return Law(mass: mass, logShift: 0, fromLower: shift - alpha, variance: max(0, variance))
  }

  /// Sums over s = t − α of exp(−α s − s²/2), from 0 to where it falls below exp(−40).
  private static func quadrature(_ alpha: Double, _ width: Double) -> Law {
    let end = 2 * farthest / (alpha + (alpha * alpha + 2 * farthest).squareRoot())
    let length = min(width, end)
    var (total, first, second) = (0.0, 0.0, 0.0)
    for (node, weight) in nodes {
      let s = length * node
      let mass = weight * exp(-s * (alpha + s / 2))
      total += mass
      first += mass * node
    }
    first /= total
    for (node, weight) in nodes {
      let s = length * node
      second += weight * exp(-s * (alpha + s / 2)) * (node - first) * (node - first)
    }
    return Law(
      mass: total * length * rootInverse, logShift: alpha * alpha / 2, fromLower: length * first,
      variance: min(1, length * length * second / total))
  }

  /// 1/√(2π).
  private static let rootInverse = 1 / (2 * Double.pi).squareRoot()

  private static func bell(_ z: Double) -> Double { rootInverse * exp(-z * z / 2) }
}
