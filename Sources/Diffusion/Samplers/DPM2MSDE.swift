import Foundation

/// The stochastic DPM-Solver++(2M), in midpoint form.
///
///     x′ = (σ′/σ) e^(−ηh) x + w D + (w/2r)(D − D₁) + σ′ √(1 − e^(−2ηh)) n,   w = 1 − e^(−(1+η)h)
///     h = log(σ/σ′),   r = h₁/h with h₁ the step before
///
/// The first step leaves out the difference. η = 0 is ``DPM2M``. The variant is the midpoint one of
/// two that programs offer; the other puts φ₂ where this one has w/2. Steps log σ itself, whatever
/// process made the grid.
///
/// - Order: 2 in law, as observed on a Gaussian: the difference of two D carries the noise of the
///   last step into this one, in place of half of this step's own. One evaluation a step.
/// - Reference: Lu et al. 2022, <https://arxiv.org/abs/2211.01095>; η as in
///   <https://github.com/crowsonkb/k-diffusion>, `sample_dpmpp_2m_sde`.
public struct DPM2MSDE: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "dpm++2m-sde", order: 2, evaluationsPerStep: 1, stochastic: true, adaptive: false,
    summary: "DPM-Solver++(2M) with noise, midpoint form; dpm++2m at eta = 0",
    reference: "Lu et al. 2022, https://arxiv.org/abs/2211.01095")
  /// Earlier D that a step looks back on.
  public static let pastCount = 1

  /// η ≥ 0: the share of the reverse SDE's noise.
  public let eta: Double

  /// The method with noise share η.
  public init(eta: Double = 1) {
    precondition(eta >= 0, "η is not negative.")
    self.eta = eta
  }

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let h = level.logStep(to: next)
    let (ratio, weight) = (exp(-(1 + eta) * h), -expm1(-(1 + eta) * h))
    if let last = walk.pastLevels.first {
      let half = h / (2 * last.logStep(to: level))
      walk.combine(
        ratio, plus: weight * (1 + half), past: -weight * half, noiseShare: eta, from: level,
        to: next)
    } else {
      walk.combine(ratio, plus: weight, noiseShare: eta, from: level, to: next)
    }
    walk.remember(level)
  }
}
