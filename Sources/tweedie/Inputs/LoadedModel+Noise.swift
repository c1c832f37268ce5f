import Diffusion
import Files
import Foundation

/// The noise that a model needs: from what hides it to what shows its narrowest part.
extension LoadedModel {
  /// What to say of noise that columns do not share.
  var columnNote: String? {
    guard frame.scalesColumns else { return nil }
    let widths = frame.scale.map { $0 * score.deviation }
    let (low, high) = (widths.min() ?? 0, widths.max() ?? 0)
    return "note: columns deviate by \(low.formatted(digits: 3)) to \(high.formatted(digits: 3)); "
      + "each has noise in proportion to its own deviation, and sigma is that of a column of "
      + "\(score.deviation.formatted(digits: 3))."
  }

  /// The least and the greatest noise that a run needs: EDM's 0.002 and 80 at a deviation of ½, for
  /// data of any scale, and less where the law itself is narrower than that.
  ///
  /// From the last level σ the denoiser takes λ/(λ + σ²) of the variance λ of a Gaussian's
  /// direction: at 0.08 of its deviation all but 0.6 %.
  var noiseRange: ClosedRange<Double> {
    let unit = lengthUnit
    let low = min(Self.lowest * unit, narrowest.map { Self.lowestOfWidth * $0 } ?? .infinity)
    return low...Self.highest * unit
  }

  /// Whether the law is narrower somewhere than the usual last level can show.
  var isNarrow: Bool { noiseRange.lowerBound < Self.lowest * lengthUnit }

  /// The width of what a run has to show, in units of what it shows of a law that is not narrow.
  var shownWidth: Double { noiseRange.lowerBound / (Self.lowest * lengthUnit) }

  /// Decades of the noise range beside those of a law that is not narrow.
  var wayLength: Double {
    log(noiseRange.upperBound / noiseRange.lowerBound) / log(Self.highest / Self.lowest)
  }

  private static let (lowest, highest, lowestOfWidth) = (0.004, 160.0, 0.08)
  /// Deviations, in units of the whole, below which a direction passes for one without width.
  private static let least = 1e-4

  /// The least deviation of a component along any direction, where components are known and their
  /// samples no images, whose faintest directions nobody sees.
  private var narrowest: Double? {
    guard image == nil else { return nil }
    let covariances: [Covariance] =
      switch score {
      case let score as GaussianScore: [score.covariance]
      case let score as MixtureScore: score.components.map(\.covariance)
      default: []
      }
    let least = Self.least * lengthUnit
    let variances = covariances.flatMap { covariance in
      covariance.variances
        + (covariance.variances.count < covariance.dimension ? [covariance.rest] : [])
    }
    return variances.filter { $0 > 0 }.min().map { max($0.squareRoot(), least) }
  }

  /// The widths that Float32 holds together with the noise around them, squared and summed.
  private static let widths = 1e-15...1e15

  /// Refuses what no sampler could be right about.
  func checkWidth(_ word: String) throws {
    let width = score.deviation
    guard width != 0, !Self.widths.contains(width) else { return }
    throw Failure.data(
      file: word, place: nil,
      rule: "the model's deviation must lie between 1e-15 and 1e15, found "
        + "\(width.formatted(digits: 3)); choose another unit for its data")
  }

  /// The length that a range of noise is told in: the deviation of the data.
  ///
  /// Points that are all equal have none and take the size of their coordinates instead.
  var lengthUnit: Double {
    let magnitude = score.mean.reduce(0) { max($0, abs($1)) }
    // A smaller deviation is what Float32 makes of equal numbers.
    if score.deviation > 1e-7 * magnitude { return score.deviation }
    return magnitude > 0 ? magnitude : 1
  }
}
