import Arrays
import Diffusion
import Files

/// The options of a run settled for a model: method, grid, start, sizes.
struct SamplingPlan {
  let sampler: Method
  let increments: any Increments
  /// The levels that the sampler walks: after the jump, where there is one.
  let levels: NoiseLevels
  /// The levels before the jump took some of them: states start at the first.
  let wholeLevels: NoiseLevels
  let teleport: TeleportPlan?
  let count: Int
  let batch: Int
  /// Whether rows cost so little that a thread is best left alone with a batch.
  private let isLight: Bool
  let defaultSchedule: String
  /// Steps of every sample; nil where each chooses its own.
  let steps: Int?
  private let prior: Prior
  private let drawable: (any DrawableScore)?
  private let initial: Points?
  /// What states are stepped about.
  let origin: RunOrigin

  init(
    _ options: SamplingOptions, _ model: LoadedModel, _ console: Console, workers: Workers = .all
  ) throws {
    let isAdaptive = Choices.isAdaptive(options.sampler)
    // An adaptive sampler needs the ends of a grid alone.
    let steps =
      isAdaptive ? 2 : options.steps ?? Self.defaultSteps(options, model)
    let usual = Choices.defaultSchedule(options, isNarrow: model.isNarrow)
    let isChain = Choices.holdsOneLevel(options.sampler)
    defaultSchedule = isChain ? "held" : usual
    let schedule = try Choices.schedule(
      options.schedule ?? usual, rho: options.rho ?? Choices.defaultRho)
    try Choices.refuseIdleOptions(options, schedule)
    let whole =
      try Self.level(heldFor: steps, options, model).map { (levels: $0, floor: $0.sigmaMin) }
      ?? Self.levels(schedule, steps, options, model)
    wholeLevels = whole.levels
    // Before the jump, which may take a calibration: wrong options are refused at once.
    let method = try Self.method(options, whole.levels, whole.levels, model)
    teleport = try TeleportPlan.settle(
      options, whole.levels, floor: whole.floor, stochastic: method.facts.stochastic,
      model, console, workers)
    levels =
      try teleport?.levels(
        of: whole.levels, schedule, floor: whole.floor, adaptive: isAdaptive) ?? whole.levels
    self.steps = isAdaptive ? nil : levels.steps
    sampler =
      teleport == nil ? method : try Self.method(options, levels, whole.levels, model)
    increments = try Choices.increments(options.noise)
    prior = try options.prior.map(Choices.prior) ?? .matched
    drawable = try Self.drawable(options, model)
    initial = try options.initial.map { try Self.initial($0, model, options) }
    origin = options.processUnit == "one" ? .zero : .mean
    let count = options.count ?? initial?.count ?? (model.image == nil ? 2000 : 64)
    self.count = count
    try Memory.require(count, of: model.score.dimension, "samples")
    // A dozen arrays of a batch (states, slopes, draws, shifted states) stay within some tens of
    // megabytes; products of fewer rows than this would cost more a row.
    let shifts = (model.score as? NearestNeighborScore)?.shifts ?? 1
    let most = max(256, (1 << 19) / (shifts * model.score.dimension))
    let remembered = (model.score as? any RememberingScore)?.rememberedRows ?? most
    // A method that chooses its steps drops rows as they finish; it goes on with few at the end.
    let light = isAdaptive ? nil : (model.score as? any LightScore)?.rowsAtOnce
    isLight = light != nil
    let rows = max(16, min(most, remembered, light ?? most))
    batch = min(
      count,
      options.batch
        ?? (isLight
          ? Self.evenly(count, by: rows, on: workers.count, whole: 16)
          : Self.evenly(count, by: rows)))
    if initial == nil, drawable == nil { note(isChain, model, console) }
  }

  /// The sampler's own number of steps, and more where a narrow law makes the way longer.
  private static func defaultSteps(_ options: SamplingOptions, _ model: LoadedModel) -> Int {
    let usual = Choices.defaultSteps(options.sampler)
    guard model.isNarrow, !Choices.holdsOneLevel(options.sampler) else { return usual }
    return Int((Double(usual) * model.wayLength).rounded(.up))
  }

