public import Arrays

/// What a trajectory starts from at σ_max.
public enum Prior: String, Sendable, CaseIterable {
  /// As published: N(0, u² I) in z, or N(0, σ_max² I) where the variance explodes; u is the unit of
  /// the process, 1 as published.
  case standard
  /// N(E[x₀], Cov[x₀] + σ_max² I): the right mean and covariance, so that the start adds no error
  /// of second order.
  case matched

  /// States at the first level, B × d, in data units.
  public func start(
    at level: Level, of process: NoiseProcess, for score: some MomentScore, samples: Samples,
    workers: Workers = .all
  ) -> Points {
    switch self {
    case .matched: score.matchedStart(at: level.sigma, samples: samples, workers: workers)
    case .standard:
      Self.standardStart(
        at: level, of: process, dimension: score.dimension, samples: samples, workers: workers)
    }
  }

  /// The published start, which needs no moments.
  public static func standardStart(
    at level: Level, of process: NoiseProcess, dimension: Int, samples: Samples,
    workers: Workers = .all
  ) -> Points {
    var points = samples.normals(dimension: dimension, for: .start, workers: workers)
    let width = process.keepsScale ? level.sigma : process.unit / level.scale
    points.scale(by: .uniform(Float(width)))
    return points
  }
}
