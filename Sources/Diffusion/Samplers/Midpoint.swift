import Arrays
import Foundation

/// The midpoint method for dx/d ln σ = x − D.
///
///     x_m = x + ½ h (x − D(x; σ)),   σ_m = √(σ σ′),   h = ln(σ′/σ)
///     x′ = x + h (x_m − D(x_m; σ_m))
///
/// Steps σ itself, whatever process made the grid.
///
/// - Order: 2. Two evaluations a step, one where the step ends at σ = 0.
/// - Reference: Hairer, Nørsett, Wanner 1993, II.1, <https://doi.org/10.1007/978-3-540-78862-1>.
public struct Midpoint: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "midpoint", order: 2, evaluationsPerStep: 2, stochastic: false, adaptive: false,
    summary: "the slope half-way down the step, in log sigma",
    reference: "Hairer, Nørsett, Wanner 1993, II.1, https://doi.org/10.1007/978-3-540-78862-1")
  /// Batches of scratch points that a step uses.
  public static let scratchCount = 2

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    let h = Float(log(next.sigma / level.sigma))
    let middle = (level.sigma * next.sigma).squareRoot()

    walk.denoise(at: level.sigma, with: score)
    walk.scratch[0].set(
      .uniform(1 + h / 2), walk.x, plus: .uniform(-h / 2), walk.clean, workers: walk.workers)

    walk.denoise(scratch: 0, at: middle, into: 1, with: score)
    walk.isKnownFinite = walk.x.combine(
      .uniform(1), plus: .uniform(h), walk.scratch[0], plus: .uniform(-h), walk.scratch[1],
      workers: walk.workers)
  }
}
