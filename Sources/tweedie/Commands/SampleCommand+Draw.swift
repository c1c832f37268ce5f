import Arrays
import Diffusion

/// Drawing: batches one after another, or, where rows cost little, one on each thread.
extension SampleCommand {
  /// All samples, some rows at a time, by the model's score or another in its place.
  static func draw(
    _ plan: SamplingPlan, _ model: LoadedModel, by score: (any Score)? = nil,
    _ options: SamplingOptions, _ common: CommonOptions, _ console: Console, _ trace: inout Trace?
  ) throws -> Drawn {
    var all = Drawn(samples: Points(count: plan.count, dimension: model.score.dimension))
    var line = console.progress("sampling")
    let batches = stride(from: 0, to: plan.count, by: plan.batch).map {
      $0..<min(plan.count, $0 + plan.batch)
    }
    let abreast = trace == nil ? plan.batchesAbreast(on: common.workers) : 1
    for index in stride(from: 0, to: batches.count, by: abreast) {
      let group = batches[index..<min(index + abreast, batches.count)]
      let workers = group.count > 1 ? Workers(count: 1) : common.workers
      let lanes = group.map { rows in
        let samples = Samples(
          seed: common.seed, first: options.first + rows.lowerBound, count: rows.count)
        let start = plan.start(rows, for: model, samples, common.workers)
        trace?.record(start, step: 0, from: rows.lowerBound)
        return Lane(
          rows,
          plan.sampler.run(
            from: start, down: plan.levels, with: score ?? model.score, samples: samples,
            increments: plan.increments, origin: plan.origin, workers: workers))
      }
      while lanes.contains(where: { !$0.isDone }) {
        if lanes.count > 1 {
          common.workers.forEach(lanes.count) { _, lane in lanes[lane].advance(stepsAbreast) }
        } else {
          lanes[0].advance(1)
        }
        try console.checkInterrupt()
        if trace != nil, let run = lanes[0].run as? SamplingRun {
          trace?.record(run.states, step: run.walk.step, from: lanes[0].rows.lowerBound)
        }
        line.update(
          done: lanes[0].rows.lowerBound + lanes.reduce(0) { $0 + $1.done }, total: plan.count,
          detail: "\(lanes[0].run.meanEvaluations.formatted(digits: 4)) evaluations a sample")
      }
      for lane in lanes {
        let part = lane.run.result
        if let failure = failure(part.status, plan, first: options.first + lane.rows.lowerBound) {
          line.end()
          throw failure
        }
        all.add(part, from: lane.rows.lowerBound)
      }
    }
    line.end()
    return all
  }

  /// Steps that threads take by themselves: meeting after each would cost as much as a step.
  private static let stepsAbreast = 32

  /// A batch on its way; no two threads hold it at once.
  private final class Lane: @unchecked Sendable {
    let rows: Range<Int>
    private(set) var run: any SamplingLoop
    private(set) var isDone = false

    init(_ rows: Range<Int>, _ run: any SamplingLoop) {
      self.rows = rows
      self.run = run
    }

    /// Rows, as far as they have come.
    var done: Int { Int(run.progress * Double(rows.count)) }

    func advance(_ steps: Int) {
      for _ in 0..<steps where !isDone { isDone = !run.advance() }
    }
  }

  /// What to say where a run did not reach its end; its first row is sample `first`.
  private static func failure(
    _ status: SamplingStatus, _ plan: SamplingPlan, first: Int
  ) -> Failure? {
    switch status {
    case .finished, .stopped: return nil
    case .notFinite(let row, let step):
      let steps = plan.steps.map { " of \($0)" } ?? ""
      let hint = plan.steps == nil ? "smaller --tolerance" : "greater --steps"
      return .run(
        "Sample \(first + row) is not finite after step \(step + 1)\(steps); "
          + "a smaller --sigma-max or a \(hint) may help.")
    case .tooManySteps(let row, let sigma):
      return .run(
        "Sample \(first + row) has come no further than sigma \(sigma.formatted(digits: 3)) in "
          + "\(AdaptiveRun.attemptLimit) attempts; a greater --tolerance may help.")
    }
  }
}
