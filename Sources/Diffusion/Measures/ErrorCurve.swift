import Foundation

/// The error of one method against what it costs, with the error of every row kept.
///
/// The runs of a curve have the same rows in the same order, and so have curves that are compared:
/// row i of each started from the same state. The error of a run is the mean of its rows.
public struct ErrorCurve: Sendable, Equatable {
  /// One run: what a sample cost and how wrong each row is.
  public struct Run: Sendable, Equatable {
    /// Denoiser evaluations a sample, the mean over the samples.
    public let evaluations: Double
    /// The error of each row, without unit.
    public let errors: [Double]

    /// A run of at least one row.
    public init(evaluations: Double, errors: [Double]) {
      precondition(evaluations > 0 && !errors.isEmpty, "A run has rows, and they cost something.")
      self.evaluations = evaluations
      self.errors = errors
    }

    /// The mean over the rows.
    public var error: Double { errors.reduce(0, +) / Double(errors.count) }

    /// The standard error of that mean, s/√n; 0 of a single row.
    public var standardError: Double {
      let (mean, n) = (error, Double(errors.count))
      guard n > 1 else { return 0 }
      let squares = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (squares / (n - 1) / n).squareRoot()
    }
  }

  /// The runs, by rising cost.
  public let runs: [Run]

  /// A curve through runs of as many rows each.
  public init(_ runs: [Run]) {
    precondition(
      runs.allSatisfy { $0.errors.count == runs[0].errors.count },
      "The runs of a curve have the same rows.")
    self.runs = runs.sorted { ($0.evaluations, $0.error) < ($1.evaluations, $1.error) }
  }

  /// What each of the runs costs.
  public var evaluations: [Double] { runs.map(\.evaluations) }
}

/// The least error within a cost: the running minimum of a curve, straight in log error against
/// log evaluations between the runs.
///
/// More steps are not always better when errors are measured on some rows; who may take N
/// evaluations may also take fewer. So the error within N evaluations never rises with N, and
/// every error between the first and the lowest is met at one N, the least.
struct ErrorEnvelope {
  private let evaluations: [Double]
  private let logErrors: [Double]

  /// Errors below `floor` count as `floor`: beneath it there is nothing to tell apart.
  init(evaluations: [Double], errors: [Double], floor: Double) {
    var (costs, lows): ([Double], [Double]) = ([], [])
    var lowest = Double.infinity
    // A logarithm needs something positive, and no error this small was ever measured.
    let least = max(floor, Double.leastNormalMagnitude)
    for (cost, error) in zip(evaluations, errors) {
      lowest = min(lowest, log(max(error, least)))
      // Of runs that cost the same the best counts.
      if costs.last == cost {
        lows[lows.count - 1] = lowest
      } else {
        costs.append(cost)
        lows.append(lowest)
      }
    }
    (self.evaluations, logErrors) = (costs, lows)
  }

  /// The evaluations it takes to come down to `error`.
  func evaluations(for error: Double) -> Reading {
    let target = log(error)
    guard let first = logErrors.first, let last = logErrors.last else {
      return .never(lowest: .infinity)
    }
    if target > first { return .fewer(than: evaluations[0]) }
    guard let at = logErrors.firstIndex(where: { $0 <= target }) else {
      return .never(lowest: exp(last))
    }
    // The first run meets its own error, and so does every other.
    if logErrors[at] == target || at == 0 { return .at(evaluations[at]) }
    let (high, low) = (logErrors[at - 1], logErrors[at])
    let share = (high - target) / (high - low)
    return .at(evaluations[at - 1] * pow(evaluations[at] / evaluations[at - 1], share))
  }

  /// What a curve says about an error.
  enum Reading: Equatable {
    /// It is met here.
    case at(Double)
    /// The shortest run is better already.
    case fewer(than: Double)
    /// No run is as good.
    case never(lowest: Double)
  }
}
