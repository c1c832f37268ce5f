public import Arrays

/// The score of one Gaussian: p₀ = N(μ, V).
///
///     D(x; σ) = μ + V (V + σ² I)⁻¹ (x − μ),   tr J_D = Σ_j λ_j/(λ_j + σ²)
///
/// Its probability flow is known in closed form, which makes it the measure of every sampler.
public struct GaussianScore: DensityScore, CovarianceScore, ReverseTransitionScore {
  /// E[x₀], d numbers.
  public let mean: [Double]
  /// V.
  public let covariance: Covariance
  private let packed = Once<MixtureScore>()

  /// N(mean, covariance).
  public init(mean: [Double], covariance: Covariance) {
    self.mean = mean
    self.covariance = covariance
    precondition(mean.count == covariance.dimension, "Mean and covariance have one dimension.")
  }

  /// The same law for the kernels, which a jump by its flow does without.
  var mixture: MixtureScore {
    packed.value { MixtureScore([.init(weight: 1, mean: mean, covariance: covariance)]) }
  }

  /// The number of coordinates, d.
  public var dimension: Int { mean.count }
  /// tr Cov[x₀].
  public var totalVariance: Double { covariance.trace }

  /// E[x₀ | x] of each row, by the formula above.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    mixture.denoise(x, at: noise, into: &clean, in: workspace)
  }

  /// D − x = −σ² (V + σ² I)⁻¹ (x − μ) of each row, in Double.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    mixture.residual(x, at: noise, in: workspace)
  }

  /// log p(x; σ) of each row, in nats.
  public func logDensity(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    mixture.logDensity(x, at: noise, in: workspace)
  }

  /// tr J_D of each row.
  public func jacobianTrace(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    mixture.jacobianTrace(x, at: noise, in: workspace)
  }

  /// Each row from N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    mixture.matchedStart(at: sigma, samples: samples, workers: workers)
  }

  /// Replaces each row, at σ, by a draw of the same path at σ′.
  public func reverseTransition(
    _ x: inout Points, from sigma: Double, to next: Double, draw: UInt32, in workspace: Workspace
  ) {
    mixture.reverseTransition(&x, from: sigma, to: next, draw: draw, in: workspace)
  }

  /// Where the probability flow carries each row from σ to σ′:
  /// x(σ′) = μ + ((V + σ′² I)(V + σ² I)⁻¹)^½ (x(σ) − μ).
  public func flow(
    _ x: Points, from sigma: Double, to next: Double, workers: Workers = .all
  ) -> Points {
    var result = x
    let (variance, nextVariance) = (sigma * sigma, next * next)
    covariance.move(
      &result, from: mean, to: mean,
      by: { (($0 + nextVariance) / ($0 + variance)).squareRoot() }, workers: workers)
    return result
  }
}
