/// The stochastic DPM-Solver++(3M).
///
///     the formula of ``DPM3M`` with (1 + η) h for h in every exponential and φ
///     (σ′/σ becomes e^(−(1+η)h)), + σ′ √(1 − e^(−2ηh)) n
///
/// η = 0 is ``DPM3M``. The variant is k-diffusion's. Steps log σ itself, whatever process made the
/// grid.
///
/// - Order: 2 in law, as observed on a Gaussian. One evaluation a step.
/// - Reference: <https://github.com/crowsonkb/k-diffusion>, `sample_dpmpp_3m_sde`, after Lu et al.
///   2022, <https://arxiv.org/abs/2211.01095>.
public struct DPM3MSDE: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "dpm++3m-sde", order: 2, evaluationsPerStep: 1, stochastic: true, adaptive: false,
    summary: "DPM-Solver++(3M) with noise; dpm++3m at eta = 0",
    reference: "Crowson, https://github.com/crowsonkb/k-diffusion, sample_dpmpp_3m_sde")
  /// Earlier D that a step looks back on.
  public static let pastCount = 2

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
    walk.combineThreePoints((1 + eta) * h, noiseShare: eta, from: level, to: next)
    walk.remember(level)
  }
}
