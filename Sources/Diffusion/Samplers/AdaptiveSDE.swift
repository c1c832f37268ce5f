import Arrays
import Foundation

/// What happens to the noise of a step that is taken back.
public enum Rejection: String, Sendable, CaseIterable {
  /// It stays: the narrower step takes its share of the same Brownian path, which leaves the
  /// path's law as it is.
  case bridge
  /// As published: every attempt draws anew, which favours the small draws that are taken back
  /// less often.
  case redraw
}

/// The reverse SDE of the noise process with steps chosen for each row: "Gotta Go Fast".
///
///     K₁ = −h (f z − g² ∇log p) + g ΔW           at (z, t)
///     K₂ = −h (f z − g² ∇log p) + g ΔW           at (z + K₁, t − h), with the same ΔW over h
///     z′ = z + K₁,   z″ = z + ½ (K₁ + K₂)
///     δ = max(ε_abs, ε_rel max(|z′|, |z′_last|)),   E = √(mean_j ((z′ − z″)_j/δ_j)²)
///     where E ≤ 1: z ← z″, t ← t − h, z′_last ← z′
///     in any case h ← min(t − t_end, 0.9 h E^(−0.9), 1.5 h)
///
/// At t_end, the grid's last positive level, one step of Tweedie's formula: x = D. The first h is a
/// hundredth of the way. Sizes are those of z, so that a tolerance means the same at every level of
/// a process that keeps its variance.
///
/// - Order: none stated. Two evaluations an attempt, and one.
/// - Reference: Jolicoeur-Martineau et al. 2021, algorithm 1, <https://arxiv.org/abs/2105.14080>.
///   Three things differ: z′_last is the z′ of the last step accepted; the noise of steps taken
///   back is kept (``Rejection/bridge``); and steps lengthen by half at most (``growth``), because
///   in few dimensions a small E may be luck.
public struct AdaptiveSDE: AdaptiveSampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "adaptive-sde", order: nil, evaluationsPerStep: 2, stochastic: true, adaptive: true,
    summary: "reverse SDE, each sample with steps of its own (Gotta Go Fast)",
    reference: "Jolicoeur-Martineau et al. 2021, algorithm 1, https://arxiv.org/abs/2105.14080")
  /// z′ and z′_last.
  public static let scratchCount = 2

  /// The share of the data's range that one grey level of eight bits is: ε_abs of images.
  public static let greyLevel = 1.0 / 256
  /// ε_abs of other data in deviations: the same share of a range of four deviations to each side.
  public static let shareOfDeviation = 8.0 / 256

  /// ε_rel.
  public let tolerance: Double
  /// ε_abs, in data units.
  public let absolute: Double
  /// How much wider than the last a step may be. Without a bound, as published, on a ring of
  /// Gaussians in the plane four attempts of ten are taken back instead of three, and the lucky ones
  /// that are not leave the Gaussians too wide.
  public let growth: Double
  /// What happens to the noise of a step that is taken back.
  public let rejection: Rejection

  /// The method with its tolerances; ε_rel from 0.01 for fine samples to 0.1 for fast ones.
  public init(
    tolerance: Double = 0.02, absolute: Double = shareOfDeviation, growth: Double = 1.5,
    rejection: Rejection = .bridge
  ) {
    precondition(tolerance > 0 && absolute > 0 && growth > 1, "Tolerances are positive.")
    self.tolerance = tolerance
    self.absolute = absolute
    self.growth = growth
    self.rejection = rejection
  }

  /// Only a bridge needs what was drawn.
  public var keepsNoise: Bool { rejection == .bridge }
  /// t.
  public func position(of level: Level) -> Double { level.time }
  /// σ(t).
  public func sigma(at position: Double, of process: NoiseProcess) -> Double {
    process.sigma(at: position)
  }
  /// A hundredth of the way.
  public func firstWidth(of length: Double) -> Double { length / 100 }

  /// One attempt of the formula above.
  public func attempt(_ walk: inout AdaptiveWalk, with score: some Score) {
    let process = walk.process
    walk.denoise(at: walk.rows.map { process.sigma(at: $0.position) }, with: score)
    // D of the rows that arrived with the attempt before is their sample.
    walk.retire()
    if walk.rows.isEmpty { return }
    walk.drawIncrements()
    let near = walk.rows.map { ReverseStep(process, at: $0.position, width: $0.width) }
    let far = walk.rows.map {
      ReverseStep(process, at: max($0.position - $0.width, walk.end), width: $0.width)
    }
    if walk.attempts == 0 {
      walk.scratch[1].set(
        .each(near.map { Float($0.scale) }), walk.x, plus: .uniform(0), walk.x,
        workers: walk.workers)
    }

    // z′, then D of it.
    walk.scratch[0].set(
      .each(near.map { Float($0.scale * $0.ofState) }), walk.x,
      plus: .each(near.map { Float($0.scale * $0.ofClean) }), walk.clean, workers: walk.workers)
    walk.scratch[0].combine(
      .uniform(1), plus: .each(near.map { Float($0.scale * $0.ofNoise) }), walk.increments,
      workers: walk.workers)
    let back = far.map { Float(1 / $0.scale) }
    walk.candidate.set(
      .each(back), walk.scratch[0], plus: .uniform(0), walk.scratch[0], workers: walk.workers)
    walk.denoiseCandidate(at: far.map(\.sigma), with: score)

    // z″/s′ = ½ (s/s′) x + ½ (z′ + K₂)/s′.
    walk.candidate.combine(
      .each(far.map { Float($0.ofState / 2) }),
      plus: .each(zip(near, far).map { Float($0.scale / $1.scale / 2) }), walk.x,
      plus: .each(far.map { Float($0.ofClean / 2) }), walk.clean, workers: walk.workers)
    walk.candidate.combine(
      .uniform(1), plus: .each(far.map { Float($0.ofNoise / 2) }), walk.increments,
      workers: walk.workers)

    walk.difference.set(
      .uniform(1), walk.scratch[0], plus: .each(far.map { Float(-$0.scale) }), walk.candidate,
      workers: walk.workers)
    let errors = walk.difference.errors(
      against: walk.scratch[0], walk.scratch[1],
      .greater(absolute: absolute, relative: tolerance), workers: walk.workers)
    let moved = walk.judge(errors, by: self)
    walk.scratch[1].copyRows(moved, of: walk.scratch[0])
  }

  /// θ h E^(−r) with θ = r = 0.9, whether the step was accepted or not.
  public func width(after row: AdaptiveRow, accepted: Bool) -> Double {
    row.width * min(growth, 0.9 * pow(row.error, -0.9))
  }
}

/// z + K = s (a x + b D + c ΔW) at one time of the reverse SDE, with z = s x:
/// g² ∇log p = 2 s (σ′/σ) (D − x) and g = s σ √(2σ′/σ).
private struct ReverseStep {
  let scale: Double
  let sigma: Double
  let ofState: Double
  let ofClean: Double
  let ofNoise: Double

  init(_ process: NoiseProcess, at time: Double, width: Double) {
    scale = process.scale(at: time)
    sigma = process.sigma(at: time)
    let growth = process.growth(at: time)
    ofState = 1 - width * (process.drift(at: time) + 2 * growth)
    ofClean = 2 * width * growth
    ofNoise = sigma * (2 * growth).squareRoot()
  }
}
