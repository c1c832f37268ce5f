import Arrays
import Diffusion
import Files

/// What runs are held against: the error of every row, and what the measure cannot tell from none.
struct Truth {
  /// A converged solution of the same starts, or a law.
  enum Kind {
    case flow(Points)
    case law(EnergyErrors, reference: Points)
  }

  let kind: Kind
  let floor: Double
  /// How it was come by, in words.
  let words: String
  let steps: Int?

  /// The error of each row.
  func errors(of samples: Points, spread: Double) -> [Double] {
    switch kind {
    case .flow(let solution): samples.trajectoryErrors(from: solution, spread: spread)
    case .law(let law, _): law.errors(of: samples)
    }
  }

  /// The standard error of their mean.
  func standardError(of run: ErrorCurve.Run, _ samples: Points, _ workers: Workers, spread: Double)
    -> Double
  {
    switch kind {
    case .flow: run.standardError
    // Between nearly equal laws the part of second order rules, which rows alone do not tell.
    case .law(_, let reference):
      EnergyDistance().estimate(samples, against: reference, workers: workers).standardError
        / spread
    }
  }
}

extension Truth {
  /// The share of the least error measured that the solution may still change by.
  static let convergedShare = 0.05
  /// Evaluations of the solution, in those of all runs together, and at least.
  static let budget = (share: 4, least: 1000)
}

extension Measurement {
  /// The converged solution from the starts of these runs.
  mutating func flow(under runs: [Run], budget: Int) throws -> Truth {
    // The longest: a run of one step has no last level apart from its first.
    guard let first = runs.last(where: { $0.setting.teleport == Setting.noTeleport }) else {
      preconditionFailure("There is always a run without teleportation.")
    }
    let plan = try plan(first.setting)
    var flows = seeds.map { seed in
      ConvergedFlow(
        from: plan.start(
          0..<count, for: model, Samples(seed: seed, first: 0, count: count), workers),
        sigmaMax: plan.levels.sigmaMax, sigmaMin: plan.levels.sigmaMin, spread: spread)
    }
    var spent = 0
    while true {
      let (steps, cost) = (flows[0].nextSteps, flows[0].nextEvaluations)
      expect(cost * seeds.count)
      try refine(&flows, plan, "reference with \(steps) steps", name: "reference-\(steps)")
      spent += cost
      let change = flows.reduce(0) { $0 + $1.change } / Double(flows.count)
      guard change.isFinite else { continue }
      let solution = joined(flows.compactMap(\.solution))
      let least = runs.map { run in
        let errors = run.samples.trajectoryErrors(from: solution, spread: spread)
        return errors.reduce(0, +) / Double(errors.count)
      }.min()
      let isConverged = change <= Truth.convergedShare * (least ?? 0)
      guard isConverged || spent + flows[0].nextEvaluations > budget else { continue }
      let end =
        isConverged
        ? "below a twentieth of every error measured"
        : "where its budget of evaluations ended"
      return Truth(
        kind: .flow(solution), floor: change,
        words: "the probability flow from the same starts by unipc of order 3 with \(steps) steps, "
          + "doubled until the change was \(Shown(change).text), \(end)", steps: steps)
    }
  }

  private mutating func refine(
    _ flows: inout [ConvergedFlow], _ plan: SamplingPlan, _ words: String, name: String
  ) throws {
    if let (points, _) = try state.recall(name) {
      for block in flows.indices {
        flows[block].refine(points.rows(block * count..<(block + 1) * count))
      }
      return
    }
    let (model, workers) = (model, workers)
    for (block, seed) in seeds.enumerated() {
      let flow = flows[block]
      let result = try walk(plan, seed: seed, words, cost: flow.nextEvaluations) { rows, samples in
        flow.refinement(of: rows, with: model.score, samples: samples, workers: workers)
      }
      flows[block].refine(result.samples)
    }
    try state.keep(joined(flows.compactMap(\.solution)), [], as: name)
  }

  /// The error of every jump alone: the flow is exact from where it lands.
  ///
  /// Nil where the reference is no solution of the same starts, or the jump goes all the way.
  mutating func jumpErrors(under runs: [Run], _ truth: Truth) throws -> [String: Double] {
    guard case .flow(let solution) = truth.kind, let steps = truth.steps else { return [:] }
    var errors: [String: Double] = [:]
    for run in runs where run.setting.teleport != Setting.noTeleport {
      let jump = run.setting.teleport
      let plan = try plan(run.setting)
      // The last of a kind has most levels.
      // A way of next to nothing has no steps that Double tells apart.
      let least = plan.wholeLevels.sigmaMin * (1 + NoiseLevels.leastFall)
      guard let sigma = plan.teleport?.sigma, sigma > least else { continue }
      guard errors[jump] == nil else { continue }
      let samples = try landed(plan, from: sigma, steps: steps, "jump-\(jump)")
      let rows = samples.trajectoryErrors(from: solution, spread: spread)
      errors[jump] = rows.reduce(0, +) / Double(rows.count)
    }
    return errors
  }

