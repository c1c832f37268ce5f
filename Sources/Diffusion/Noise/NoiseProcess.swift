import Foundation

/// How noise enters with time: z(t) = s(t) (x₀ + σ(t) n), with x = z/s in data units.
///
///     f = s′/s,   g² = 2 s² σ σ′
///     reverse SDE   dz = [f z − g² ∇ log p_t] dt + g dw̄
///     flow          dz = [f z − ½ g² ∇ log p_t] dt = [(f + σ′/σ) z − s (σ′/σ) D] dt
///
/// - Reference: Song et al. 2021, <https://arxiv.org/abs/2011.13456>; Karras et al. 2022, table 1,
///   <https://arxiv.org/abs/2206.00364>.
///
/// The published processes keep their variance, or run along their line, for data of deviation one
/// about zero. ``inUnits(of:_:)`` is the same process for data of another deviation, and
/// ``SamplingRun`` steps x less the model's mean.
public indirect enum NoiseProcess: Sendable, Equatable {
  /// Variance exploding, s = 1 and σ = t.
  case varianceExploding
  /// Variance exploding, s = 1 and σ = σ_min (σ_max/σ_min)^t for t from 1 to 0.
  case geometric(sigmaMin: Double, sigmaMax: Double)
  /// Variance preserving, s = e^(−B/2), σ = √(e^B − 1), B = ∫β with
  /// β(t) = β_min + (β_max − β_min) t; g² = β.
  case variancePreserving(betaMin: Double, betaMax: Double)
  /// Sub-variance preserving, s = e^(−B/2), σ = 2 sinh(B/2); g² = β (1 − e^(−2B)).
  case subVariancePreserving(betaMin: Double, betaMax: Double)
  /// s = cos(πt/2), σ = tan(πt/2).
  case cosine
  /// The straight line z = (1 − t) x₀ + t n: s = 1 − t, σ = t/(1 − t).
  case line
  /// A process of x/u: σ is u times that of the process, s is the same.
  case inUnits(of: Double, NoiseProcess)

  /// The published variance-preserving process, β from 0.1 to 20.
  public static let variancePreserving = NoiseProcess.variancePreserving(betaMin: 0.1, betaMax: 20)
  /// The published sub-variance-preserving process, β from 0.1 to 20.
  public static let subVariancePreserving =
    NoiseProcess.subVariancePreserving(betaMin: 0.1, betaMax: 20)

  /// s(t).
  public func scale(at time: Double) -> Double {
    switch self {
    case .varianceExploding, .geometric: 1
    case .variancePreserving, .subVariancePreserving: exp(-integral(at: time) / 2)
    case .cosine: cos(.pi * time / 2)
    case .line: 1 - time
    case .inUnits(_, let process): process.scale(at: time)
    }
  }

  /// σ(t).
  public func sigma(at time: Double) -> Double {
    switch self {
    case .varianceExploding: time
    case .geometric(let low, let high): low * pow(high / low, time)
    case .variancePreserving: expm1(integral(at: time)).squareRoot()
    case .subVariancePreserving: 2 * sinh(integral(at: time) / 2)
    case .cosine: tan(.pi * time / 2)
    case .line: time / (1 - time)
    case .inUnits(let unit, let process): unit * process.sigma(at: time)
    }
  }

  /// The time at which the noise is `sigma`.
  public func time(at sigma: Double) -> Double {
    switch self {
    case .varianceExploding: sigma
    case .geometric(let low, let high): log(sigma / low) / log(high / low)
    case .variancePreserving: time(integral: log1p(sigma * sigma))
    case .subVariancePreserving: time(integral: 2 * asinh(sigma / 2))
    case .cosine: 2 / .pi * atan(sigma)
    case .line: sigma / (1 + sigma)
    case .inUnits(let unit, let process): process.time(at: sigma / unit)
    }
  }

  /// f = s′/s.
  public func drift(at time: Double) -> Double {
    switch self {
    case .varianceExploding, .geometric: 0
    case .variancePreserving, .subVariancePreserving: -beta(at: time) / 2
    case .cosine: -.pi / 2 * tan(.pi * time / 2)
    case .line: -1 / (1 - time)
    case .inUnits(_, let process): process.drift(at: time)
    }
  }

  /// σ′/σ.
  public func growth(at time: Double) -> Double {
    switch self {
    case .varianceExploding: 1 / time
    case .geometric(let low, let high): log(high / low)
    // σ′ = β e^B/(2σ) and σ² = e^B − 1.
    case .variancePreserving: beta(at: time) / (-2 * expm1(-integral(at: time)))
    case .subVariancePreserving: beta(at: time) / (2 * tanh(integral(at: time) / 2))
    case .cosine: .pi / sin(.pi * time)
    case .line: 1 / (time * (1 - time))
    case .inUnits(_, let process): process.growth(at: time)
    }
  }

  /// The noise that the published process runs between, where it has a range of its own.
  public var publishedRange: ClosedRange<Double>? {
    switch self {
    case .varianceExploding, .cosine, .line: nil
    case .geometric(let low, let high): low...high
    case .variancePreserving, .subVariancePreserving: sigma(at: 1e-3)...sigma(at: 1)
    case .inUnits(let unit, let process):
      process.publishedRange.map { unit * $0.lowerBound...unit * $0.upperBound }
    }
  }

  /// Whether s = 1 throughout: then a step moves with the origin, whatever it is.
  public var keepsScale: Bool {
    switch self {
    case .varianceExploding, .geometric: true
    case .variancePreserving, .subVariancePreserving, .cosine, .line: false
    case .inUnits(_, let process): process.keepsScale
    }
  }

  /// The length that the published process takes for one: u.
  public var unit: Double {
    if case .inUnits(let unit, let process) = self { return unit * process.unit }
    return 1
  }

  /// β(t), of the processes that have it.
  private func beta(at time: Double) -> Double {
    switch self {
    case .variancePreserving(let low, let high), .subVariancePreserving(let low, let high):
      low + (high - low) * time
    default: 0
    }
  }

  /// B(t) = ∫₀ᵗ β.
  private func integral(at time: Double) -> Double {
    switch self {
    case .variancePreserving(let low, let high), .subVariancePreserving(let low, let high):
      low * time + (high - low) * time * time / 2
    default: 0
    }
  }

  /// t with B(t) = `integral`, by the form of the root that does not cancel.
  private func time(integral: Double) -> Double {
    switch self {
    case .variancePreserving(let low, let high), .subVariancePreserving(let low, let high):
      2 * integral / (low + (low * low + 2 * (high - low) * integral).squareRoot())
    default: 0
    }
  }
}
