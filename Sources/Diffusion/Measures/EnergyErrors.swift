public import Arrays

/// The energy distance of samples from a reference, told row by row.
///
///     E = 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ ≥ 0,   0 for equal laws alone
///
/// estimated without bias (no point is paired with itself), over √(tr Cov[x₀]). A row's number is
///
///     e_i = E + 2 (a_i − b_i) − 2 mean(a − b),   a_i = mean_j ‖x_i − y_j‖, b_i = mean_{j≠i} ‖x_i − x_j‖
///
/// The mean of e_i is E, and their spread is that of E when rows are drawn again, to first order
/// (Hájek's projection), so that the error of a mean and a bootstrap of means are those of E. The
/// reference is held; its own part is in the floor.
///
/// - Cost: n m + n²/2 distances.
/// - Reference: Székely, Rizzo 2013, <https://doi.org/10.1016/j.jspi.2013.03.018>.
public struct EnergyErrors: Sendable {
  private let reference: Points
  private let spread: Double
  private let ownDistance: Double
  private let workers: Workers

  /// Distances from at least two reference points, in units of `spread`.
  public init(from reference: Points, spread: Double, workers: Workers = .all) {
    precondition(reference.count >= 2 && spread > 0, "A law needs two points and a unit.")
    self.reference = reference
    self.spread = spread
    self.workers = workers
    let sums = reference.pairTotals(.distance, workers: workers).sums
    let n = Double(reference.count)
    ownDistance = sums.reduce(0, +) / n / (n - 1)
  }

  /// e_i of each row of `samples`, at least two.
  public func errors(of samples: Points) -> [Double] {
    precondition(samples.count >= 2, "A law needs two points.")
    let n = Double(samples.count)
    let across = samples.pairTotals(.distance, with: reference, workers: workers).own.sums
      .map { $0 / Double(reference.count) }
    let within = samples.pairTotals(.distance, workers: workers).sums.map { $0 / (n - 1) }
    let (a, b) = (across.reduce(0, +) / n, within.reduce(0, +) / n)
    let energy = 2 * a - b - ownDistance
    return zip(across, within).map { (energy + 2 * ($0 - $1) - 2 * (a - b)) / spread }
  }
}
