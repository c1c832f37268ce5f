import Arrays
import Foundation

/// Combinations with denoised states that a method looks back on.
extension Walk {
  /// x = a x + b D + c D₁ + e D₂, with D₁ and D₂ the latest that were remembered.
  mutating func combine(_ a: Double, plus b: Double, past c: Double, _ e: Double? = nil) {
    x.combine(
      .uniform(Float(a)), plus: .uniform(Float(b)), clean, plus: .uniform(Float(c)), past[0],
      workers: workers)
    if let e { x.combine(.uniform(1), plus: .uniform(Float(e)), past[1], workers: workers) }
  }
}

/// The noise of the stochastic multistep methods.
extension Walk {
  /// x += σ′ √(1 − e^(−2ηh)) n, which draws nothing at η = 0.
  mutating func addNoise(share eta: Double, from level: Level, to next: Level) {
    guard eta > 0 else { return }
    let h = level.logStep(to: next)
    addNoise(next.sigma * (-expm1(-2 * eta * h)).squareRoot(), from: level, to: next)
  }
}

extension Level {
  /// h = λ′ − λ = log(σ/σ′) in λ = −log σ, the time of the multistep methods.
  func logStep(to next: Level) -> Double { log(sigma / next.sigma) }
}