  /// The method, of either kind, with its own options.
  private static func method(
    _ options: SamplingOptions, _ levels: NoiseLevels, _ whole: NoiseLevels, _ model: LoadedModel
  ) throws -> Method {
    if Choices.isAdaptive(options.sampler) {
      return .adaptive(
        try Choices.adaptiveSampler(
          options, scale: model.lengthUnit, width: model.shownWidth,
          range: model.image == nil ? nil : model.range))
    }
    try Choices.refuseAdaptiveOptions(options)
    return .fixed(
      try Choices.sampler(
        options.sampler,
        .init(
          steps: levels.steps, stepsBefore: whole.steps, eta: options.eta, churn: options.churn,
          corrections: options.corrections, signalToNoise: options.snr,
          stepSize: options.stepSize, density: model.score as? any DensityScore,
          gamma: options.gamma, mu: options.mu, order: options.order, base: options.unipcB)))
  }

  /// Rows of batches of one size, of at most `most` rows or, where rows come in `panel`s, a panel
  /// more; as many batches for each of the `threads`.
  private static func evenly(
    _ count: Int, by most: Int, on threads: Int = 1, whole panel: Int = 1
  ) -> Int {
    let batches = (count + most * threads - 1) / (most * threads) * threads
    return (count + panel * batches - 1) / (panel * batches) * panel
  }

  /// Batches that are drawn at once, each by a thread of its own.
  func batchesAbreast(on workers: Workers) -> Int {
    isLight ? min(workers.count, (count + batch - 1) / batch) : 1
  }

  /// A word about a start that may show in the samples.
  private func note(_ isChain: Bool, _ model: LoadedModel, _ console: Console) {
    let (sigma, deviation) = (
      wholeLevels.sigmaMax.formatted(digits: 3), model.score.deviation.formatted(digits: 3)
    )
    if isChain {
      console.note(
        "note: a chain at sigma \(sigma) from a Gaussian may not come to every mode at its "
          + "weight; --start data begins there.")
    } else if wholeLevels.sigmaMax < 3 * model.score.deviation {
      console.note(
        "note: sigma-max \(sigma) is small for data of deviation \(deviation); the start may "
          + "show in the samples.")
    }
  }

  /// States at the first of `levels` of some rows: x at σ_max, and the jump from there.
  func start(
    _ rows: Range<Int>, for model: LoadedModel, _ samples: Samples, _ workers: Workers
  ) -> Points {
    var states =
      initial?.rows(rows)
      ?? drawable?.noisedDraws(at: wholeLevels.sigmaMax, samples: samples, workers: workers)
      ?? prior.start(
        at: wholeLevels.levels[0], of: wholeLevels.process, for: model.score, samples: samples,
        workers: workers)
    if let teleport {
      teleport.jump.jump(
        &states, from: teleport.from, to: teleport.sigma,
        in: Workspace(samples: samples, workers: workers))
    }
    return states
  }

  /// What draws of the data come from, where trajectories start there.
  private static func drawable(
    _ options: SamplingOptions, _ model: LoadedModel
  ) throws -> (any DrawableScore)? {
    guard try Choices.start(options.start) == .data else { return nil }
    guard options.initial == nil else {
      throw Failure.usage("--start data and --initial both say where to start; give one.")
    }
    guard let drawable = model.score as? any DrawableScore else {
      throw Failure.usage("--start data needs a model with data or a known law to draw from.")
    }
    return drawable
  }

  /// States from a file, which have to fit the model: row i belongs to sample i.
  private static func initial(
    _ path: String, _ model: LoadedModel, _ options: SamplingOptions
  ) throws -> Points {
    let dimension = model.score.dimension
    let data = try DataFile.read(path, about: .given(model.frame.origin))
    guard data.points.dimension == dimension else {
      throw Failure.data(
        file: path, place: nil,
        rule: "initial states must have the model's \(dimension) coordinates, "
          + "found \(data.points.dimension)")
    }
    let rows = data.points.count
    guard options.first < rows, options.count ?? 1 <= rows - options.first else {
      let first = options.first == 0 ? "" : " from --first \(options.first) on"
      throw Failure.usage(
        "--count \(options.count ?? 1)\(first) asks for more samples than the \(rows) rows of "
          + "--initial.")
    }
    return model.frame.coordinates(
      of: data.points.rows(options.first..<rows), from: data.origin)
  }
}
