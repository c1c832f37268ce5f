public import Arrays

/// Where the probability flow takes given starts, by grids of twice as many steps until nothing
/// changes.
///
///     dx/dσ = (x − D)/σ from σ_max to σ_min, then x = D(x; σ_min)
///
/// by UniPC of order 3, which takes one evaluation a step: on a mixture and on smoothed neighbours
/// in the plane 128 steps come as close as 1024 of Heun's method. It ends as every sampler does that is held against it: what is measured is the error of the
/// steps, not of the level where they end. The flow in x does not depend on the noise process, so
/// neither does the solution.
///
///     var flow = ConvergedFlow(from: start, sigmaMax: 80, sigmaMin: 0.002, spread: 1)
///     while flow.change > wanted {
///       var run = flow.refinement(of: 0..<count, with: score, samples: samples)
///       while run.advance() {}
///       flow.refine(run.result.samples)
///     }
public struct ConvergedFlow: Sendable {
  /// Steps of the first grid.
  public static let firstSteps = 64

  /// x at σ_max.
  public let start: Points
  /// The first level.
  public let sigmaMax: Double
  /// The last positive level.
  public let sigmaMin: Double
  /// √(tr Cov[x₀]), the unit of changes.
  public let spread: Double
  /// The solution so far; nil before the first grid.
  public private(set) var solution: Points?
  /// How far each row moved from one grid to the next, in units of the spread.
  public private(set) var changes: [Double] = []
  /// Steps of the grid behind the solution.
  public private(set) var steps = 0

  /// The flow of these starts, unsolved.
  public init(from start: Points, sigmaMax: Double, sigmaMin: Double, spread: Double) {
    precondition(sigmaMax > sigmaMin && sigmaMin > 0 && spread > 0, "σ falls, to above 0.")
    self.start = start
    self.sigmaMax = sigmaMax
    self.sigmaMin = sigmaMin
    self.spread = spread
  }

  /// The mean of the changes; infinite before the second grid.
  public var change: Double {
    changes.isEmpty ? .infinity : changes.reduce(0, +) / Double(changes.count)
  }

  /// Steps of the grid to come.
  public var nextSteps: Int { steps == 0 ? Self.firstSteps : 2 * steps }

  /// Denoiser evaluations a row of the grid to come.
  public var nextEvaluations: Int { UniPC.facts.evaluations(steps: nextSteps) }

  /// The run of some rows down the grid to come.
  public func refinement(
    of rows: Range<Int>, with score: some Score, samples: Samples, workers: Workers = .all
  ) -> SamplingRun {
    SamplingRun(
      from: start.rows(rows),
      down: NoiseLevels(.karras, steps: nextSteps, from: sigmaMax, to: sigmaMin),
      by: UniPC(order: 3, steps: nextSteps), with: score, samples: samples, workers: workers)
  }

  /// Takes the samples of ``refinement(of:with:samples:workers:)`` for the solution.
  public mutating func refine(_ samples: Points) {
    steps = nextSteps
    changes = solution.map { samples.trajectoryErrors(from: $0, spread: spread) } ?? []
    solution = samples
  }
}
