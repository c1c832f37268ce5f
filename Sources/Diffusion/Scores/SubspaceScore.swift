public import Arrays

/// The score of data near a plane: all that is learned happens in it.
///
///     D(x; σ) = μ + Bᵀ d(B (x − μ); σ) + ρ/(ρ + σ²) (I − BᵀB)(x − μ)
///
/// B is orthonormal, so that noise of x is noise of y = B (x − μ) with the same σ: d is an ordinary
/// denoiser in r coordinates, and a network is trained on those of the data as on any points. Off
/// the plane the data is taken for N(0, ρ I), whose denoiser is known. Noise there, most of all
/// noise where r is small, never reaches the network; one in all d coordinates has to learn to
/// ignore it.
///
/// - Cost: 4 r d multiplications and additions a row beside d itself.
/// - Reference: Chen, Huang, Zhao, Wang 2023, <https://arxiv.org/abs/2302.07194>: a linear encoder
///   and decoder around a network is the form that the score of such data has.
public struct SubspaceScore: CovarianceScore {
  /// d, in the plane's coordinates.
  public let inner: any CovarianceScore
  /// The plane.
  public let plane: Subspace
  /// Cov[x₀].
  public let covariance: Covariance
  /// E[x₀], d numbers.
  public let mean: [Double]

  /// A denoiser of the plane's coordinates, and the plane.
  public init(_ inner: any CovarianceScore, in plane: Subspace) {
    precondition(inner.dimension == plane.rank, "A score has the plane's coordinates.")
    (self.inner, self.plane) = (inner, plane)
    // In its own basis, whatever kind it is: r is small.
    guard let own = Covariance.full(inner.covariance.matrix), let axes = own.basis,
      let covariance = Covariance.lowRank(
        directions: axes.times(plane.basis), variances: own.variances, rest: plane.rest)
    else { preconditionFailure("A covariance has real directions.") }
    self.covariance = covariance
    var mean = plane.mean
    for (axis, value) in inner.mean.enumerated() {
      for column in mean.indices { mean[column] += value * plane.basis[axis, column] }
    }
    self.mean = mean
  }

  /// The number of coordinates.
  public var dimension: Int { plane.dimension }
  /// tr Cov[x₀].
  public var totalVariance: Double { covariance.trace }

  /// E[x₀ | x] of each row, by the formula above.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    precondition(
      x.dimension == dimension && clean.count == x.count && clean.dimension == dimension,
      "Points of the score's dimension are denoised.")
    let y = plane.coordinates(of: x, workers: workspace.workers)
    let z = inner.denoised(y, at: noise, in: workspace)
    let rest = plane.rest
    clean = plane.lift(
      z, off: x, factors: noise.map { rest / (rest + $0 * $0) }, workers: workspace.workers)
  }

  /// D − x = Bᵀ (d(y; σ) − y) − σ²/(ρ + σ²) (I − BᵀB)(x − μ) of each row.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    let y = plane.coordinates(of: x, workers: workspace.workers)
    let z = inner.residual(y, at: noise, in: workspace)
    let rest = plane.rest
    return plane.lift(
      z, off: x, factors: noise.map { -$0 * $0 / (rest + $0 * $0) }, isDifference: true,
      workers: workspace.workers)
  }

  /// Each row from N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    GaussianScore(mean: mean, covariance: covariance)
      .matchedStart(at: sigma, samples: samples, workers: workers)
  }
}
