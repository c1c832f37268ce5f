public import Arrays

/// A score whose noised density is known: p(x; σ) = ∫ p₀(x₀) N(x; x₀, σ² I) dx₀.
public protocol DensityScore: Score {
  /// log p(x; σ) of each row, in nats.
  func logDensity(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double]

  /// tr J_D = tr Cov[x₀ | x]/σ² of each row, J_D the Jacobian of the denoiser.
  ///
  /// The divergence of the flow's velocity is (d − tr J_D)/σ.
  func jacobianTrace(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double]
}

/// A score whose clean data has a known mean and covariance.
public protocol MomentScore: Score {
  /// E[x₀], d numbers.
  var mean: [Double] { get }

  /// tr Cov[x₀] = E‖x₀ − E[x₀]‖².
  var totalVariance: Double { get }

  /// The matched start: each row from N(E[x₀], Cov[x₀] + σ² I).
  func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points
}

extension MomentScore {
  /// σ_data = √(tr Cov[x₀]/d), the root mean square deviation of a coordinate.
  public var deviation: Double { (totalVariance / Double(dimension)).squareRoot() }
}

/// A score whose clean data has a known covariance.
public protocol CovarianceScore: MomentScore {
  /// Cov[x₀]. It may cost a sum over all data and its eigenvectors: ask once.
  var covariance: Covariance { get }
}

/// A score whose reverse diffusion can be drawn from exactly: x(σ′) given x(σ), σ′ < σ.
public protocol ReverseTransitionScore: Score {
  /// Replaces each row, at σ, by a draw from the law of the same path at σ′.
  ///
  /// Its random numbers, ``Purpose/transition`` and ``Purpose/choice``, are none that a sampler's
  /// start or steps use.
  ///
  /// - Parameters:
  ///   - x: States at `sigma`, B × d; afterwards states at `next`.
  ///   - sigma: Where the states are.
  ///   - next: Where they go, 0 ≤ σ′ < σ.
  ///   - draw: Which of the samples' random numbers to use.
  ///   - workspace: Memory, threads and the samples that the rows belong to.
  func reverseTransition(
    _ x: inout Points, from sigma: Double, to next: Double, draw: UInt32, in workspace: Workspace)
}
