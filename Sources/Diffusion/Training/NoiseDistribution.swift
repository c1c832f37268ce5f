import Foundation

/// How often each noise level is trained.
///
/// The levels of a batch are stratified: one in each of B equally likely parts, so that no batch
/// misses a part of the range (Kingma et al. 2021, appendix I.1, <https://arxiv.org/abs/2107.00630>).
public enum NoiseDistribution: Sendable, Equatable {
  /// ln(σ/2σ_d) ~ N(center, spread²): most work where there is most to learn. EDM: −1.2 and 1.2.
  case logNormal(center: Double, spread: Double)
  /// ln σ even over the range: every band alike (Nichol, Dhariwal 2021 and others).
  case logUniform
  /// The first for a share of the batch, the second for the rest.
  case both(center: Double, spread: Double, share: Double)

  /// σ at equally likely steps, for lookup.
  private static let tableSize = 4096

  /// ln σ at the quantiles 0, 1/n, … 1, within `range`.
  func table(deviation: Double, range: ClosedRange<Double>) -> [Double] {
    let (low, high) = (log(range.lowerBound), log(range.upperBound))
    func distribution(_ logSigma: Double) -> Double {
      let uniform = (logSigma - low) / (high - low)
      switch self {
      case .logUniform: return uniform
      case .logNormal(let center, let spread):
        return normal(logSigma, center, spread)
      case .both(let center, let spread, let share):
        return share * normal(logSigma, center, spread) + (1 - share) * uniform
      }
    }
    func normal(_ logSigma: Double, _ center: Double, _ spread: Double) -> Double {
      let middle = center + log(2 * deviation)
      return erfc((middle - logSigma) / (spread * 2.0.squareRoot())) / 2
    }
    let (first, last) = (distribution(low), distribution(high))
    return (0...Self.tableSize).map { index in
      let wanted = first + (last - first) * Double(index) / Double(Self.tableSize)
      var (left, right) = (low, high)
      for _ in 0..<60 {
        let middle = (left + right) / 2
        if distribution(middle) < wanted { left = middle } else { right = middle }
      }
      return (left + right) / 2
    }
  }
}

/// λ(σ) in the loss E λ ‖D(x; σ) − x₀‖², in units of the data. The minimiser is the same for all;
/// what differs is where a network of finite size and training errs least.
public enum Weighting: Sendable, Equatable {
  /// 1/c_out² of EDM: errors count relative to the noise that is taken away, at every σ alike.
  case edm
  /// γ S/(γ + S) with the signal-to-noise ratio S = σ_d²/σ²: low noise counts no more than γ
  /// (Crowson et al. 2024, <https://arxiv.org/abs/2401.11605>; Hang et al. 2023).
  case softMinSNR(gamma: Double)
  /// 1: plain mean square error of x₀.
  case uniform

  /// λ σ_d².
  func weight(at sigma: Double, deviation: Double) -> Double {
    let ratio = (deviation / sigma) * (deviation / sigma)
    switch self {
    case .edm: return ratio + 1
    case .softMinSNR(let gamma): return gamma * ratio / (gamma + ratio)
    case .uniform: return 1
    }
  }
}

/// What a residual costs, and what it is a residual of.
public enum Loss: Sendable, Equatable {
  /// ‖F − T‖².
  case square
  /// 2 c (√(‖F − T‖² + c²) − c), which grows linearly for outliers: robust to corrupt data. c rises
  /// from `width` at the top of the range to 10³ width at its bottom, because robustness matters
  /// where a picture is decided and costs detail where it is finished (Khrapov et al. 2024,
  /// <https://arxiv.org/abs/2403.16728>). Its minimiser lies between mean and median.
  case pseudoHuber(width: Double)
}
