package import Arrays

/// A function F(u; c) of scaled points u and a noise code c, with parameters and a way back.
///
/// One forward and one backward pass serve training and sampling. A pass works on the rows of a
/// ``Tape``, which holds every activation; nothing is allocated in it. Rows do not see each other,
/// so that a row has the same bits in every batch.
package protocol Network: Sendable {
  /// d, the columns of u and F.
  var dimension: Int { get }
  /// The parameters by name.
  var layout: ParameterLayout { get }
  /// Rows of a tape: activations of so many stay in the caches.
  var blockRows: Int { get }
  /// Multiply-adds of a row, forward.
  var cost: Int { get }
  /// What it is, in words.
  var summary: String { get }
  /// The parameters before the first step.
  func start(_ parameters: Store<Float>, seed: UInt64)
  /// Memory of one pass; with `backward`, also of what the way back needs.
  func tape(backward: Bool) -> any Tape
  /// F of the first `rows` rows of a tape's input and code, in its output.
  func forward(_ tape: any Tape, rows: Int, _ weights: Weights)
  /// The derivative by the parameters of Σ ⟨outputGradient, F⟩ over `rows` rows, after a forward
  /// pass of the same rows: in `gradient`, or added to it where `adds`.
  func backward(
    _ tape: any Tape, rows: Int, _ weights: Weights, gradient: Store<Float>, adds: Bool)
}

/// The activations of one block of rows.
package protocol Tape: AnyObject, Sendable {
  /// u, rows × d.
  var input: StoreMatrix { get }
  /// c, rows × 1.
  var code: StoreMatrix { get }
  /// F, rows × d.
  var output: StoreMatrix { get }
  /// ∂/∂F, rows × d.
  var outputGradient: StoreMatrix { get }
}
