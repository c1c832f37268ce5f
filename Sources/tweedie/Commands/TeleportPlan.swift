import Arrays
import Diffusion
import Files

/// The jump of a run settled for a model: which, and from where to where.
struct TeleportPlan {
  let jump: any Teleport
  /// σ_T, where states start.
  let from: Double
  /// Where they land and the sampler begins.
  let sigma: Double
  /// Nats spent; nil where nothing tells.
  let nats: Double?
  /// Nats allowed; nil where σ was given.
  let budget: Double?
  /// Evaluations of the model that the budget's calibration took in this program.
  let calibrationEvaluations: Int
  /// Whether the calibration was read from a file.
  let isCached: Bool
  let grid: Choices.TeleportGrid

  /// Evaluations of the surrogate for each sample.
  var surrogateEvaluations: Int { jump.surrogateEvaluations(from: from, to: sigma) }

  /// Nil where there is none: it is off, or would land where it starts.
  static func settle(
    _ options: SamplingOptions, _ levels: NoiseLevels, floor: Double, stochastic: Bool,
    _ model: LoadedModel, _ console: Console, _ workers: Workers
  ) throws -> TeleportPlan? {
    let target = try Choices.teleportTarget(options.teleport)
    try Choices.checkTeleportOptions(options, target)
    guard target != .off else { return nil }
    let grid = try Choices.teleportGrid(options.teleportGrid ?? "tail")
    let calibrations = model.calibrations
    let (from, word) = (levels.sigmaMax, options.teleportMoments)
    if case .sigma(let sigma) = target { try check(sigma, floor: floor) }
    let surrogate = try calibrations.surrogate(word, of: model, console, workers)
    let budget = options.teleportBudget ?? Choices.defaultTeleportBudget
    let key = calibrations.key(
      word, surrogate, of: model, from: from, to: floor, budget: budget)
    let jump = surrogate.jump(stochastic: stochastic)
    if case .sigma(let sigma) = target {
      guard sigma < from else {
        calibrations.note(
          "note: no jump: --teleport \(sigma.formatted(digits: 4)) is not below sigma-max "
            + "\(from.formatted(digits: 4)).", console)
        return nil
      }
      return TeleportPlan(
        jump: jump, from: from, sigma: sigma,
        nats: calibrations.knownNats(key, at: sigma, of: model), budget: nil,
        calibrationEvaluations: 0, isCached: false, grid: grid)
    }
    guard floor < from else { return nil }
    let found = try calibrations.curve(key, surrogate, of: model, console, workers)
    let sigma = found.curve.sigma(spending: budget)
    guard sigma < from else {
      calibrations.note(
        "note: no jump: already the first stretch below sigma-max \(from.formatted(digits: 4)) "
          + "spends more than \(budget.formatted(digits: 3)) nats.", console)
      return nil
    }
    if sigma == floor {
      calibrations.note(
        "note: the jump goes all the way to sigma-min: the model is, to "
          + "\(found.curve.highestNats.formatted(digits: 2)) nats, the law it jumps by.", console)
    }
    return TeleportPlan(
      jump: jump, from: from, sigma: sigma, nats: found.curve.nats(at: sigma), budget: budget,
      calibrationEvaluations: found.isCached ? 0 : found.curve.evaluations,
      isCached: found.isCached, grid: grid)
  }

  private static func check(_ sigma: Double, floor: Double) throws {
    guard sigma < floor else { return }
    throw Failure.usage(
      "--teleport \(sigma.formatted(digits: 4)) lies below the last level, "
        + "\(floor.formatted(digits: 4)); give a smaller --sigma-min.")
  }

  /// The levels from `sigma` down.
  func levels(
    of whole: NoiseLevels, _ schedule: Schedule, floor: Double, adaptive: Bool
  ) throws -> NoiseLevels {
    if adaptive {
      // Of an adaptive sampler's grid the ends count.
      return NoiseLevels(
        sigmas: sigma > floor ? [sigma, floor] : [sigma], process: whole.process)
    }
    switch grid {
    case .tail: return whole.tail(from: sigma)
    case .respaced:
      if case .explicit = schedule {
        throw Failure.usage(
          "--teleport-grid respaced does not go with a file of levels, which has no rule to space "
            + "them by.")
      }
      let respaced = NoiseLevels.sigmas(
        schedule, steps: whole.steps, from: sigma, to: whole.sigmaMin, process: whole.process)
      if sigma > whole.sigmaMin, let fault = NoiseLevels.fault(in: respaced, of: whole.process) {
        throw Failure.usage(
          "--teleport-grid respaced, from sigma \(sigma.formatted(digits: 4)) on, gives noise levels "
            + "that \(SamplingPlan.words(fault)).")
      }
      return whole.respaced(from: sigma, by: schedule)
    }
  }

  /// For `--json` and metadata.
  var json: JSONValue {
    .object([
      JSONMember("sigma", .number(sigma)),
      JSONMember("from", .number(from)),
      JSONMember("kind", .string(jump.kind)),
      JSONMember("nats", nats.map { .number($0) } ?? .null),
      JSONMember("budget", budget.map { .number($0) } ?? .null),
      JSONMember("calibrationEvaluations", .integer(calibrationEvaluations)),
      JSONMember("cached", .bool(isCached)),
      JSONMember("surrogateEvaluations", .integer(surrogateEvaluations)),
      JSONMember("grid", .string(grid.rawValue)),
    ])
  }

  /// For people.
  var sentence: String {
    let ends = "\(from.formatted(digits: 4)) to \(sigma.formatted(digits: 4))"
    let spent = nats.map { ", \($0.formatted(digits: 3)) nats" } ?? ""
    let allowed = budget.map { " of \($0.formatted(digits: 3))" } ?? ""
    let cost =
      budget == nil
      ? "" : isCached ? ", calibration kept" : ", \(calibrationEvaluations) evaluations to find it"
    return "jumped from sigma \(ends) by \(jump.kind)\(spent)\(allowed)\(cost)"
  }
}
