import Foundation

/// The exponential integrator of the reverse SDE: the score stands still over a step, the rest is
/// exact.
///
///     x′ = x + c (D − x) + √(σ² − σ′²) n,   c = (1/(s σ²)) ∫_σ′^σ 2 s(u) u du
///
/// In z = s x the reverse SDE is dz = [f z − g² S] dt + g dw̄ with S = ∇ log p_t(z) =
/// (D − x)/(s σ²) and g² = 2 s² σ σ̇. The linear part leaves x = z/s with
///
///     dx = −2 s σ σ̇ S dt + √(2 σ σ̇) dw̄ = −2 s σ S dσ + dw̄ of variance d(σ²)
///
/// so that with S held at the step's start, going down from σ to σ′, x gains S ∫ 2 s u du and noise
/// of variance σ² − σ′². Where the variance explodes c = 1 − σ′²/σ², the mean of ``Ancestral``
/// with η = 1 but more noise; where it is preserved c = 2 (1/s − 1/s′)/(s σ²).
///
/// - Order: 1 in law. One evaluation a step.
/// - Reference: Pierret, Galerne 2025, <https://arxiv.org/abs/2405.14250>.
public struct ExponentialIntegrator: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "exponential-integrator", order: 1, evaluationsPerStep: 1, stochastic: true,
    adaptive: false,
    summary: "reverse SDE of the noise process with the score frozen over a step, the rest exact",
    reference: "Pierret, Galerne 2025, https://arxiv.org/abs/2405.14250")

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    let variance = level.sigma * level.sigma
    let unit = walk.process.unit
    let share =
      unit * unit * pull(walk.process, from: level, to: next, in: unit)
      / (level.scale * variance)
    walk.combine(
      1 - share, plus: share, noise: (variance - next.sigma * next.sigma).squareRoot(),
      from: level, to: next)
  }

  /// ∫_σ′^σ 2 s(u) u du, with σ in units of the process.
  private func pull(
    _ process: NoiseProcess, from level: Level, to next: Level, in unit: Double
  ) -> Double {
    let (sigma, target) = (level.sigma / unit, next.sigma / unit)
    switch process {
    case .varianceExploding, .geometric:
      return sigma * sigma - target * target
    case .variancePreserving, .cosine:
      // s = 1/√(1 + u²): 2 (√(1 + σ²) − √(1 + σ′²)) without the difference of near numbers.
      return 2 * (sigma * sigma - target * target) / (1 / level.scale + 1 / next.scale)
    case .subVariancePreserving:
      // u = y − 1/y and s = 1/y with y = e^(B/2): ∫ 2 (1 − y⁻⁴) dy.
      let (y, low) = (1 / level.scale, 1 / next.scale)
      return 2 * (y - low) + 2 / 3 * (pow(y, -3) - pow(low, -3))
    case .line:
      // s = 1/(1 + u): ∫ 2u/(1 + u) du.
      return 2 * (sigma - target) - 2 * log1p((sigma - target) / (1 + target))
    case .inUnits(_, let process):
      return pull(process, from: level, to: next, in: unit)
    }
  }
}
