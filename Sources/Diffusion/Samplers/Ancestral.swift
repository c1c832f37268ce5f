/// Ancestral sampling: a step of the flow below σ′, then noise back up to it.
///
///     σ_up = min(σ′, η √(σ′² (σ² − σ′²)/σ²)),   σ_down = √(σ′² − σ_up²)
///     x′ = x + (σ_down − σ) (x − D)/σ + σ_up n
///
/// η = 1 is DDPM's posterior step, η = 0 is ``Euler``. Steps σ itself, whatever process made the
/// grid.
///
/// - Order: 1 in law. One evaluation a step.
/// - Reference: Ho et al. 2020, <https://arxiv.org/abs/2006.11239>; Song et al. 2021, equation
///   16, <https://arxiv.org/abs/2010.02502>.
public struct Ancestral: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "ancestral", order: 1, evaluationsPerStep: 1, stochastic: true, adaptive: false,
    summary: "flow step below the next level and noise back up; DDPM at eta = 1, DDIM at 0",
    reference: "Song et al. 2021, equation 16, https://arxiv.org/abs/2010.02502")

  /// η ≥ 0: the share of the posterior's noise that is drawn.
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
    let (sigma, target) = (level.sigma, next.sigma)
    let share = target / sigma
    let up = min(target, eta * target * (1 - share * share).squareRoot())
    let down = (target * target - up * up).squareRoot()
    if up > 0 {
      walk.combine(down / sigma, plus: 1 - down / sigma, noise: up, from: level, to: next)
    } else {
      walk.combine(down / sigma, plus: 1 - down / sigma)
    }
  }
}
