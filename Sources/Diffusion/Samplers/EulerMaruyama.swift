/// The Euler-Maruyama method for the reverse SDE, in the time of the noise process.
///
///     z′ = z + h [f z − g² (D − x)/(s σ²)] + g √|h| n,   h = t′ − t,   g² = 2 s² σ σ′
///
/// - Order: 1 in law; 1 along paths as well, the noise being independent of the state (½ in general).
///   One evaluation a step.
/// - Reference: Song et al. 2021, <https://arxiv.org/abs/2011.13456>.
public struct EulerMaruyama: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "euler-maruyama", order: 1, evaluationsPerStep: 1, stochastic: true, adaptive: false,
    summary: "Euler's method for the reverse SDE of the noise process",
    reference: "Song et al. 2021, https://arxiv.org/abs/2011.13456")

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let h = next.time - level.time
    let growth = walk.process.growth(at: level.time)
    let ratio = level.scale / next.scale
    walk.combine(
      ratio * (1 + h * (walk.process.drift(at: level.time) + 2 * growth)),
      plus: -2 * ratio * h * growth,
      noise: ratio * level.sigma * (2 * growth * -h).squareRoot(), from: level, to: next)
  }
}
