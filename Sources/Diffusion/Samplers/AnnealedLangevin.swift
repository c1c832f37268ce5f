/// Annealed Langevin dynamics: c ``Langevin`` moves at every level of the grid.
///
///     at each σ:  c times  x ← x + ε ∇ log p(x; σ) + √(2ε) n,   ε = δ σ²
///
/// The published ε_i ∝ σ_i² with its constant: α_i/2 = ½ (2·10⁻⁵/0.01²) σ_i² is δ = 0.1. Its moves
/// at the first level are left out, since the start is a draw at that level already; the last step
/// ends with D, which the publication leaves off.
///
/// **Error.** In a direction of clean variance λ a Gaussian's variance follows
/// V ← (1 − δσ²/(λ + σ²))² V + 2δσ² exactly. Moves too few for their level leave the widths of
/// levels above behind (an excess of (σ²/σ′² − 1) e^(−2cδ) in the noise), too large ones that of
/// ``Langevin``; where λ ≫ σ² nothing moves any more and what was there is kept.
///
/// - Order: none; a Markov chain a level. c evaluations a level.
/// - Reference: Song, Ermon 2019, algorithm 1, <https://arxiv.org/abs/1907.05600>; the last
///   denoising: Jolicoeur-Martineau et al. 2020, <https://arxiv.org/abs/2009.05475>.
public struct AnnealedLangevin: Sampler {
  /// Name, order, cost and source, at the default number of moves.
  public static let facts = SamplerFacts(
    name: "annealed-langevin", order: nil, evaluationsPerStep: defaultCorrections,
    stochastic: true, adaptive: false,
    summary: "Langevin moves at every level of the grid; with the default moves 5 to 8 % too wide",
    reference: "Song, Ermon 2019, algorithm 1, https://arxiv.org/abs/1907.05600")

  /// 10 moves with δ = 0.1 take 1 − e⁻² = 86 % of the excess noise of the level above away.
  public static let defaultCorrections = 10

  /// c ≥ 1: moves a level.
  public let corrections: Int
  /// δ in (0, 2): ε in units of σ².
  public let stepSize: Double

  /// The method with c moves a level of size ε = δ σ².
  public init(corrections: Int = defaultCorrections, stepSize: Double = 0.1) {
    precondition(corrections >= 1, "At least one move a level.")
    precondition(stepSize > 0 && stepSize < 2, "A step size lies between 0 and 2.")
    self.corrections = corrections
    self.stepSize = stepSize
  }

  /// The facts with c evaluations a step.
  public var facts: SamplerFacts { Self.facts.taking(corrections) }

  /// c moves at the next level.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    for _ in 0..<corrections { walk.moveByLangevin(stepSize, at: next.sigma, with: score) }
  }
}
