/// Euler's method for the probability flow, in the time of the noise process.
///
///     z′ = z + (t′ − t) [(f + σ′/σ) z − s (σ′/σ) D]
///
/// With σ = t it reads x′ = x + (σ′ − σ)(x − D)/σ, which is DDIM with η = 0.
///
/// - Order: 1. One evaluation a step.
/// - Reference: Song et al. 2021, <https://arxiv.org/abs/2010.02502>.
public struct Euler: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "euler", order: 1, evaluationsPerStep: 1, stochastic: false, adaptive: false,
    summary: "Euler's method for the probability flow; DDIM with eta = 0",
    reference: "Song et al. 2021, https://arxiv.org/abs/2010.02502")

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let step = FlowStep(walk.process, from: level, to: next)
    walk.combine(step.ofState, plus: step.ofClean)
  }
}

/// The coefficients of an Euler step of the flow, between states in data units:
/// x′ = z′/s′ = ofState x + ofClean D.
struct FlowStep {
  let ofState: Double
  let ofClean: Double

  init(_ process: NoiseProcess, from level: Level, to next: Level) {
    let h = next.time - level.time
    let growth = process.growth(at: level.time)
    let ratio = level.scale / next.scale
    ofState = ratio * (1 + h * (process.drift(at: level.time) + growth))
    ofClean = -ratio * h * growth
  }
}
