import Foundation

/// What a network's output F means: D(x; σ) = μ + c_skip (x − μ) + c_out F(c_in (x − μ); c_noise).
///
/// Input and code are those of EDM in units of the data: c_in = 1/√(σ² + σ_d²), so that the input
/// has unit deviation at every σ, and c_noise = ¼ ln(σ/σ_d). All targets have one minimiser; they
/// differ in what the layers have to make at each σ, and the gradient by F of a loss λ‖D − x₀‖² is
/// c_out times that by D.
///
/// - Reference: Karras et al. 2022, table 1 and appendix B.6, <https://arxiv.org/abs/2206.00364>.
public struct Preconditioning: Sendable, Equatable {
  /// What F is a prediction of.
  public enum Target: String, Sendable, CaseIterable {
    /// The mix of x₀ and n that has unit deviation and least amplification of errors (EDM).
    case edm
    /// x₀: D = σ_d F. Karras et al. 2022; the layers must copy x where σ is small.
    case clean
    /// The noise n: D = x − σ F (Ho et al. 2020, <https://arxiv.org/abs/2006.11239>); errors are
    /// amplified by σ where it is large.
    case noise
    /// The velocity v = α n − ς x₀/σ_d on the circle α² + ς² = 1 (Salimans, Ho 2022,
    /// <https://arxiv.org/abs/2202.00512>): EDM's mix with the other sign.
    case velocity
    /// σ_d times the score: D = x + σ² F/σ_d (Vincent 2011,
    /// <https://doi.org/10.1162/NECO_a_00142>); its size grows as 1/σ.
    case score
  }

  /// What F is a prediction of.
  public var target: Target
  /// μ, d numbers.
  public var mean: [Double]
  /// σ_d = √(tr Cov[x₀]/d) > 0.
  public var deviation: Double
  /// The noise levels that are trained: beyond them the code is that of the nearest, because waves
  /// say nothing about codes never seen.
  public var range: ClosedRange<Double>

  /// Scales from the data's mean and deviation; by default 0.004 σ_d to 160 σ_d, EDM's range of
  /// 0.002 to 80 for data of deviation ½.
  public init(
    target: Target = .edm, mean: [Double], deviation: Double, range: ClosedRange<Double>? = nil
  ) {
    precondition(deviation > 0 && deviation.isFinite, "A deviation is positive and finite.")
    let range = range ?? 0.004 * deviation...160 * deviation
    precondition(range.lowerBound > 0, "Noise levels are positive.")
    self.range = range
    self.target = target
    self.mean = mean
    self.deviation = deviation
  }

  /// 1/√(σ² + σ_d²).
  public func input(at sigma: Double) -> Double { 1 / total(sigma) }

  /// ¼ ln(σ/σ_d), for σ in ``range``.
  public func code(at sigma: Double) -> Double {
    log(min(max(sigma, range.lowerBound), range.upperBound) / deviation) / 4
  }

  /// c_skip.
  public func skip(at sigma: Double) -> Double {
    switch target {
    case .edm, .velocity: deviation * deviation / (sigma * sigma + deviation * deviation)
    case .clean: 0
    case .noise, .score: 1
    }
  }

  /// c_skip − 1, which is nearly nothing where σ is small.
  public func pull(at sigma: Double) -> Double {
    switch target {
    case .edm, .velocity: -sigma * sigma / (sigma * sigma + deviation * deviation)
    case .clean: -1
    case .noise, .score: 0
    }
  }

  /// c_out.
  public func output(at sigma: Double) -> Double {
    switch target {
    case .edm: sigma * deviation / total(sigma)
    case .velocity: -sigma * deviation / total(sigma)
    case .clean: deviation
    case .noise: -sigma
    case .score: sigma * sigma / deviation
    }
  }

  private func total(_ sigma: Double) -> Double {
    (sigma * sigma + deviation * deviation).squareRoot()
  }
}
