import Arrays
import Foundation

/// Combinations with denoised states that a method looks back on.
extension Walk {
  /// x = a x + b D + c D₁ + e D₂, with D₁ and D₂ the latest that were remembered.
  mutating func combine(_ a: Double, plus b: Double, past c: Double, _ e: Double? = nil) {
    isKnownFinite = x.combine(
      .uniform(Float(a)), plus: .uniform(Float(b)), clean, plus: .uniform(Float(c)), past[0],
      plus: .uniform(Float(e ?? 0)), e == nil ? nil : past[1], workers: workers)
  }

  /// The same with the noise of the stochastic methods, σ′ √(1 − e^(−2ηh)) n, which draws nothing
  /// at η = 0.
  mutating func combine(
    _ a: Double, plus b: Double, past c: Double? = nil, _ e: Double? = nil,
    noiseShare eta: Double, from level: Level, to next: Level
  ) {
    if eta > 0 {
      let h = level.logStep(to: next)
      combine(
        a, plus: b, past: c, e, noise: next.sigma * (-expm1(-2 * eta * h)).squareRoot(),
        from: level, to: next)
    } else if let c {
      combine(a, plus: b, past: c, e)
    } else {
      combine(a, plus: b)
    }
  }
}

extension Level {
  /// h = λ′ − λ = log(σ/σ′) in λ = −log σ, the time of the multistep methods.
  func logStep(to next: Level) -> Double { log(sigma / next.sigma) }
}
