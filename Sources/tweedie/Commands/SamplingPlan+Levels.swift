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
    return NoiseLevels(holding: options.sigma ?? 0.1 * model.lengthUnit, steps: steps)
  }

  /// The grid, over the data's own range of noise unless told otherwise, and the last level asked
  /// for: a grid of one step does not reach it.
  static func levels(
    _ schedule: Schedule, _ steps: Int, _ options: SamplingOptions, _ model: LoadedModel
  ) throws -> (levels: NoiseLevels, floor: Double) {
    let beta = options.beta
    let own = model.noiseRange
    let unit = try Choices.processUnit(options, model)
    let process = { (range: ClosedRange<Double>) in
      try Choices.process(options.process, range: range, beta: beta, unit: unit)
    }
    let named = try process(own)
    let published =
      options.process == "ve-geometric" ? own : named.publishedRange ?? own
    let lowest = model.isNarrow ? min(published.lowerBound, own.lowerBound) : published.lowerBound
    if options.timeEnd != nil && ["ve", "ve-geometric"].contains(options.process) {
      throw Failure.usage("--time-end goes with --process vp, sub-vp, cosine or line.")
    }
    let high = options.sigmaMax ?? published.upperBound
    let low =
      options.sigmaMin ?? options.timeEnd.map { named.sigma(at: $0) }
      ?? min(lowest, high / 2)
    if case .explicit(let sigmas) = schedule {
      try agree("--time-end", options.timeEnd.map(named.sigma), sigmas[sigmas.count - 1])
      try agree("--steps", options.steps.map(Double.init), Double(sigmas.count))
      try agree("--sigma-max", options.sigmaMax, sigmas[0])
      try agree("--sigma-min", options.sigmaMin, sigmas[sigmas.count - 1])
      let last = sigmas[sigmas.count - 1]
      return (NoiseLevels(sigmas: sigmas, process: try process(last...sigmas[0])), last)
    }
    guard low < high || steps == 1 else {
      throw Failure.usage(
        "--sigma-min \(low.formatted(digits: 4)) must lie below --sigma-max "
          + "\(high.formatted(digits: 4)).")
    }
    return (
      NoiseLevels(
        schedule, steps: steps, from: high, to: low, process: try process(min(low, high)...high),
        unit: unit), min(low, high)
    )
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
