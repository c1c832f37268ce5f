public import Arrays

/// How a run ended.
public enum SamplingStatus: Sendable, Equatable {
  /// At σ = 0.
  case finished
  /// With a NaN or an infinity, in this row after this step (both from 0).
  case notFinite(row: Int, step: Int)
  /// With a row that took as many attempts as a row may, at this σ; the samples hold the states.
  case tooManySteps(row: Int, sigma: Double)
  /// Where the caller stopped it.
  case stopped(step: Int)
}

/// What a run gives.
public struct SamplingResult: Sendable {
  /// The samples, or the states where the run ended early: B × d.
  public var samples: Points
  /// Denoiser evaluations of each sample, the last denoising included.
  public var evaluations: [Int]
  /// Steps kept, of each sample.
  public var accepted: [Int]
  /// Steps taken back: by an adaptive method, or by a Markov chain's accept test.
  public var rejected: [Int]
  /// How it ended.
  public var status: SamplingStatus

  /// A result from its parts; one number a sample in each list.
  public init(
    samples: Points, evaluations: [Int], accepted: [Int], rejected: [Int], status: SamplingStatus
  ) {
    self.samples = samples
    self.evaluations = evaluations
    self.accepted = accepted
    self.rejected = rejected
    self.status = status
  }
}

/// The one loop: a batch walked down the levels, a step at a time.
///
/// Whoever drives it looks at the state between steps: progress, traces, animations and early
/// stops are callers of ``advance()``, not options of the loop.
///
///     var run = SamplingRun(from: start, down: levels, by: Heun(), with: score, samples: samples)
///     while run.advance() { report(run.walk.step) }
///     let result = run.result
public struct SamplingRun {
  /// The batch as it is now, less the ``center``.
  public private(set) var walk: Walk
  /// What states are stepped about: the score's mean where the process scales them or Float32 would
  /// hold them badly; nil where the steps are the same at every origin.
  public let center: [Float]?
  /// The grid.
  public let levels: NoiseLevels
  private let method: any Sampler
  private let score: any Score
  private var failed: SamplingStatus?

  /// A run that starts from states at the first level.
  ///
  /// - Parameters:
  ///   - start: x at σ_max in data units, B × d.
  ///   - levels: The grid.
  ///   - method: The step.
  ///   - score: The model.
  ///   - samples: Whose rows these are; as many as rows.
  ///   - increments: Where the steps' noise comes from.
  ///   - origin: What a process that scales states scales them about.
  ///   - workers: The threads to use.
  public init(
    from start: Points, down levels: NoiseLevels, by method: some Sampler, with score: some Score,
    samples: Samples, increments: any Increments = IndependentIncrements(),
    origin: RunOrigin = .mean, workers: Workers = .all
  ) {
    precondition(start.count == samples.count, "One sample index a row.")
    precondition(start.dimension == score.dimension, "States have the score's dimension.")
    self.levels = levels
    self.method = method
    center = origin.center(of: score, beyond: levels.process.keepsScale ? Frame.farthest : nil)
    self.score = center.map { CenteredScore(score, about: $0) } ?? score
    var start = start
    if let center { start.translate(by: center.map { -$0 }, workers: workers) }
    walk = Walk(
      start, method: method, process: levels.process,
      workspace: Workspace(samples: samples, workers: workers), increments: increments)
  }

  /// Makes one step; false when there was none to make.
  public mutating func advance() -> Bool {
    guard failed == nil, walk.step < levels.steps else { return false }
    method.step(
      &walk, from: levels.levels[walk.step], to: levels.levels[walk.step + 1], with: score)
    walk.step += 1
    if !walk.isKnownFinite, let row = walk.x.firstNotFiniteRow {
      failed = .notFinite(row: row, step: walk.step - 1)
    }
    return true
  }

  /// The states at the present level, B × d, in data units.
  public var states: Points {
    var states = walk.x
    if let center { states.translate(by: center, workers: walk.workers) }
    return states
  }

  /// What the run has come to.
  public var result: SamplingResult {
    let status = failed ?? (walk.step == levels.steps ? .finished : .stopped(step: walk.step))
    let count = walk.x.count
    return SamplingResult(
      samples: states, evaluations: [Int](repeating: walk.evaluations, count: count),
      accepted: walk.rejected.map { walk.step - $0 }, rejected: walk.rejected, status: status)
  }
}
