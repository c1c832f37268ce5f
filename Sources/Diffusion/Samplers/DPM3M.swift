import Foundation

/// DPM-Solver++(3M): an exponential integrator in λ = −log σ that looks back on two D.
///
///     x′ = (σ′/σ) x + (1 − e^(−h)) D + φ₂ d₁ − φ₃ d₂
///     φ₂ = (e^(−h) − 1)/h + 1,   φ₃ = φ₂/h − ½,   r₀ = h₁/h,   r₁ = h₂/h
///     d₁ = a + r₀ d₂,   d₂ = (a − b)/(r₀ + r₁),   a = (D − D₁)/r₀,   b = (D₁ − D₂)/r₁
///
/// h₁ and h₂ are the two steps before. The first step has D alone, the second φ₂ a beside it.
///
/// The variant is the published program's. With D(λ + τh) ≈ D + τ d₁ + τ² d₂ the exact integral of
/// the last term is −2φ₃ d₂; the program takes half of it, which leaves the method, though it looks
/// at three points, of second order. Steps log σ itself, whatever process made the grid.
///
/// - Order: 2. One evaluation a step.
/// - Reference: Lu et al. 2022, <https://arxiv.org/abs/2211.01095>, and its program
///   <https://github.com/LuChengTHU/dpm-solver>, `multistep_dpm_solver_third_update`.
public struct DPM3M: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "dpm++3m", order: 2, evaluationsPerStep: 1, stochastic: false, adaptive: false,
    summary: "DPM-Solver++(3M) as programmed: exponential integrator in log sigma, three points",
    reference: "Lu et al. 2022, https://arxiv.org/abs/2211.01095")
  /// Earlier D that a step looks back on.
  public static let pastCount = 2

  /// The method.
  public init() {}

  /// One step of the formula above.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    walk.denoise(at: level.sigma, with: score)
    walk.combineThreePoints(level.logStep(to: next), from: level, to: next)
    walk.remember(level)
  }
}

extension Walk {
  /// The formula of ``DPM3M`` with `width` for h everywhere but in r₀ and r₁, and the noise of share
  /// η.
  mutating func combineThreePoints(
    _ width: Double, noiseShare eta: Double = 0, from level: Level, to next: Level
  ) {
    let (ratio, weight) = (exp(-width), -expm1(-width))
    let slope = width * exponentialFunction(2, -width)
    guard let last = pastLevels.first else {
      return combine(ratio, plus: weight, noiseShare: eta, from: level, to: next)
    }
    let h = level.logStep(to: next)
    let r0 = last.logStep(to: level) / h
    guard pastLevels.count > 1 else {
      return combine(
        ratio, plus: weight + slope / r0, past: -slope / r0, noiseShare: eta, from: level,
        to: next)
    }
    let r1 = pastLevels[1].logStep(to: last) / h
    // What multiplies a and b; −φ₃ is the width times φ₃ of the exponential functions.
    let curve = (slope * r0 + width * exponentialFunction(3, -width)) / (r0 + r1)
    let (ofA, ofB) = (slope + curve, -curve)
    combine(
      ratio, plus: weight + ofA / r0, past: ofB / r1 - ofA / r0, -ofB / r1, noiseShare: eta,
      from: level, to: next)
  }
}
