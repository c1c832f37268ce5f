/// Predictor-corrector sampling: a reverse-diffusion step, then c ``Langevin`` moves at its level.
///
///     x′ = x + (σ² − σ′²)(D − x)/σ² + √(σ² − σ′²) n
///     c times  x′ ← x′ + ε ∇ log p(x′; σ′) + √(2ε) n,   ε = 2 r² σ′²
///
/// Steps σ itself, whatever process made the grid; the last step ends with D.
///
/// **The corrector's step.** The publication has ε = 2 (r ‖n‖/‖∇ log p‖)² with norms averaged over
/// the batch, which makes a sample depend on its neighbours. Norms of the row alone make ε a
/// function of x, and moves with ε(x) keep not p but p/ε, that is p ‖∇ log p‖²: a Gaussian's
/// variance grows by 2/d, to twice its own in the plane (2.0 to 2.5 were measured). Here the ratio
/// is what it is where noise fills the directions, E‖n‖²/E‖∇ log p‖² = σ²: the published step
/// there, the same for all rows, and below the bound of stability (``Langevin``) for r < 1.
///
/// - Order: 1 in law without correction. 1 + c evaluations a step.
/// - Reference: Song et al. 2021, algorithms 2 and 4, <https://arxiv.org/abs/2011.13456>.
public struct PredictorCorrector: Sampler {
  /// Name, order, cost and source, with one corrector move.
  public static let facts = SamplerFacts(
    name: "predictor-corrector", order: nil, evaluationsPerStep: 2, stochastic: true,
    adaptive: false, summary: "reverse-diffusion step, then Langevin moves at its level",
    reference: "Song et al. 2021, algorithms 2 and 4, https://arxiv.org/abs/2011.13456")

  /// c ≥ 0: corrector moves a step.
  public let corrections: Int
  /// r in (0, 1): the corrector's signal-to-noise ratio.
  public let signalToNoise: Double

  /// The method with c corrector moves a step; 0.16 is the published ratio.
  public init(corrections: Int = 1, signalToNoise: Double = 0.16) {
    precondition(corrections >= 0, "The number of corrector moves is not negative.")
    precondition(signalToNoise > 0 && signalToNoise < 1, "The ratio lies between 0 and 1.")
    self.corrections = corrections
    self.signalToNoise = signalToNoise
  }

  /// The facts with 1 + c evaluations a step.
  public var facts: SamplerFacts { Self.facts.taking(1 + corrections) }

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let share = next.sigma / level.sigma
    let removed = 1 - share * share
    walk.combine(
      1 - removed, plus: removed, noise: level.sigma * removed.squareRoot(), from: level, to: next)
    for _ in 0..<corrections {
      walk.moveByLangevin(2 * signalToNoise * signalToNoise, at: next.sigma, with: score)
    }
  }
}
