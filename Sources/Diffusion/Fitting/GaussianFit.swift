import Foundation
public import Arrays

/// The Gaussian N(x̄, V) of a data set: its mean and its covariance.
///
///     x̄ = (1/N) Σ_i x_i,   S = (1/N) Σ_i (x_i − x̄)(x_i − x̄)ᵀ,   V = (1 − s) S + s T
///
/// S is the maximum-likelihood estimate; the shrinkage s lifts the eigenvalues that S puts too
/// low when points are few. T is diag(S) where each column has a unit of its own, and (tr S/d) I
/// where all have one: see ``FitUnits``. All sums in Double, the same bits on every number of
/// threads.
///
/// With units by column the fit of data a_j x_j + b_j is the fit of x in the new units. A low-rank
/// and an isotropic covariance hold columns against one another whatever the units, and move with a
/// common factor only.
///
/// Data without spread is no error: variances are zero then, and the report says so.
public struct GaussianFit: Sendable {
  /// Which covariances are allowed.
  public enum Kind: Sendable, Equatable {
    /// Any: V as above.
    case full
    /// diag(V).
    case diagonal
    /// (tr S/d) I.
    case isotropic
    /// The r directions of largest variance, and the mean of the other variances off them.
    case lowRank(Int)
    /// Low rank, with the fewest directions that hold this share of tr S, above 0 and up to 1.
    case lowRankHolding(Double)
  }

  /// How far S is drawn toward T.
  public enum Shrinkage: Sendable, Equatable {
    /// By Ledoit and Wolf for a full covariance; none for the other kinds, which have few
    /// parameters already.
    case automatic
    /// Not at all.
    case none
    /// By this share, 0 … 1.
    case fixed(Double)
  }

  /// x̄, d numbers, in data units.
  public let mean: [Double]
  /// V.
  public let covariance: Covariance
  /// What was found.
  public let report: GaussianReport

  /// The score of the fitted Gaussian.
  public var score: GaussianScore { GaussianScore(mean: mean, covariance: covariance) }

  /// Fits `data`.
  ///
  /// Cost: N d² for a full or low-rank covariance and d³ for its eigenvalues; N d otherwise.
  ///
  /// - Parameters:
  ///   - data: N × d finite numbers, N ≥ 1.
  ///   - kind: Which covariances are allowed; a rank lies in 0 … d.
  ///   - shrinkage: How far S is drawn toward T.
  ///   - units: Whether T is diag(S) or (tr S/d) I; for a full or a diagonal covariance.
  ///   - workers: The threads to use.
  public init(
    _ data: Points, kind: Kind = .full, shrinkage: Shrinkage = .automatic,
    units: FitUnits = .columns, workers: Workers = .all
  ) {
    self.init(of: data, kind: kind, shrinkage: shrinkage, units: units, workers: workers)
  }

  /// The same of rows that are read some at a time.
  init(
    of data: some RowBlocks, kind: Kind, shrinkage: Shrinkage, units: FitUnits, workers: Workers
  ) {
    let isDiagonal = kind == .diagonal || kind == .isotropic
    let isByColumn = units == .columns && (kind == .full || kind == .diagonal)
    let moments = SampleMoments(data, covariance: !isDiagonal, workers: workers)
    let share: Double =
      switch shrinkage {
      case .automatic where kind == .full && isByColumn:
        moments.ledoitWolfByColumn(data, workers: workers)
      case .automatic: kind == .full ? moments.ledoitWolf : 0
      case .none: 0
      case .fixed(let value): value
      }
    precondition((0...1).contains(share), "Shrinkage is a share, 0 … 1.")
    let spectrum =
      isByColumn
      ? Spectrum(byColumn: moments, shrinkage: share)
      : Spectrum(moments, kind: kind, shrinkage: share)
    mean = moments.mean
    covariance = spectrum.covariance
    report = GaussianReport(
      moments, spectrum, kind: kind, shrinkage: share, units: isByColumn ? .columns : .common)
  }
}
