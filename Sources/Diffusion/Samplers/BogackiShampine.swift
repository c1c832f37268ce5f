/// The pair of orders 3 and 2 by Bogacki and Shampine, for rough scores and wide tolerances.
///
/// - Order: 3. Three evaluations an attempt, and one.
/// - Reference: Bogacki and Shampine 1989, <https://doi.org/10.1016/0893-9659(89)90079-7>.
public struct BogackiShampine: EmbeddedRungeKutta {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "bogacki-shampine", order: 3, evaluationsPerStep: 3, stochastic: false, adaptive: true,
    summary: "probability flow by a 3(2) pair, each sample with steps of its own",
    reference: "Bogacki and Shampine 1989, https://doi.org/10.1016/0893-9659(89)90079-7")

  /// τ, relative to the larger of |x| and `scale`.
  public let tolerance: Double
  /// The data's deviation.
  public let scale: Double

  /// The method with a tolerance; a thousandth of the deviation of images of eight bits lies well
  /// below one of their grey levels.
  public init(tolerance: Double = 1e-3, scale: Double = 1) {
    precondition(tolerance > 0 && scale > 0, "A tolerance is positive.")
    self.tolerance = tolerance
    self.scale = scale
  }

  /// The numbers of the pair.
  public static let tableau = Tableau(
    nodes: [0, 1 / 2, 3 / 4, 1],
    weights: [[], [1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
    difference: [-5 / 72, 1 / 12, 1 / 9, -1 / 8], lowerOrder: 2)
}
