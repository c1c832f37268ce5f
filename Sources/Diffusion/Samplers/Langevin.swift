import Arrays

/// Unadjusted Langevin moves at the noise level of each step.
///
///     x ← x + ε ∇ log p(x; σ) + √(2ε) n = (1 − δ) x + δ D + σ √(2δ) n,   ε = δ σ²
///
/// One move a step, at the level the step ends at; ``NoiseLevels/init(holding:steps:)`` holds one
/// level for all of them. The last step ends with D.
///
/// **The step.** −∇² log p(x; σ) = (I − J_D)/σ² ≤ I/σ², as J_D = Cov[x₀ | x]/σ² ≥ 0: whatever the
/// data, its stiffest direction has a variance of at least σ². So ε in units of σ² is stable for
/// δ < 2 and contracts without overshooting for δ ≤ 1, at any scale. Along a direction of variance
/// v the chain comes to rest at
///
///     v/(1 − ε/2v) ≤ v/(1 − δ/2)
///
/// instead of v, and forgets a share 1 − ε/v of its state a move: v/(δσ²) moves to mix. ``MALA``
/// has no such error. Neither finds modes far apart in a time worth waiting for: start from data
/// (``DrawableScore/noisedDraws(at:samples:workers:)``).
///
/// - Order: none; a Markov chain. One evaluation a move.
/// - Reference: Roberts, Tweedie 1996, <https://doi.org/10.2307/3318418>.
public struct Langevin: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "langevin", order: nil, evaluationsPerStep: 1, stochastic: true, adaptive: false,
    summary: "unadjusted Langevin moves at one noise level",
    reference: "Roberts, Tweedie 1996, https://doi.org/10.2307/3318418")

  /// δ in (0, 2): ε in units of σ². The default errs by at most 5 % of a variance.
  public let stepSize: Double

  /// The method with steps ε = δ σ².
  public init(stepSize: Double = 0.1) {
    precondition(stepSize > 0 && stepSize < 2, "A step size lies between 0 and 2.")
    self.stepSize = stepSize
  }

  /// One move.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.moveByLangevin(stepSize, at: next.sigma, with: score)
  }
}

extension Walk {
  /// x = (1 − δ) x + δ D + σ √(2δ) n with fresh normals.
  mutating func moveByLangevin(_ delta: Double, at sigma: Double, with score: some Score) {
    denoise(at: sigma, with: score)
    drawNormals(for: .chain)
    isKnownFinite = x.combine(
      .uniform(Float(1 - delta)), plus: .uniform(Float(delta)), clean,
      plus: .uniform(Float(sigma * (2 * delta).squareRoot())), normals, workers: workers)
  }
}
