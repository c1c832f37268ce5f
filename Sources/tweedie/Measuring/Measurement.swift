import Arrays
import Diffusion
import Files

/// The runs of a measurement, each kept as it ends.
struct Measurement {
  /// One run of all rows of all seeds.
  struct Run {
    let setting: Setting
    /// The samples of the first seed, then those of the next.
    let samples: Points
    let evaluations: Double
    let evaluationsMax: Int
    let seconds: Double
    /// What else is known of it, as JSON: the jump it began with.
    let facts: JSONValue
    let stochastic: Bool
  }

  let model: LoadedModel
  let seeds: [UInt64]
  let count: Int
  let shared: SharedOptions
  let workers: Workers
  let console: Console
  let state: MeasureState
  private var line: ProgressLine
  private var done = 0
  /// Evaluations a sample of everything to come, as far as they are known.
  private var total: Int
  /// How much of the work is behind, for the sentence of an interrupted run.
  private var finished = 0
  private let settingCount: Int

  init(
    _ settings: [Setting], of model: LoadedModel, seeds: [UInt64], count: Int,
    shared: SharedOptions,
    state: MeasureState, common: CommonOptions
  ) {
    self.model = model
    self.seeds = seeds
    self.count = count
    self.shared = shared
    self.state = state
    workers = common.workers
    console = common.console
    line = console.progress("measuring")
    settingCount = settings.count
    total = settings.reduce(0) { $0 + Self.cost($1) } * seeds.count
  }

  /// √(tr Cov[x₀]): the unit of every error.
  var spread: Double { model.lengthUnit * Double(model.score.dimension).squareRoot() }

  /// Evaluations a sample that a setting is about to take.
  static func cost(_ setting: Setting) -> Int {
    let facts = Choices.allSamplers.first { $0.name == setting.sampler }
    // An adaptive method takes some hundred.
    return setting.steps.flatMap { facts?.evaluations(steps: $0) } ?? 100
  }

  /// The plan of a setting; words about the start are said once, by the caller.
  func plan(_ setting: Setting) throws -> SamplingPlan {
    let silent = Console(json: console.json, quiet: true, progress: false)
    var options = try setting.options(shared)
    options.count = count
    return try SamplingPlan(options, model, silent, workers: workers)
  }

  /// Settles what Ctrl-C says from here on.
  func announce() {
    Interrupt.sentence =
      "Interrupted: \(finished) of \(settingCount) settings are kept in \(state.folder); "
      + "--resume goes on with them."
  }

  /// The run of a setting, recalled or made.
  mutating func run(_ setting: Setting, _ number: Int) throws -> Run {
    defer {
      finished += 1
      announce()
    }
    let name = "run-\(number)-\(setting.name)"
    let stochastic =
      Choices.allSamplers.first { $0.name == setting.sampler }?.stochastic ?? false
    if let (points, facts) = try state.recall(name) {
      done += Self.cost(setting) * seeds.count
      return Run(
        setting: setting, samples: points, evaluations: facts["evaluations"]?.double ?? .nan,
        evaluationsMax: facts["evaluationsMax"]?.int ?? 0,
        seconds: facts["seconds"]?.double ?? .nan, facts: facts, stochastic: stochastic)
    }
    // The walk changes the line of progress while its loops are made.
    let (plan, model, workers) = (try plan(setting), model, workers)
    var all = Points(count: count * seeds.count, dimension: model.score.dimension)
    var evaluations: [Int] = []
    let clock = ContinuousClock.now
    for (block, seed) in seeds.enumerated() {
      let result = try walk(plan, seed: seed, setting.words, cost: Self.cost(setting)) {
        rows, samples in
        plan.sampler.run(
          from: plan.start(rows, for: model, samples, workers), down: plan.levels,
          with: model.score, samples: samples, increments: plan.increments,
          origin: plan.origin, workers: workers)
      }
      all.replaceRows(from: block * count, with: result.samples)
      evaluations += result.evaluations
    }
    let seconds = (ContinuousClock.now - clock).seconds
    let mean = Double(evaluations.reduce(0, +)) / Double(evaluations.count)
    let facts =
      [
        JSONMember("evaluations", .number(mean)),
        JSONMember("evaluationsMax", .integer(evaluations.max() ?? 0)),
        JSONMember("seconds", .number(seconds)),
      ] + jump(plan)
    try state.keep(all, facts, as: name)
    return Run(
      setting: setting, samples: all, evaluations: mean, evaluationsMax: evaluations.max() ?? 0,
      seconds: seconds, facts: .object(facts), stochastic: stochastic)
  }

  /// What a plan knows of the jump it begins with.
  private func jump(_ plan: SamplingPlan) -> [JSONMember] {
    [
      JSONMember("teleportSigma", plan.teleport.map { .number($0.sigma) } ?? .null),
      JSONMember("nats", plan.teleport?.nats.map { .number($0) } ?? .null),
      JSONMember("kind", plan.teleport.map { .string($0.jump.kind) } ?? .null),
      JSONMember(
        "calibrationEvaluations", .integer(plan.teleport?.calibrationEvaluations ?? 0)),
      JSONMember("surrogateEvaluations", .integer(plan.teleport?.surrogateEvaluations ?? 0)),
    ]
  }

  /// All rows of one seed down to 0, some at a time.
  mutating func walk(
    _ plan: SamplingPlan, seed: UInt64, _ words: String, cost: Int,
    _ loop: (Range<Int>, Samples) -> any SamplingLoop
  ) throws -> (samples: Points, evaluations: [Int]) {
    var all = Points(count: count, dimension: model.score.dimension)
    var evaluations: [Int] = []
    for first in stride(from: 0, to: count, by: plan.batch) {
      let rows = first..<min(count, first + plan.batch)
      var run = loop(rows, Samples(seed: seed, first: first, count: rows.count))
      while run.advance() {
        try console.checkInterrupt()
        let share = (Double(first) + run.progress * Double(rows.count)) / Double(count)
        line.update(done: done + Int(share * Double(cost)), total: max(total, done), detail: words)
      }
      let result = run.result
      guard case .finished = result.status else {
        line.end()
        throw Failure.run("\(words), seed \(seed): \(Self.sentence(result.status, first))")
      }
      all.replaceRows(from: first, with: result.samples)
      evaluations += result.evaluations
    }
    done += cost
    SystemMemory.returnFreed()
    return (all, evaluations)
  }

  /// Adds work that was not known of before.
  mutating func expect(_ evaluations: Int) { total += evaluations }

  /// Clears the line of progress.
  func end() { line.end() }

  private static func sentence(_ status: SamplingStatus, _ first: Int) -> String {
    switch status {
    case .notFinite(let row, let step):
      "sample \(first + row) is not finite after step \(step + 1)."
    case .tooManySteps(let row, let sigma):
      "sample \(first + row) has come no further than sigma \(sigma.formatted(digits: 3))."
    case .finished, .stopped: "it was stopped."
    }
  }
}
