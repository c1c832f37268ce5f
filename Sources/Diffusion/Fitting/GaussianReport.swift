import Foundation

/// What a Gaussian fit found.
public struct GaussianReport: Sendable, Equatable {
  /// The number of points, N.
  public let count: Int
  /// The number of coordinates, d.
  public let dimension: Int
  /// Which covariances were allowed.
  public let kind: GaussianFit.Kind
  /// How far S was drawn toward diag(S) or (tr S/d) I, 0 … 1.
  public let shrinkage: Double
  /// Which of them: diag(S) where each column has a unit of its own.
  public let units: FitUnits
  /// Directions kept by a low-rank fit; nil for other kinds.
  public let rank: Int?
  /// The share of tr S along the directions kept; one for kinds that keep all.
  public let varianceHeld: Double
  /// The smallest eigenvalue of V.
  public let smallest: Double
  /// The largest eigenvalue of V.
  public let largest: Double
  /// largest/smallest; nil where V is singular.
  public let condition: Double?
  /// (1/N) Σ_i log N(x_i; x̄, V) in nats; nil where V is singular and there is no density.
  public let averageLogLikelihood: Double?
  /// What is worth knowing beside the numbers, a sentence each.
  public let notes: [String]

  init(
    _ moments: SampleMoments, _ spectrum: Spectrum, kind: GaussianFit.Kind, shrinkage: Double,
    units: FitUnits
  ) {
    count = moments.count
    dimension = moments.mean.count
    self.kind = kind
    // A diagonal is its own diagonal.
    let isWhole = kind == .isotropic || (kind == .diagonal && units == .columns)
    self.shrinkage = isWhole ? 0 : shrinkage
    self.units = units
    rank = spectrum.rank
    (smallest, largest) = (spectrum.smallest, spectrum.largest)
    condition = smallest > 0 ? largest / smallest : nil
    let whole = spectrum.sample.reduce(0, +)
    varianceHeld =
      whole > 0
      ? spectrum.sample[..<(spectrum.rank ?? spectrum.sample.count)].reduce(0, +) / whole : 1
    // With V and S in one basis, tr(V⁻¹ S) is a sum of ratios: no second pass over the data.
    averageLogLikelihood =
      smallest > 0
      ? zip(spectrum.sample, spectrum.model).reduce(-spectrum.logScale) {
        $0 - (log(2 * .pi * $1.1) + $1.0 / $1.1) / 2
      } : nil
    notes = Self.notes(moments, isSingular: smallest == 0)
  }

  private static func notes(_ moments: SampleMoments, isSingular: Bool) -> [String] {
    let (n, d) = (moments.count, moments.mean.count)
    if n == 1 { return ["There is one point only: every variance is zero."] }
    let constant = moments.variances.count { $0 == 0 }
    if constant == d { return ["All \(n) points are equal: every variance is zero."] }
    var notes: [String] = []
    if constant > 0 {
      notes.append("\(constant) of \(d) coordinates \(constant == 1 ? "is" : "are") constant.")
    }
    if n <= d && moments.covariance != nil {
      notes.append("\(n) points span at most \(n - 1) of \(d) directions.")
    }
    if isSingular { notes.append("The covariance is singular: points have no density.") }
    return notes
  }
}

extension GaussianReport: CustomStringConvertible {
  /// The report in words.
  public var description: String {
    let name =
      switch kind {
      case .full: "full"
      case .diagonal: "diagonal"
      case .isotropic: "isotropic"
      case .lowRank, .lowRankHolding: "low-rank"
      }
    var lines = ["\(count) points of \(dimension) coordinates, \(name) covariance."]
    if let rank {
      lines.append("\(rank) directions hold \(inWords(100 * varianceHeld)) % of the variance.")
    }
    if shrinkage > 0 {
      let target = units == .columns ? "the variances of the columns" : "a sphere"
      lines.append("Shrinkage toward \(target): \(inWords(shrinkage)).")
    }
    lines.append("Variances from \(inWords(smallest)) to \(inWords(largest)).")
    if let averageLogLikelihood {
      lines.append("Average log-likelihood \(inWords(averageLogLikelihood)) nats.")
    }
    return (lines + notes).joined(separator: "\n")
  }
}

/// A number with four significant digits.
func inWords(_ number: Double) -> String { String(format: "%.4g", number) }