  private mutating func landed(
    _ plan: SamplingPlan, from sigma: Double, steps: Int, _ name: String
  ) throws -> Points {
    if let (points, _) = try state.recall(name) { return points }
    let levels = NoiseLevels(
      .karras, steps: steps, from: sigma, to: plan.wholeLevels.sigmaMin)
    let (model, workers) = (model, workers)
    expect(steps * seeds.count)
    let blocks = try seeds.map { seed in
      try walk(plan, seed: seed, "reference after a jump", cost: steps) { rows, samples in
        Method.fixed(UniPC(order: 3, steps: steps)).run(
          from: plan.start(rows, for: model, samples, workers), down: levels, with: model.score,
          samples: samples, increments: IndependentIncrements(), origin: .mean, workers: workers)
      }.samples
    }
    let points = joined(blocks)
    try state.keep(points, [], as: name)
    return points
  }

  /// Draws of the law that runs of a stochastic sampler should have.
  mutating func law(under runs: [Run]) throws -> Truth {
    if let exact = model.score as? any DrawableScore & DensityScore {
      let size = count * seeds.count
      let reference = exact.draws(
        Samples(seed: seeds[0], first: 0, count: size), purpose: .measure)
      let floor = floor(of: exact, size: size)
      return Truth(
        kind: .law(
          EnergyErrors(from: reference, spread: spread, workers: workers), reference: reference),
        floor: floor,
        words:
          "\(size) exact draws of the model, against which \(size) others lie within the floor",
        steps: nil)
    }
    return try convergedLaw(runs)
  }

  private func floor(of law: some DrawableScore, size: Int) -> Double {
    2
      * Floor(
        of: EnergyDistance(), drawing: law, count: size, referenceCount: size, seed: seeds[0],
        workers: workers
      ).level / spread
  }

  /// Runs of the same sampler with many more steps: smoothing leaves no density, and samplers that
  /// draw noise in different amounts then have different limits.
  private mutating func convergedLaw(_ runs: [Run]) throws -> Truth {
    let setting = runs[0].setting
    let steps = (runs.compactMap(\.setting.steps).max() ?? 0) * Self.lawFactor
    let tolerance = (runs.compactMap(\.setting.tolerance).min() ?? 1) / Double(Self.lawFactor)
    func finer(_ divisor: Int) -> Setting {
      Setting(
        sampler: setting.sampler, steps: setting.steps == nil ? nil : steps / divisor,
        tolerance: setting.steps == nil ? tolerance * Double(divisor) : nil,
        teleport: Setting.noTeleport)
    }
    // Seeds of their own, away from those of the runs.
    let reference = try lawDraws(finer(1), shift: 1 << 32)
    let second = try lawDraws(finer(1), shift: 2 << 32)
    let coarser = try lawDraws(finer(2), shift: 3 << 32)
    let null = EnergyDistance().estimate(second, against: reference, workers: workers)
    let change = EnergyDistance().estimate(coarser, against: reference, workers: workers)
    let floor = max(2 * abs(null.value), 2 * null.standardError, change.value) / spread
    return Truth(
      kind: .law(
        EnergyErrors(from: reference, spread: spread, workers: workers), reference: reference),
      floor: floor,
      words: "\(setting.sampler) itself with \(finer(1).size) steps and other seeds", steps: steps)
  }

  /// How many times the steps of the longest run the reference of a law has.
  private static let lawFactor = 8

  private mutating func lawDraws(_ setting: Setting, shift: UInt64) throws -> Points {
    let name = "law-\(setting.name)-\(shift >> 32)"
    if let (points, _) = try state.recall(name) { return points }
    let (plan, model, workers) = (try plan(setting), model, workers)
    expect(Self.cost(setting) * seeds.count)
    let blocks = try seeds.map { seed in
      try walk(
        plan, seed: seed &+ shift, "reference of \(setting.sampler)", cost: Self.cost(setting)
      ) {
        rows, samples in
        plan.sampler.run(
          from: plan.start(rows, for: model, samples, workers), down: plan.levels,
          with: model.score, samples: samples, increments: plan.increments,
          origin: plan.origin, workers: workers)
      }.samples
    }
    let points = joined(blocks)
    try state.keep(points, [], as: name)
    return points
  }

  /// Blocks of rows, one under the other.
  private func joined(_ blocks: [Points]) -> Points {
    Points(
      count: blocks.reduce(0) { $0 + $1.count }, dimension: model.score.dimension,
      values: blocks.flatMap(\.values))
  }
}
