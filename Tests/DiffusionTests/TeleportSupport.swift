import Arrays
import Diffusion
import Foundation
import TestSupport

/// Laws that jumps are tested on.
enum TeleportCase {
  static let gaussian: GaussianScore = {
    let component = MixtureCase(.full, 3, 1).made(seed: 3).score.components[0]
    return GaussianScore(mean: component.mean, covariance: component.covariance)
  }()

  /// The same with variances a fifth too large.
  static let wrong = GaussianScore(
    mean: gaussian.mean,
    covariance: Covariance.full(
      Matrix(rows: 3, columns: 3, values: gaussian.covariance.matrix.values.map { 1.2 * $0 }))
      ?? gaussian.covariance)

  /// Two parts in one dimension.
  static let line = MixtureScore([
    .init(weight: 1, mean: [-1.5], covariance: .isotropic(0.2, dimension: 1)),
    .init(weight: 2, mean: [1], covariance: .isotropic(0.5, dimension: 1)),
  ])

  /// The Gaussian of its moments.
  static let lineGaussian = GaussianScore(mean: line.mean, covariance: line.covariance)

  /// Two parts in the plane.
  static let plane = MixtureCase(.full, 2, 2).made(seed: 5).score
}

/// log N(x; mean, variance) in one dimension.
private func logNormal(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
  -((x - mean) * (x - mean) / variance + log(2 * .pi * variance)) / 2
}

/// A mixture of Gaussians on the line, as a density.
struct LineLaw {
  let parts: [(weight: Double, mean: Double, variance: Double)]

  /// p(x; σ) of a mixture.
  init(_ mixture: MixtureScore, at sigma: Double) {
    parts = mixture.components.map {
      ($0.weight, $0.mean[0], $0.covariance.trace + sigma * sigma)
    }
  }

  private init(_ parts: [(weight: Double, mean: Double, variance: Double)]) { self.parts = parts }

  /// The law of x(σ′) when x(σ) has this one and N(m, v) is jumped by:
  /// x(σ′) ~ N(m + a (x − m), a (σ² − σ′²)), a = (v + σ′²)/(v + σ²).
  func jumped(by m: Double, _ v: Double, from sigma: Double, to next: Double) -> LineLaw {
    let keep = (v + next * next) / (v + sigma * sigma)
    return LineLaw(
      parts.map {
        (
          $0.weight, m + keep * ($0.mean - m),
          keep * keep * $0.variance + keep * (sigma * sigma - next * next)
        )
      })
  }

  func logDensity(_ x: Double) -> Double {
    let logits = parts.map { log($0.weight) + logNormal(x, $0.mean, $0.variance) }
    let best = logits.max() ?? 0
    return best + log(logits.reduce(0) { $0 + exp($1 - best) })
  }

  /// KL(self ‖ other) in nats and total variation, by the trapezoid rule on 20,001 points, which
  /// for smooth tails is exact to far more digits than are asked of it.
  func distances(to other: LineLaw) -> (nats: Double, variation: Double) {
    let half = 12 * parts.map { abs($0.mean) + $0.variance.squareRoot() }.reduce(0, max)
    let h = half / 10_000
    var (nats, variation) = (0.0, 0.0)
    for index in -10_000...10_000 {
      let (p, q) = (logDensity(h * Double(index)), other.logDensity(h * Double(index)))
      nats += h * exp(p) * (p - q)
      variation += h * abs(exp(p) - exp(q)) / 2
    }
    return (nats, variation)
  }
}
