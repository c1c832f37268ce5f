/// The pair of orders 5 and 4 by Dormand and Prince, for smooth scores and small tolerances.
///
/// - Order: 5. Six evaluations an attempt, and one.
/// - Reference: Dormand and Prince 1980, table 2, <https://doi.org/10.1016/0771-050X(80)90013-3>.
public struct DormandPrince: EmbeddedRungeKutta {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "dormand-prince", order: 5, evaluationsPerStep: 6, stochastic: false, adaptive: true,
    summary: "probability flow by a 5(4) pair, each sample with steps of its own",
    reference: "Dormand and Prince 1980, https://doi.org/10.1016/0771-050X(80)90013-3")

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
    nodes: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
    weights: [
      [], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9],
      [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
      [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
      [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
    ],
    difference: [
      71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
    ], lowerOrder: 4)
}
