import Arrays

/// Heun's method for the probability flow: an Euler step, then the trapezoid rule.
///
///     z_E = z + h v(z, t),   z′ = z + ½ h (v(z, t) + v(z_E, t′)),   h = t′ − t
///     v(z, t) = (f + σ′/σ) z − s (σ′/σ) D(z/s; σ)
///
/// - Order: 2. Two evaluations a step, one where the step ends at σ = 0.
/// - Reference: Karras et al. 2022, algorithm 1, <https://arxiv.org/abs/2206.00364>.
public struct Heun: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "heun", order: 2, evaluationsPerStep: 2, stochastic: false, adaptive: false,
    summary: "Euler step, then the trapezoid rule; the deterministic sampler of EDM",
    reference: "Karras et al. 2022, algorithm 1, https://arxiv.org/abs/2206.00364")
  /// Batches of scratch points that a step uses.
  public static let scratchCount = 2

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    let process = walk.process
    let h = next.time - level.time

    walk.denoise(at: level.sigma, with: score)
    let euler = FlowStep(process, from: level, to: next)
    walk.scratch[0].set(
      .uniform(Float(euler.ofState)), walk.x, plus: .uniform(Float(euler.ofClean)), walk.clean,
      workers: walk.workers)

    // Half of each slope, written for x = z/s.
    let growth = process.growth(at: level.time)
    let ratio = level.scale / next.scale
    let nextGrowth = process.growth(at: next.time)
    let ofState = ratio * (1 + h / 2 * (process.drift(at: level.time) + growth))
    let ofClean = -ratio * h / 2 * growth
    let nextDrift = process.drift(at: next.time)
    guard abs(h / 2 * nextGrowth) > Walk.mostOfRounded else {
      walk.denoise(scratch: 0, at: next.sigma, into: 1, with: score)
      return walk.combine(
        ofState, plus: ofClean, scratch: h / 2 * (nextDrift + nextGrowth), -h / 2 * nextGrowth)
    }
    // σ′/σ grows without bound as t → 0 while x − D falls with σ²: only its own digits will do.
    walk.noise(scratch: 0, at: next.sigma, into: 1, with: score)
    walk.combine(
      ofState, plus: ofClean, scratch: h / 2 * nextDrift, h / 2 * nextGrowth * next.sigma)
  }
}
