import Arrays
import Foundation

/// UniPC: a predictor and a corrector in λ = −log σ that share one evaluation.
///
///     x′ = (σ′/σ) x + (1 − e^(−h)) D + B Σ_k ρ_k (D_k − D)/r_k,   r_k = (λ_k − λ)/h
///     Σ_k r_k^(i−1) ρ_k = i! h φ_(i+1)(−h)/B,   i = 1, 2, …
///
/// The predictor of order p sums over p − 1 earlier D, the corrector also over the D at the
/// prediction of x′ itself, where r = 1. D at a corrected state is not evaluated: D at the
/// prediction serves the corrector and the next step. B is 1 − e^(−h), the paper's B₂, or h, its B₁.
///
/// The variant is the published program's, for data prediction: ρ = ½ for the predictor of order
/// two and the corrector of order one; orders 1, 2, … at the first steps and at most the number of
/// levels left, 0 included, at the last; no corrector after the last evaluation. Between steps `x`
/// is the prediction. Steps log σ itself, whatever process made the grid.
///
/// - Order: one more than the predictor's p = 2, by the corrector; p = 3 also comes to 3, held
///   there by its first steps, and p = 1 to 2. One evaluation a step.
/// - Reference: Zhao et al. 2023, <https://arxiv.org/abs/2302.04867>, and its program
///   <https://github.com/wl-zhao/UniPC>, `multistep_uni_pc_bh_update`.
public struct UniPC: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "unipc", order: 3, evaluationsPerStep: 1, stochastic: false, adaptive: false,
    summary: "predictor-corrector in log sigma sharing one evaluation (--order, --unipc-b)",
    reference: "Zhao et al. 2023, https://arxiv.org/abs/2302.04867")
  /// The corrected state.
  public static let scratchCount = 1
  /// Earlier D that a step looks back on.
  public static let pastCount = 3

  /// B(h).
  public enum Base: Int, Sendable, CaseIterable {
    /// B₁ = h.
    case step = 1
    /// B₂ = 1 − e^(−h), in size.
    case exponential = 2
  }

  /// p, the order of the predictor: 1, 2 or 3.
  public let order: Int
  /// B(h).
  public let base: Base
  /// n, which tells how many levels are left.
  public let steps: Int

  /// The method for a grid of `steps` positive levels.
  public init(order: Int = 2, base: Base = .exponential, steps: Int) {
    precondition((1...3).contains(order) && steps >= 1, "The order is 1, 2 or 3.")
    self.order = order
    self.base = base
    self.steps = steps
  }

  /// One step of the formula above: corrects the state at `level`, then predicts at `next`.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    if let last = walk.pastLevels.first {
      correct(&walk, from: last, to: level)
    } else {
      walk.scratch[0].combine(.uniform(0), plus: .uniform(1), walk.x, workers: walk.workers)
    }
    predict(&walk, from: level, to: next)
    walk.remember(level)
  }

  /// p of the step that starts from level `index`.
  private func order(from index: Int) -> Int { min(order, index + 1, steps - index) }

  /// The corrected state at `level`, from the corrected state before it and D at the prediction.
  private func correct(_ walk: inout Walk, from last: Level, to level: Level) {
    let system = System(base, last.logStep(to: level))
    let order = order(from: walk.step - 1)
    // Nodes of D₂ and D₃, counted from D₁ at `last`; that of D is 1.
    let r1 = order > 1 ? walk.pastLevels[1].logStep(to: last) / -system.h : 0
    let r2 = order > 2 ? walk.pastLevels[2].logStep(to: last) / -system.h : 0
    var (here, first, second) = (0.5, 0.0, 0.0)
    if order == 2 { (here, first) = system.weights(1, r1) }
    if order == 3 { (here, first, second) = system.weights(1, r1, r2) }
    let (c0, c1, c2) = (
      system.b * here, order > 1 ? system.b * first / r1 : 0,
      order > 2 ? system.b * second / r2 : 0
    )
    walk.scratch[0].combine(
      .uniform(Float(level.sigma / last.sigma)),
      plus: .uniform(Float(system.weight - c0 - c1 - c2)), walk.past[0],
      plus: .uniform(Float(c0)), walk.clean,
      plus: .uniform(Float(c1)), order > 1 ? walk.past[1] : nil,
      plus: .uniform(Float(c2)), order > 2 ? walk.past[2] : nil, workers: walk.workers)
  }

  /// The prediction at `next` from the corrected state at `level`.
  private func predict(_ walk: inout Walk, from level: Level, to next: Level) {
    let system = System(base, level.logStep(to: next))
    let order = order(from: walk.step)
    // Nodes of D₁ and D₂, counted from D at `level`.
    let r1 = order > 1 ? walk.pastLevels[0].logStep(to: level) / -system.h : 0
    let r2 = order > 2 ? walk.pastLevels[1].logStep(to: level) / -system.h : 0
    var (first, second) = (0.5, 0.0)
    if order == 3 { (first, second) = system.weights(r1, r2) }
    let (c1, c2) = (
      order > 1 ? system.b * first / r1 : 0, order > 2 ? system.b * second / r2 : 0
    )
    walk.isKnownFinite = walk.x.set(
      .uniform(Float(next.sigma / level.sigma)), walk.scratch[0],
      plus: .uniform(Float(system.weight - c1 - c2)), walk.clean,
      plus: .uniform(Float(c1)), order > 1 ? walk.past[0] : nil,
      plus: .uniform(Float(c2)), order > 2 ? walk.past[1] : nil, workers: walk.workers)
  }
}

extension UniPC {
  /// The equations for ρ over one step h.
  private struct System {
    let h: Double
    /// B(h).
    let b: Double
    /// 1 − e^(−h).
    let weight: Double

    init(_ base: Base, _ h: Double) {
      self.h = h
      weight = -expm1(-h)
      b = base == .step ? h : weight
    }

    /// i! h φ_(i+1)(−h)/B.
    private func right(_ i: Int) -> Double {
      let factorial = i == 3 ? 6.0 : Double(i)
      return factorial * h * exponentialFunction(i + 1, -h) / b
    }

    /// ρ at two nodes.
    func weights(_ r1: Double, _ r2: Double) -> (Double, Double) {
      let second = (right(2) - r1 * right(1)) / (r2 - r1)
      return (right(1) - second, second)
    }

    /// ρ at three nodes: ρ_k = (β₃ − (r_i + r_j) β₂ + r_i r_j β₁)/((r_k − r_i)(r_k − r_j)).
    func weights(_ r1: Double, _ r2: Double, _ r3: Double) -> (Double, Double, Double) {
      func weight(_ k: Double, _ i: Double, _ j: Double) -> Double {
        (right(3) - (i + j) * right(2) + i * j * right(1)) / ((k - i) * (k - j))
      }
      return (weight(r1, r2, r3), weight(r2, r3, r1), weight(r3, r1, r2))
    }
  }
}
