public import Arrays

/// The probability flow of a Gaussian N(μ, V), in closed form:
///
///     x(σ′) = μ + ((V + σ′² I)(V + σ² I)⁻¹)^½ (x(σ) − μ)
///
/// Two jumps in a row are one. Exact to the rounding of Float32.
///
/// - Cost: 4 r d multiplications and additions a row, r the rows of the covariance's basis.
/// - Reference: Wang, Vastola 2024, <https://arxiv.org/abs/2412.09726>.
public struct GaussianFlow: Teleport {
  /// The surrogate.
  public let gaussian: GaussianScore

  /// The flow of a Gaussian.
  public init(_ gaussian: GaussianScore) { self.gaussian = gaussian }

  /// "gaussian-flow".
  public var kind: String { "gaussian-flow" }
  /// A flow draws nothing.
  public var isStochastic: Bool { false }

  /// Moves each row by the formula above.
  public func jump(
    _ x: inout Points, from sigma: Double, to next: Double, in workspace: Workspace
  ) {
    precondition(next > 0 && next <= sigma, "A jump goes down to positive noise.")
    x = gaussian.flow(x, from: sigma, to: next, workers: workspace.workers)
  }
}
