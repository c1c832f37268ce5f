public import Arrays

/// A jump down the noise levels without the model.
///
/// At moderate to high noise a score is nearly that of a simpler law, the *surrogate*: the Gaussian
/// with the data's mean and covariance, or a mixture, or the training points. From σ to σ′ the
/// surrogate's own diffusion is known, or cheap, and any sampler goes on from there. How far the
/// jump may go is what ``PathDivergence`` tells.
///
/// - Reference: Wang, Vastola 2024, <https://arxiv.org/abs/2412.09726>.
public protocol Teleport: Sendable {
  /// A name such as "gaussian-flow".
  var kind: String { get }

  /// Whether the jump draws random numbers: those of ``Purpose/transition`` and
  /// ``Purpose/choice``, which no sampler uses.
  var isStochastic: Bool { get }

  /// Evaluations of the surrogate for each row of a jump; of the model there are none.
  func surrogateEvaluations(from sigma: Double, to next: Double) -> Int

  /// Moves each row of `x`, in data units, from noise σ to σ′.
  ///
  /// - Parameters:
  ///   - x: States at `sigma`, B × d; afterwards states at `next`.
  ///   - sigma: Where the states are.
  ///   - next: Where they go, 0 < σ′ ≤ σ.
  ///   - workspace: Memory, threads and the samples that the rows belong to; not one that a score
  ///     is evaluated in.
  func jump(
    _ x: inout Points, from sigma: Double, to next: Double, in workspace: Workspace)
}

extension Teleport {
  /// A closed form evaluates nothing.
  public func surrogateEvaluations(from sigma: Double, to next: Double) -> Int { 0 }
}
