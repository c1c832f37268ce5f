import Arrays
import Foundation

/// Gradient estimation: the noise estimate leans away from the last one.
///
///     ε̂ = (x − D)/σ,   ē = γ ε̂ + (1 − γ) ε̂_last
///     x′ = x − (σ − σ_p) ē + √(σ′² − σ_p²) n,   σ_p = (σ′/σ^μ)^(1/(1−μ))
///
/// γ = 2 and μ = 0 are the paper's sampler, which draws nothing. The family holds DDIM at
/// (γ, μ) = (1, 0) and DDPM at (1, ½). The first step has ē = ε̂. The published loop ends at the
/// last positive level; here the step to σ = 0 is D, as in every method. Steps σ itself, whatever
/// process made the grid.
///
/// - Order: none is claimed. Observed: 1 at γ = 2 with μ = 0; on even steps only γ = 3/2 would
///   cancel the first term of the error. One evaluation a step.
/// - Reference: Permenter, Yuan 2023, section 5,
///   <https://arxiv.org/abs/2306.04848>.
public struct GradientEstimation: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "gradient-estimation", order: nil, evaluationsPerStep: 1, stochastic: true,
    adaptive: false,
    summary: "noise estimate moved away from the last; no noise at mu = 0, DDPM at gamma 1, mu 0.5",
    reference: "Permenter, Yuan 2023, section 5, https://arxiv.org/abs/2306.04848")
  /// ε̂ of the last step and of this one.
  public static let scratchCount = 2

  /// γ: the weight of the present estimate; 1 forgets the last.
  public let gamma: Double
  /// μ in [0, 1): how far below σ′ the step aims before noise leads back up.
  public let mu: Double

  /// The member (γ, μ) of the family.
  public init(gamma: Double = 2, mu: Double = 0) {
    precondition(gamma.isFinite && mu >= 0 && mu < 1, "γ is finite, 0 ≤ μ < 1.")
    self.gamma = gamma
    self.mu = mu
  }

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let inverse = Float(1 / level.sigma)
    walk.scratch[1].set(
      .uniform(inverse), walk.x, plus: .uniform(-inverse), walk.clean, workers: walk.workers)
    // (σ′/σ^μ)^(1/(1−μ)) = σ′ (σ′/σ)^(μ/(1−μ)), never above σ′.
    let target = next.sigma * pow(next.sigma / level.sigma, mu / (1 - mu))
    let width = target - level.sigma
    let share = walk.step == 0 ? 1 : gamma
    walk.isKnownFinite = walk.x.combine(
      .uniform(1), plus: .uniform(Float(share * width)), walk.scratch[1],
      plus: .uniform(Float((1 - share) * width)), walk.scratch[0], workers: walk.workers)
    if mu > 0 {
      let noise = (next.sigma * next.sigma - target * target).squareRoot()
      walk.addNoise(noise, from: level, to: next)
    }
    walk.scratch.swapAt(0, 1)
  }
}
