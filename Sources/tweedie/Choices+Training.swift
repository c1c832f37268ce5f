import Diffusion

/// Words of `tweedie train`.
extension Choices {
  /// Kinds of networks.
  enum NetworkKind: String, CaseIterable {
    case mlp, unet, subspace
  }

  static func networkKind(_ word: String?) throws -> NetworkKind? {
    guard let word else { return nil }
    guard let kind = NetworkKind(rawValue: word) else {
      throw unknown("network", word, NetworkKind.allCases.map(\.rawValue))
    }
    return kind
  }

  /// Channels of the levels of a U-Net.
  static func channels(_ word: String) throws -> [Int] {
    let parts = word.split(separator: ",", omittingEmptySubsequences: false)
    let factor = UNetShape.channelFactor
    let counts = parts.compactMap { Int($0) }.filter { (1...1024).contains($0) && $0 % factor == 0 }
    guard counts.count == parts.count, (1...6).contains(parts.count) else {
      throw Failure.usage(
        "--channels takes up to 6 multiples of \(factor) up to 1024, as in 32,64,128, not \(word).")
    }
    return counts
  }

  static func target(_ word: String) throws -> Preconditioning.Target {
    guard let target = Preconditioning.Target(rawValue: word) else {
      throw unknown("target", word, Preconditioning.Target.allCases.map(\.rawValue))
    }
    return target
  }

  static func weighting(_ word: String, gamma: Double?) throws -> Weighting {
    if gamma != nil && word != "soft-min-snr" {
      throw Failure.usage("--gamma belongs to the weighting soft-min-snr, not to \(word).")
    }
    switch word {
    case "edm": return .edm
    case "soft-min-snr": return .softMinSNR(gamma: gamma ?? 4)
    case "uniform": return .uniform
    default: throw unknown("weighting", word, ["edm", "soft-min-snr", "uniform"])
    }
  }

  static func noiseDistribution(
    _ word: String, center: Double?, spread: Double?
  ) throws -> NoiseDistribution {
    let (middle, width) = (center ?? -1.2, spread ?? 1.2)
    switch word {
    case "both": return .both(center: middle, spread: width, share: 0.75)
    case "log-normal": return .logNormal(center: middle, spread: width)
    case "log-uniform":
      guard center == nil, spread == nil else {
        throw Failure.usage(
          "--noise-center and --noise-spread belong to log-normal and both, not to log-uniform.")
      }
      return .logUniform
    default: throw unknown("noise distribution", word, ["both", "log-normal", "log-uniform"])
    }
  }

  /// The loss, and whether labels are mixed with the clean score.
  static func loss(_ word: String, width: Double?) throws -> (Loss, usesCleanScore: Bool) {
    if width != nil && word != "pseudo-huber" {
      throw Failure.usage("--huber-width belongs to the loss pseudo-huber, not to \(word).")
    }
    switch word {
    case "square": return (.square, false)
    case "pseudo-huber": return (.pseudoHuber(width: width ?? 0.1), false)
    case "target-score": return (.square, true)
    default: throw unknown("loss", word, ["square", "pseudo-huber", "target-score"])
    }
  }

  static func isCosine(_ word: String) throws -> Bool {
    switch word {
    case "cosine": return true
    case "constant": return false
    default: throw unknown("rate schedule", word, ["cosine", "constant"])
    }
  }
}
