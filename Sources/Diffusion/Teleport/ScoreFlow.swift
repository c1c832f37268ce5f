import Foundation
public import Arrays

/// The probability flow of any surrogate score, followed finely.
///
/// With s = 1/σ and y = x/σ the flow dx/dσ = (x − D)/σ becomes
///
///     dy/ds = D(y/s; 1/s)
///
/// which is exact in one step where D does not change: far out, where it is the mean. The classical
/// Runge-Kutta method of order 4 goes from s to s′ in steps of equal ratio.
///
/// - Cost: 4 surrogate evaluations a step, 4 steps an octave of σ.
public struct ScoreFlow: Teleport {
  /// Steps for a halving of σ: on mixtures the error is then some 10⁻⁶, a rounding of Float32 at
  /// the noise that jumps land on.
  public static let stepsPerOctave = 4

  /// The score whose flow is followed.
  public let surrogate: any Score
  /// A name such as "mixture-flow".
  public let kind: String
  /// Steps for a halving of σ.
  public let stepsPerOctave: Int

  /// The flow of `surrogate`, under the name `kind`.
  public init(
    _ surrogate: any Score, kind: String, stepsPerOctave: Int = ScoreFlow.stepsPerOctave
  ) {
    precondition(stepsPerOctave >= 1, "A flow takes at least one step an octave.")
    self.surrogate = surrogate
    self.kind = kind
    self.stepsPerOctave = stepsPerOctave
  }

  /// A flow draws nothing.
  public var isStochastic: Bool { false }

  /// Four a step.
  public func surrogateEvaluations(from sigma: Double, to next: Double) -> Int {
    4 * steps(from: sigma, to: next)
  }

  private func steps(from sigma: Double, to next: Double) -> Int {
    // A whole number of octaves is not one step more by rounding.
    Int((log2(sigma / next) * Double(stepsPerOctave) - 1e-9).rounded(.up))
  }

  /// s after some of the steps.
  private func place(
    _ step: Int, of count: Int, from sigma: Double, to next: Double
  ) -> Double {
    1 / (sigma * pow(next / sigma, Double(step) / Double(count)))
  }

  /// Follows the flow of each row from σ to σ′.
  public func jump(
    _ x: inout Points, from sigma: Double, to next: Double, in workspace: Workspace
  ) {
    precondition(next > 0 && next <= sigma, "A jump goes down to positive noise.")
    let count = steps(from: sigma, to: next)
    guard count > 0 else { return }
    let workers = workspace.workers
    var (probe, sum) = (x, x)
    var clean = Points(count: x.count, dimension: x.dimension)
    x.scale(by: .uniform(Float(1 / sigma)), workers: workers)
    for step in 0..<count {
      let s = place(step, of: count, from: sigma, to: next)
      let end = place(step + 1, of: count, from: sigma, to: next)
      let h = end - s
      // Each stage: how far ahead its slope reaches for the next, and its weight.
      let middle = s + h / 2
      let stages: [(at: Double, ahead: Double, weight: Double)] = [
        (s, h / 2, h / 6), (middle, h / 2, h / 3), (middle, h, h / 3), (end, 0, h / 6),
      ]
      probe = x
      sum = x
      for stage in stages {
        // The probe holds y: D wants x = y/s.
        probe.scale(by: .uniform(Float(1 / stage.at)), workers: workers)
        surrogate.denoise(probe, at: .uniform(1 / stage.at), into: &clean, in: workspace)
        sum.combine(.uniform(1), plus: .uniform(Float(stage.weight)), clean, workers: workers)
        probe.set(.uniform(1), x, plus: .uniform(Float(stage.ahead)), clean, workers: workers)
      }
      x = sum
    }
    x.scale(by: .uniform(Float(next)), workers: workers)
  }
}
