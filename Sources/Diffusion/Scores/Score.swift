public import Arrays

/// σ of each row: a standard deviation in data units, positive.
public typealias Noise = PerRow<Double>

/// What is known of noised data: the mean of the clean point behind a noised one.
///
/// Clean data x₀ ~ p₀, noised x = x₀ + σ n with n ~ N(0, I). The denoiser
///
///     D(x; σ) = E[x₀ | x]
///
/// is the one primitive; Tweedie's formula gives the rest: the score (D − x)/σ², the noise
/// (x − D)/σ and the velocity of the probability flow dx/dσ = (x − D)/σ. D stays bounded as σ → 0,
/// the score does not: compute with D, convert at the edge.
///
/// - Reference: Efron 2011, <https://doi.org/10.1198/jasa.2011.tm11181>; Karras et al. 2022,
///   equation 3, <https://arxiv.org/abs/2206.00364>.
public protocol Score: Sendable {
  /// The number of coordinates, d.
  var dimension: Int { get }

  /// E[x₀ | x] of each row.
  ///
  /// - Parameters:
  ///   - x: Noised points, B × d, in data units.
  ///   - noise: σ, for all rows or one a row.
  ///   - clean: The denoised points, B × d; another array than `x`.
  ///   - workspace: Memory, threads and the samples that the rows belong to.
  func denoise(_ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace)

  /// D − x of each row: σ² times the score.
  ///
  /// Where σ is small beside x, D and x share their leading digits, and the difference of the two
  /// rounded to Float32, which this is by default, has few or none left. A score whose formula
  /// gives D − x without x in it has a version of its own.
  func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points
}

extension Score {
  /// E[x₀ | x] of each row, in fresh memory; row r belongs to sample r of seed 0.
  public func denoised(_ x: Points, at noise: Noise) -> Points {
    denoised(x, at: noise, in: Workspace(samples: Samples(seed: 0, count: x.count)))
  }

  /// E[x₀ | x] of each row, in a fresh array.
  public func denoised(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var clean = Points(count: x.count, dimension: x.dimension)
    denoise(x, at: noise, into: &clean, in: workspace)
    return clean
  }

  /// D less x, both rounded.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var result = denoised(x, at: noise, in: workspace)
    result.combine(.uniform(1), plus: .uniform(-1), x)
    return result
  }

  /// The score ∇ log p(x; σ) = (D − x)/σ².
  public func score(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var result = residual(x, at: noise, in: workspace)
    // One factor after the other: 1/σ² alone may not fit in Float32.
    result.scale(by: noise.map { Float(1 / $0) })
    result.scale(by: noise.map { Float(1 / $0) })
    return result
  }

  /// The noise E[n | x] = (x − D)/σ, which is also the velocity dx/dσ of the probability flow.
  public func noise(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var result = residual(x, at: noise, in: workspace)
    result.scale(by: noise.map { Float(-1 / $0) })
    return result
  }
}
