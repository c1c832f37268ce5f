import Arrays

/// The stochastic sampler of EDM: noise added back before every Heun step.
///
///     γ = min(S_churn/n, √2 − 1) where S_min ≤ σ ≤ S_max, else 0
///     x̂ = x + √(σ̂² − σ²) S_noise n,   σ̂ = (1 + γ) σ,   then Heun from σ̂ to σ′
///
/// Steps σ itself, whatever process made the grid. Where γ = 0 it draws nothing and is ``Heun``.
///
/// - Order: 2 without churn. Two evaluations a step, one where the step ends at σ = 0.
/// - Reference: Karras et al. 2022, algorithm 2, <https://arxiv.org/abs/2206.00364>.
public struct EDM: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "edm", order: 2, evaluationsPerStep: 2, stochastic: true, adaptive: false,
    summary: "Heun with noise added back before each step (churn)",
    reference: "Karras et al. 2022, algorithm 2, https://arxiv.org/abs/2206.00364")
  /// Batches of scratch points that a step uses.
  public static let scratchCount = 2

  /// S_churn: how much noise is added back in all; 0 is Heun.
  public let churn: Double
  /// S_min … S_max: where it is added.
  public let range: ClosedRange<Double>
  /// S_noise: the width of what is added, 1 for the exact amount.
  public let noiseScale: Double
  /// n, over which the churn is spread.
  public let steps: Int

  /// The method for a grid of `steps` positive levels.
  public init(
    churn: Double = 20, range: ClosedRange<Double> = 0...Double.infinity, noiseScale: Double = 1,
    steps: Int
  ) {
    precondition(churn >= 0 && noiseScale >= 0 && steps >= 1, "Churn is not negative.")
    self.churn = churn
    self.range = range
    self.noiseScale = noiseScale
    self.steps = steps
  }

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    let gamma = range.contains(level.sigma) ? min(churn / Double(steps), 2.0.squareRoot() - 1) : 0
    var level = level
    if gamma > 0 {
      let raised = Level(.varianceExploding, sigma: (1 + gamma) * level.sigma)
      let added = (raised.sigma * raised.sigma - level.sigma * level.sigma).squareRoot()
      walk.addNoise(added * noiseScale, from: level, to: next)
      level = raised
    }
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    let h = next.sigma - level.sigma

    walk.denoise(at: level.sigma, with: score)
    let ratio = Float(h / level.sigma)
    walk.scratch[0].set(
      .uniform(1 + ratio), walk.x, plus: .uniform(-ratio), walk.clean, workers: walk.workers)

    let half = h / (2 * next.sigma)
    let (ofState, ofClean) = (1 + h / (2 * level.sigma), -h / (2 * level.sigma))
    guard abs(half) > Walk.mostOfRounded else {
      walk.denoise(scratch: 0, at: next.sigma, into: 1, with: score)
      return walk.combine(ofState, plus: ofClean, scratch: half, -half)
    }
    walk.noise(scratch: 0, at: next.sigma, into: 1, with: score)
    walk.combine(ofState, plus: ofClean, scratch: 0, h / 2)
  }
}
