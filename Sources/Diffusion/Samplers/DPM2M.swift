import Foundation

/// DPM-Solver++(2M): an exponential integrator in λ = −log σ that looks back on one D.
///
///     x′ = (σ′/σ) x + (1 − e^(−h)) D̃,   D̃ = (1 + 1/2r) D − (1/2r) D₁
///     h = log(σ/σ′),   r = h₁/h with h₁ the step before
///
/// The first step has D̃ = D. The variant is the multistep one for data prediction that writes the
/// second order with (1 − e^(−h))/2, as the paper and most programs do. Steps log σ itself,
/// whatever process made the grid.
///
/// - Order: 2. One evaluation a step.
/// - Reference: Lu et al. 2022, algorithm 2, <https://arxiv.org/abs/2211.01095>.
public struct DPM2M: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "dpm++2m", order: 2, evaluationsPerStep: 1, stochastic: false, adaptive: false,
    summary: "DPM-Solver++(2M): exponential integrator in log sigma, two points",
    reference: "Lu et al. 2022, algorithm 2, https://arxiv.org/abs/2211.01095")
  /// Earlier D that a step looks back on.
  public static let pastCount = 1

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let h = level.logStep(to: next)
    let (ratio, weight) = (next.sigma / level.sigma, -expm1(-h))
    if let last = walk.pastLevels.first {
      let half = h / (2 * last.logStep(to: level))
      walk.combine(ratio, plus: weight * (1 + half), past: -weight * half)
    } else {
      walk.combine(ratio, plus: weight)
    }
    walk.remember(level)
  }
}
