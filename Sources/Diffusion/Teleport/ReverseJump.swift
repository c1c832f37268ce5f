public import Arrays

/// A draw from the exact reverse diffusion of a surrogate: x(σ′) given x(σ).
///
/// Where x(σ) has the surrogate's law at σ, x(σ′) has its law at σ′; and given x(σ) it is the law
/// of the reverse SDE, not that of the flow. It therefore goes before samplers that draw noise.
///
/// - Cost: that of ``ReverseTransitionScore/reverseTransition(_:from:to:draw:in:)``.
public struct ReverseJump: Teleport {
  /// The surrogate.
  public let surrogate: any ReverseTransitionScore
  /// A name such as "gaussian-transition".
  public let kind: String
  /// Which of the samples' random numbers it uses: jumps in a row take different ones.
  public let draw: UInt32

  /// The reverse diffusion of `surrogate`, under the name `kind`.
  public init(_ surrogate: any ReverseTransitionScore, kind: String, draw: UInt32 = 0) {
    self.surrogate = surrogate
    self.kind = kind
    self.draw = draw
  }

  /// A reverse diffusion draws.
  public var isStochastic: Bool { true }

  /// Replaces each row by a draw of the same path at σ′.
  public func jump(
    _ x: inout Points, from sigma: Double, to next: Double, in workspace: Workspace
  ) {
    precondition(next > 0 && next <= sigma, "A jump goes down to positive noise.")
    guard next < sigma else { return }
    surrogate.reverseTransition(&x, from: sigma, to: next, draw: draw, in: workspace)
  }
}
