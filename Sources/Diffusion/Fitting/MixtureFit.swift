import Foundation
public import Arrays

/// A Gaussian mixture fitted by expectation-maximisation.
///
///     p(x) = Σ_k w_k N(x; m_k, V_k),   every eigenvalue of D⁻¹ V_k D⁻¹ ≥ floor
///
/// D = diag(s), the scale of each column, which no outlier can drag: half the width between the
/// quartiles, as a normal law's deviation. The fit is that of (x − median)/s: data a_j x_j + b_j give
/// the same fit in the new units. In common units s is the same for all columns, see ``FitUnits``:
/// √(tr S/d) or, where far points make that smaller, the root mean square of their scales. Columns of equal numbers stay as they are, without width, and
/// the log-likelihood is that of the others.
///
/// Starts come from greedy k-means++; each restart takes ten
/// steps, and the one with the best log-likelihood goes on until it has converged (short runs
/// before a long one: Biernacki, Celeux, Govaert 2003,
/// <https://doi.org/10.1016/S0167-9473(02)00163-9>). The log-likelihood never falls. Components
/// that lose all points are dropped; there are never more than distinct starting points.
///
/// One seed gives the same bits on every number of threads. Its numbers are those of purpose
/// `fit`: sample r for restart r, and sample 2³² for the split behind the choice of K.
public struct MixtureFit: Sendable {
  /// Which covariances are allowed.
  public enum Kind: String, Sendable, CaseIterable {
    /// Any: d(d + 3)/2 numbers a component.
    case full
    /// diag(v): 2 d numbers a component.
    case diagonal
    /// v I: d + 1 numbers a component.
    case isotropic
  }

  /// How to fit.
  public struct Settings: Sendable {
    /// K, at least one; nil leaves the choice to held-out likelihood. More than there are points
    /// is as many as there are points.
    public var components: Int?
    /// Which covariances are allowed; nil chooses by ``MixtureFit/kind(count:dimension:components:)``.
    public var kind: Kind?
    /// What random starts and splits depend on.
    public var seed: UInt64 = 0
    /// Starts to try, at least one.
    public var restarts = 4
    /// Which lengths columns are measured in: of the floor, of the starts and of isotropic components.
    public var units = FitUnits.columns
    /// The least variance in any direction, in squared units of the columns, from 10⁻¹⁰ to 1.
    ///
    /// 10⁻⁶ is a standard deviation of a thousandth of the data's: under the σ at which samplers
    /// usually end (0.004 of it), so that no sample shows it, and far above Float32's rounding.
    public var floor = 1e-6
    /// A step that gains less than this times P/2N a point ends the fit; P numbers fitted to N
    /// points gain P/2N nats a point by chance alone (Wilks). EM's gains shrink by some per cent
    /// a step, so that 10⁻³ leaves about a tenth of what chance gives.
    public var tolerance = 1e-3
    /// Steps at most, the short run included.
    public var steps = 500

    /// The defaults.
    public init() {}
  }

  /// The components in falling order of weight, in data units.
  public let components: [MixtureScore.Component]
  /// What was found.
  public let report: MixtureReport

  /// The score of the fitted mixture.
  public var score: MixtureScore { MixtureScore(components) }

  /// Points that take part in the choice of K, at most. Beyond, a component is told from chance
  /// whose gain is under a thousandth of a nat a point.
  static let choicePoints = 20_000

  /// Steps of a restart before the best is chosen.
  static let trialSteps = 10

  /// Fits `data`.
  ///
  /// Cost of a step: N K p products twice, p = 1 + d + d(d + 1)/2 for full covariances, 1 + 2 d
  /// for diagonal ones; d³ K for the eigenvalues of full ones. Full covariances in hundreds of
  /// coordinates take long: half a minute a step for N = 60,000, d = 784, K = 4.
  ///
  /// - Parameters:
  ///   - data: N × d finite numbers, N ≥ 1.
  ///   - settings: How to fit.
  ///   - workers: The threads to use.
  ///   - progress: Called after every step; false ends the fit with what it has.
  public init(
    _ data: Points, _ settings: Settings = Settings(), workers: Workers = .all,
    progress: @escaping (FitProgress) -> Bool = { _ in true }
  ) {
    precondition(data.count > 0, "A mixture needs at least one point.")
    precondition(settings.components ?? 1 >= 1, "A mixture has at least one component.")
    precondition(settings.restarts >= 1 && settings.steps >= 1, "At least one start and step.")
    precondition((1e-10...1).contains(settings.floor), "The floor is a share of the variance.")
    let standard = StandardPoints(data, units: settings.units, workers: workers)
    var search = MixtureSearch(settings: settings, workers: workers, progress: progress)
    guard !standard.isOnePoint else {
      components = [
        .init(
          weight: 1, mean: standard.mean,
          covariance: .isotropic(0, dimension: data.dimension))
      ]
      report = MixtureReport(
        standard, settings, trials: [], kind: .isotropic, components: [], trace: [],
        end: .onePoint)
      return
    }
    let wanted = settings.components ?? search.chooseCount(standard)
    let outcome = search.fit(standard, components: wanted)
    components = outcome.run.components.sorted { $0.weight > $1.weight }
      .map(standard.inDataUnits)
    let last = outcome.run.logDensities(standard).reduce(0, +) / Double(data.count)
    let shift = standard.logScale
    report = MixtureReport(
      standard, settings, trials: search.trials, kind: outcome.kind,
      components: outcome.run.components,
      trace: (outcome.run.trace + [last]).map { $0 - shift }, end: outcome.end)
  }

  /// The covariances that N points in d coordinates can support for K components.
  ///
  /// Full where N/K ≥ 8 d, when the smallest eigenvalue of a sample covariance is on average
  /// above (1 − 8^(−½))² = 0.42 of the true one, or where d ≤ 16 and N/K ≥ 2 (d + 1), when shape
  /// matters more than that; otherwise diagonal where N/K ≥ 4, otherwise isotropic.
  public static func kind(count: Int, dimension: Int, components: Int) -> Kind {
    let isAmple = count >= 8 * dimension * components
    let isSmall = dimension <= 16 && count >= 2 * (dimension + 1) * components
    return isAmple || isSmall ? .full : count >= 4 * components ? .diagonal : .isotropic
  }
}

/// How far a mixture fit has come.
public struct FitProgress: Sendable, Equatable {
  /// What is being done.
  public enum Phase: String, Sendable {
    /// Numbers of components are compared on held-out points.
    case choosing
    /// The mixture itself is fitted.
    case fitting
  }
  /// What is being done.
  public let phase: Phase
  /// The number of components at hand.
  public let components: Int
  /// Which start, from zero.
  public let restart: Int
  /// Steps taken from this start.
  public let steps: Int
  /// The average log-likelihood before the last step, in nats, in data units.
  public let averageLogLikelihood: Double
}
