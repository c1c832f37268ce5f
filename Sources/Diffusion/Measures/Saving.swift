import Arrays

/// The evaluations a method saves against a baseline, at the error of one run of the baseline.
///
///     saving = 1 − N(e)/N_baseline(e)
///
/// with e the error of the run and N(e) the evaluations at which a curve first comes down to e,
/// read off its running minimum, straight between runs in log error against log evaluations. Both
/// numbers belong to the same error; where one cannot be read off there is no saving, and a reason.
/// A method that costs more has a negative saving.
public struct Saving: Sendable, Equatable {
  /// Why there is no saving at an error.
  public enum Reason: Sendable, Equatable {
    /// The baseline's error is not above the floor of the measure.
    case baselineAtFloor(Double)
    /// The method never comes this low; its lowest error.
    case neverAsLow(lowest: Double)
    /// The method's shortest run is better already; what that costs.
    case shortestIsBetter(evaluations: Double)
  }

  /// Which of the baseline's runs, by rising cost.
  public let run: Int
  /// Its error.
  public let error: Double
  /// What the baseline needs for that error.
  public let baseline: Double
  /// What the method needs for it, or why that is not known.
  public let needed: Result<Double, Missing>
  /// The saving in each resampling of the rows, rising; −∞ where the method never came as low, +∞
  /// where its shortest run was better.
  let resampled: [Double]

  /// A reason, as an error.
  public struct Missing: Error, Equatable {
    /// Why there is none.
    public let reason: Reason
  }

  /// The share of the evaluations that is saved; negative where more are needed, nil where unknown.
  public var share: Double? { (try? needed.get()).map { 1 - $0 / baseline } }

  /// Why there is no saving; nil where there is one.
  public var reason: Reason? {
    if case .failure(let missing) = needed { missing.reason } else { nil }
  }

  /// The bootstrap's quantiles of the saving, (1 ± level)/2; an end is nil where it lies beyond the
  /// errors measured, and both are where there is no saving.
  public func interval(level: Double = 0.95) -> (low: Double?, high: Double?) {
    guard share != nil, !resampled.isEmpty else { return (nil, nil) }
    let quantile = { (p: Double) -> Double? in
      let value = resampled[min(resampled.count - 1, Int(p * Double(resampled.count)))]
      return value.isFinite ? value : nil
    }
    return (quantile((1 - level) / 2), quantile((1 + level) / 2))
  }

  /// The saving at the error of every run of `baseline`, by rising cost.
  ///
  /// - Parameters:
  ///   - method: The curve that may save something.
  ///   - baseline: The curve it is held against, of the same rows.
  ///   - floor: What the measure cannot tell from no error.
  ///   - bootstrap: How rows are drawn again, the same rows for both curves.
  /// - Returns: One reading a run, with its saving or why there is none.
  public static func read(
    of method: ErrorCurve, against baseline: ErrorCurve, floor: Double,
    bootstrap: Bootstrap = Bootstrap()
  ) -> [Saving] {
    let runs = baseline.runs + method.runs
    let split = baseline.runs.count
    let means = bootstrap.means(of: runs.map(\.errors))
    let whole = reading(runs.map(\.error), split, method, baseline, floor)
    let again = means.map { reading($0, split, method, baseline, floor) }
    return baseline.runs.indices.map { run in
      Saving(
        run: run, error: baseline.runs[run].error, baseline: whole[run].baseline,
        needed: whole[run].needed, resampled: again.map { $0[run].rank }.sorted())
    }
  }

  private typealias Pair = (baseline: Double, needed: Result<Double, Missing>, rank: Double)

  /// Evaluations of both at the error of every baseline run, for one set of mean errors.
  private static func reading(
    _ errors: [Double], _ split: Int, _ method: ErrorCurve, _ baseline: ErrorCurve, _ floor: Double
  ) -> [Pair] {
    let old = ErrorEnvelope(
      evaluations: baseline.evaluations, errors: Array(errors[..<split]), floor: floor)
    let new = ErrorEnvelope(
      evaluations: method.evaluations, errors: Array(errors[split...]), floor: floor)
    return baseline.runs.indices.map { run in
      var cost = baseline.runs[run].evaluations
      guard errors[run] > floor else {
        return (cost, .failure(Missing(reason: .baselineAtFloor(floor))), -.infinity)
      }
      // A longer run with a greater error than a shorter one has its error at the shorter's cost.
      switch old.evaluations(for: errors[run]) {
      case .at(let least), .fewer(let least): cost = min(cost, least)
      case .never: break
      }
      switch new.evaluations(for: errors[run]) {
      case .at(let needed): return (cost, .success(needed), 1 - needed / cost)
      case .fewer(let bound):
        let reason = Reason.shortestIsBetter(evaluations: bound)
        return (cost, .failure(Missing(reason: reason)), .infinity)
      case .never(let lowest):
        return (cost, .failure(Missing(reason: .neverAsLow(lowest: lowest))), -.infinity)
      }
    }
  }
}

extension [Saving] {
  /// The one to quote: at the error of the longest baseline run whose saving is known from below,
  /// where a user who wants quality stands; where none is, of the longest that has a saving.
  public var headline: Saving? {
    last { $0.share != nil && $0.interval().low != nil } ?? last { $0.share != nil }
  }
}
