import Foundation
public import Arrays

/// The second loop: a batch in which every row takes steps of its own, an attempt at a time.
///
/// Of the grid it takes the first and the last positive level and the process; where to stop
/// between them is the method's. Like ``SamplingRun`` in all else:
///
///     var run = AdaptiveRun(
///       from: start, down: levels, by: DormandPrince(), with: score, samples: samples)
///     while run.advance() { report(run.progress) }
///     let result = run.result
public struct AdaptiveRun: SamplingLoop {
  /// Attempts a row may take unless told otherwise: a hundred times what the methods here take at
  /// their own tolerances.
  public static let attemptLimit = 10_000

  /// The rows still on their way, less the ``center``.
  public private(set) var walk: AdaptiveWalk
  /// What states are stepped about, so that an error is held against their distance from it: the
  /// score's mean; nil where that is zero or not known.
  public let center: [Float]?
  /// The grid, of which the ends count.
  public let levels: NoiseLevels
  private let method: any AdaptiveSampler
  private let score: any Score
  private let limit: Int
  private var failed: SamplingStatus?
  private let count: Int

  /// A run that starts from states at the first level.
  ///
  /// - Parameters:
  ///   - start: x at σ_max in data units, B × d.
  ///   - levels: The ends and the process.
  ///   - method: How steps are made and chosen.
  ///   - score: The model.
  ///   - samples: Whose rows these are; as many as rows.
  ///   - attemptLimit: Attempts a row may take; the run ends with a row that would need more.
  ///   - origin: What the sizes of states are measured from.
  ///   - workers: The threads to use.
  public init(
    from start: Points, down levels: NoiseLevels, by method: some AdaptiveSampler,
    with score: some Score, samples: Samples, attemptLimit: Int = AdaptiveRun.attemptLimit,
    origin: RunOrigin = .mean, workers: Workers = .all
  ) {
    precondition(start.count == samples.count, "One sample index a row.")
    precondition(start.dimension == score.dimension, "States have the score's dimension.")
    precondition((1...Int(Int32.max)).contains(attemptLimit), "A row takes at least one attempt.")
    self.levels = levels
    self.method = method
    center = origin.center(of: score)
    self.score = center.map { CenteredScore(score, about: $0) } ?? score
    var start = start
    if let center { start.translate(by: center.map { -$0 }, workers: workers) }
    limit = attemptLimit
    count = start.count
    walk = AdaptiveWalk(
      start, down: levels, by: method, workspace: Workspace(samples: samples, workers: workers))
  }

  /// Tries one step of every row still on its way; false when none was.
  public mutating func advance() -> Bool {
    guard failed == nil, !walk.rows.isEmpty else { return false }
    method.attempt(&walk, with: score)
    failed = walk.fault
    let stuck = walk.rows.first { $0.position > walk.end && walk.attempts >= limit }
    if failed == nil, let stuck {
      failed = .tooManySteps(row: stuck.index, sigma: sigma(of: stuck))
    }
    return true
  }

  /// The mean over the rows of the share of log σ_max/σ_min that is behind them.
  public var progress: Double {
    let (first, last) = (levels.sigmaMax, levels.sigmaMin)
    guard count > 0, first > last else { return walk.rows.isEmpty ? 1 : 0 }
    let left = walk.rows.reduce(0) { $0 + log(sigma(of: $1) / last) / log(first / last) }
    // σ at a place of the axis is exact to rounding.
    return min(1, max(0, 1 - left / Double(count)))
  }

  /// The mean over all samples, arrived or not.
  public var meanEvaluations: Double {
    Double(walk.evaluationTotal) / Double(max(1, count))
  }

  /// What the run has come to.
  public var result: SamplingResult {
    var result = walk.result
    if let center { result.samples.translate(by: center, workers: walk.workers) }
    result.status =
      failed ?? (walk.rows.isEmpty ? .finished : .stopped(step: walk.attempts))
    return result
  }

  private func sigma(of row: AdaptiveRow) -> Double {
    method.sigma(at: row.position, of: levels.process)
  }
}
