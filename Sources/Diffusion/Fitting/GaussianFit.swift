import Foundation
public import Arrays

/// The Gaussian N(x̄, V) of a data set: its mean and its covariance.
///
///     x̄ = (1/N) Σ_i x_i,   S = (1/N) Σ_i (x_i − x̄)(x_i − x̄)ᵀ,   V = (1 − s) S + s (tr S/d) I
///
/// S is the maximum-likelihood estimate; the shrinkage s lifts the eigenvalues that S puts too
/// low when points are few. All sums in Double, the same bits on every number of threads.
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

  /// How far S is drawn toward (tr S/d) I.
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
  ///   - shrinkage: How far S is drawn toward (tr S/d) I.
  ///   - workers: The threads to use.
  public init(
    _ data: Points, kind: Kind = .full, shrinkage: Shrinkage = .automatic, workers: Workers = .all
  ) {
    self.init(of: data, kind: kind, shrinkage: shrinkage, workers: workers)
  }

  /// The same of rows that are read some at a time.
  init(of data: some RowBlocks, kind: Kind, shrinkage: Shrinkage, workers: Workers) {
    let isDiagonal = kind == .diagonal || kind == .isotropic
    let moments = SampleMoments(data, covariance: !isDiagonal, workers: workers)
    let share: Double =
      switch shrinkage {
      case .automatic: kind == .full ? moments.ledoitWolf : 0
      case .none: 0
      case .fixed(let value): value
      }
    precondition((0...1).contains(share), "Shrinkage is a share, 0 … 1.")
    let spectrum = Spectrum(moments, kind: kind, shrinkage: share)
    mean = moments.mean
    covariance = spectrum.covariance
    report = GaussianReport(moments, spectrum, kind: kind, shrinkage: share)
  }
}

/// Variances of the data and of the model along the same d directions.
struct Spectrum {
  /// What the data has along each direction, falling off the diagonal kinds.
  let sample: [Double]
  /// What the model has along it.
  let model: [Double]
  /// The directions that a low-rank model keeps; nil for other kinds.
  let rank: Int?
  let covariance: Covariance

  init(_ moments: SampleMoments, kind: GaussianFit.Kind, shrinkage: Double) {
    let (d, average) = (moments.mean.count, moments.meanVariance)
    let shrunk = { (variance: Double) in (1 - shrinkage) * variance + shrinkage * average }
    guard let matrix = moments.covariance else {
      sample = moments.variances
      rank = nil
      if kind == .isotropic {
        model = [Double](repeating: average, count: d)
        covariance = .isotropic(average, dimension: d)
      } else {
        model = sample.map(shrunk)
        covariance = .diagonal(model)
      }
      return
    }
    let (rising, rows) = matrix.symmetricEigen
    // Eigenvalues carry rounding of the largest; below it nothing is known but that they are small.
    let rounding = Double(d) * 0x1p-50 * max(0, rising.last ?? 0)
    let falling = rising.reversed().map { $0 > rounding ? $0 : 0 }
    let kept = Spectrum.rank(of: falling, kind: kind)
    sample = falling
    var variances = falling.map(shrunk)
    let others = variances[kept...]
    let rest = others.isEmpty ? 0 : others.reduce(0, +) / Double(others.count)
    for index in others.indices { variances[index] = rest }
    model = variances
    rank = kind == .full ? nil : kept
    var values: [Double] = []
    values.reserveCapacity(kept * d)
    for index in 0..<kept { values += rows.row(d - 1 - index) }
    let directions = Matrix(rows: kept, columns: d, values: values)
    // The eigenvectors of a symmetric matrix are orthonormal to rounding.
    covariance =
      Covariance.lowRank(
        directions: directions, variances: Array(variances[..<kept]), rest: rest)
      ?? .isotropic(average, dimension: d)
  }

  private static func rank(of variances: [Double], kind: GaussianFit.Kind) -> Int {
    let d = variances.count
    switch kind {
    case .lowRank(let rank):
      precondition((0...d).contains(rank), "A rank lies between 0 and d.")
      return rank
    case .lowRankHolding(let share):
      precondition(share > 0 && share <= 1, "A share of the variance lies above 0, up to 1.")
      let goal = share * variances.reduce(0, +)
      var held = 0.0
      for (index, variance) in variances.enumerated() {
        // A sum in another order may miss the whole by rounding.
        if held >= goal * (1 - 0x1p-40) { return index }
        held += variance
      }
      return d
    case .full, .diagonal, .isotropic: return d
    }
  }
}
