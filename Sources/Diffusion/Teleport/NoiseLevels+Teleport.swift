import Foundation

extension NoiseLevels {
  /// The levels from `sigma` down: of this grid, the level nearest to it in log σ is replaced by it
  /// and those above are dropped.
  ///
  /// A level put *before* its neighbour would leave a step as narrow as chance has it. Replacing
  /// moves one level by less than half a step, and the number of levels is that of the tail. The
  /// grid itself where `sigma` is σ_max or more.
  ///
  /// - Parameter sigma: At least σ_min; of a grid with one positive level, any.
  /// - Returns: A grid whose first level is `sigma`.
  public func tail(from sigma: Double) -> NoiseLevels {
    precondition(sigma > 0 && sigma.isFinite, "A tail starts at positive noise.")
    guard sigma < sigmaMax else { return self }
    precondition(steps == 1 || sigma >= sigmaMin, "A tail starts at σ_min or above.")
    let sigmas = levels.dropLast().map(\.sigma)
    let away = sigmas.map { abs(log($0 / sigma)) }
    let nearest = away.indices.min { away[$0] < away[$1] } ?? 0
    return NoiseLevels(sigmas: [sigma] + sigmas[(nearest + 1)...], process: process)
  }

  /// As many levels as this grid has, spaced by `schedule` from `sigma` to this grid's σ_min.
  ///
  /// The grid itself where `sigma` is σ_max or more; one positive level where it is σ_min.
  ///
  /// - Parameters:
  ///   - sigma: At least σ_min; of a grid with one positive level, any.
  ///   - schedule: How levels are spaced; explicit levels have no other range than their own.
  /// - Returns: A grid whose first level is `sigma`.
  public func respaced(from sigma: Double, by schedule: Schedule) -> NoiseLevels {
    precondition(sigma > 0 && sigma.isFinite, "A grid starts at positive noise.")
    if case .explicit = schedule { preconditionFailure("Explicit levels cannot be spaced anew.") }
    guard sigma < sigmaMax else { return self }
    precondition(steps == 1 || sigma >= sigmaMin, "A grid starts at σ_min or above.")
    guard steps > 1, sigma > sigmaMin else {
      return NoiseLevels(sigmas: [sigma], process: process)
    }
    return NoiseLevels(schedule, steps: steps, from: sigma, to: sigmaMin, process: process)
  }
}
