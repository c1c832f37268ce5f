/// What keeps numbers from being the levels of a grid.
public enum LevelFault: Sendable, Equatable {
  /// No number, or none in ``NoiseLevels/sigmaRange``.
  case outside(Double)
  /// Not below the level before it by ``NoiseLevels/leastFall``.
  case notFalling(Double)
  /// Where the process has no time of its own: close to the end of time many σ share one.
  case noTime(Double)
}

extension NoiseLevels {
  /// Levels whose squares, and the squares of data as wide, Float32 holds with room to sum.
  public static let sigmaRange = 1e-18...1e18
  /// The share of itself by which a level lies above the next, at least: a reference solution may
  /// part a step in a hundred thousand, and Double tells those still apart.
  public static let leastFall = 1e-9
  /// How exactly a level's time has to give the level back.
  private static let exactTime = 1e-4

  /// The first fault of levels that may come from anywhere; nil where they make a grid that every
  /// sampler can walk.
  public static func fault(in sigmas: [Double], of process: NoiseProcess) -> LevelFault? {
    var last = Double.infinity
    for sigma in sigmas {
      guard sigmaRange.contains(sigma) else { return .outside(sigma) }
      guard sigma < last * (1 - leastFall) else { return .notFalling(sigma) }
      let time = process.time(at: sigma)
      guard abs(process.sigma(at: time) - sigma) < exactTime * sigma, process.scale(at: time) > 0
      else { return .noTime(sigma) }
      last = sigma
    }
    return nil
  }
}
