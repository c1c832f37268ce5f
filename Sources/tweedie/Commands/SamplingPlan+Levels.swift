import Diffusion
import Files

/// The noise levels of a run.
extension SamplingPlan {
  /// The one level of a Markov chain; nil for methods that walk down a grid.
  static func level(
    heldFor steps: Int, _ options: SamplingOptions, _ model: LoadedModel
  ) throws -> NoiseLevels? {
    guard Choices.holdsOneLevel(options.sampler) else {
      guard options.sigma == nil else {
        throw Failure.usage(
          "--sigma belongs to the samplers langevin, mala, not to \(options.sampler).")
      }
      return nil
    }
    guard options.sigmaMax == nil, options.sigmaMin == nil, options.schedule == nil else {
      throw Failure.usage(
        "\(options.sampler) moves at one level, --sigma; it takes no --schedule, --sigma-max or "
          + "--sigma-min.")
    }
    let sigma = options.sigma ?? 0.1 * model.lengthUnit
    if let fault = NoiseLevels.fault(in: [sigma], of: .varianceExploding) {
      throw Failure.usage(
        "The deviation of \(model.name), \(model.score.deviation.formatted(digits: 3)), gives "
          + "noise levels that \(words(fault)).")
    }
    return NoiseLevels(holding: sigma, steps: steps)
  }

  /// The grid, over the data's own range of noise unless told otherwise, and the last level asked
  /// for: a grid of one step does not reach it, and one to 0 ends above it.
  static func levels(
    _ schedule: Schedule, _ steps: Int, _ options: SamplingOptions, _ model: LoadedModel
  ) throws -> (levels: NoiseLevels, floor: Double) {
    if options.timeEnd != nil && ["ve", "ve-geometric"].contains(options.process) {
      throw Failure.usage("--time-end goes with --process vp, sub-vp, cosine or line.")
    }
    if case .explicit(let sigmas) = schedule { return try levels(sigmas, options, model) }
    try checkZero(options, schedule)
    let ends = try ends(options, model)
    guard ends.low < ends.high || !ends.low.isFinite || steps == 1 else {
      throw Failure.usage(
        "--sigma-min \(ends.low.formatted(digits: 4)) must lie below --sigma-max "
          + "\(ends.high.formatted(digits: 4)).")
    }
    try checkLevels(options, model) { others in
      let ends = try Self.ends(others, model)
      var schedule = schedule
      if case .karras = schedule { schedule = .karras(rho: others.rho ?? Choices.defaultRho) }
      let sigmas = NoiseLevels.sigmas(
        schedule, steps: others.steps ?? (options.steps == nil ? steps : 2), from: ends.high,
        to: ends.low, process: ends.process, unit: ends.unit)
      return NoiseLevels.fault(in: sigmas, of: ends.process)
    }
    let levels = NoiseLevels(
      schedule, steps: steps, from: ends.high, to: ends.low, process: ends.process, unit: ends.unit)
    return (levels, ends.low > 0 ? min(ends.low, ends.high) : levels.sigmaMin)
  }

  /// Where a grid begins and ends, the process between, and the length that it takes for one.
  private static func ends(
    _ options: SamplingOptions, _ model: LoadedModel
  ) throws -> (high: Double, low: Double, process: NoiseProcess, unit: Double) {
    let own = model.noiseRange
    let unit = try Choices.processUnit(options, model)
    let named = try Choices.process(options.process, range: own, beta: options.beta, unit: unit)
    let published =
      options.process == "ve-geometric" ? own : named.publishedRange ?? own
    let lowest = model.isNarrow ? min(published.lowerBound, own.lowerBound) : published.lowerBound
    let high = options.sigmaMax ?? published.upperBound
    let low =
      options.sigmaMin ?? options.timeEnd.map { named.sigma(at: $0) } ?? min(lowest, high / 2)
    let process = try Choices.process(
      options.process, range: min(low, high)...max(low, high), beta: options.beta, unit: unit)
    return (high, low, process, unit)
  }

  /// The levels of a file.
  private static func levels(
    _ sigmas: [Double], _ options: SamplingOptions, _ model: LoadedModel
  ) throws -> (levels: NoiseLevels, floor: Double) {
    let (first, last) = (sigmas[0], sigmas[sigmas.count - 1])
    let process = try Choices.process(
      options.process, range: last...first, beta: options.beta,
      unit: try Choices.processUnit(options, model))
    try agree("--time-end", options.timeEnd.map(process.sigma), last)
    try agree("--steps", options.steps.map(Double.init), Double(sigmas.count))
    try agree("--sigma-max", options.sigmaMax, first)
    try agree("--sigma-min", options.sigmaMin, last)
    if let fault = NoiseLevels.fault(in: sigmas, of: process) {
      throw Failure.data(
        file: options.schedule ?? "", place: nil,
        rule: "a run cannot go down levels that \(words(fault))")
    }
    return (NoiseLevels(sigmas: sigmas, process: process), last)
  }

  /// A grid to time 0 needs steps that can come there.
  private static func checkZero(_ options: SamplingOptions, _ schedule: Schedule) throws {
    guard options.timeEnd == 0 else { return }
    if Choices.isAdaptive(options.sampler) {
      throw Failure.usage(
        "--time-end 0 needs a sampler that takes --steps; \(options.sampler) chooses its own and "
          + "needs an end above 0, such as 1e-5.")
    }
    if schedule == .logLinear {
      throw Failure.usage(
        "--time-end 0 does not go with --schedule log-linear, which never comes to 0.")
    }
  }

  /// Refuses an option that says something else than the file of levels does.
  private static func agree(_ option: String, _ given: Double?, _ found: Double) throws {
    // Levels have been through Float32.
    guard let given, abs(given - found) > 1e-6 * abs(found) else { return }
    throw Failure.usage(
      "\(option) \(given.formatted(digits: 6)) contradicts the file of levels, which has "
        + "\(found.formatted(digits: 6)).")
  }
}
