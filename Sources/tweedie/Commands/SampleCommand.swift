import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation
import Pictures

/// `tweedie sample`: from a model to samples.
struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw samples from a model.",
    discussion: """
      MODEL is the name of a ready model (see `tweedie list`), a .json description, or toy:NAME \
      for a toy's exact score. Outputs are chosen by extension: .png a grid of images or a \
      scatter plot, .npy and .csv the numbers.

      EXAMPLE
        tweedie sample eight-gaussians --count 2000 --seed 1 -o samples.png -o samples.npy
        tweedie sample digits.json --sampler heun --steps 18 --count 64 -o digits.png
      """)

  @Argument(help: "A ready model, a .json description, a .safetensors network, or toy:NAME.")
  var model: String

  @OptionGroup var options: SamplingOptions
  @OptionGroup var common: CommonOptions

  @Option(name: [.short, .long], help: "A file to write (.png, .npy, .csv, .tsv); repeatable.")
  var output: [String] = []

  @Option(help: "Write every state: an archive (.npz) of x, levels x count x d, and sigma.")
  var trace: String?

  @Option(help: "Write every state as a frame of an animated picture (.png).")
  var animate: String?

  func run() throws {
    let console = common.console
    let clock = ContinuousClock.now
    let chosen = try Self.outputs(output, options, common, model)
    try OutputSet.check(
      chosen, overwrite: common.overwrite, createParents: output.isEmpty)
    let model = try LoadedModel.load(model, in: Choices.coordinates(options))
    if let note = model.columnNote { console.note(note) }
    let plan = try SamplingPlan(options, model, console, workers: common.workers)
    var states = try emptyTrace(plan, model)
    let result = try Self.draw(plan, model, options, common, console, &states)
    let seconds = (ContinuousClock.now - clock).seconds
    try finish(result, plan, model, chosen, seconds, console, states)
  }

  /// Room for every state, where they are asked for.
  private func emptyTrace(_ plan: SamplingPlan, _ model: LoadedModel) throws -> Trace? {
    for (path, ending, option) in [(trace, ".npz", "--trace"), (animate, ".png", "--animate")] {
      guard let path else { continue }
      guard path.lowercased().hasSuffix(ending) else {
        throw Failure.usage("\(option) takes a name that ends in \(ending), not \(path).")
      }
      guard plan.steps != nil else {
        throw Failure.usage(
          "\(option) needs levels that all samples share; \(options.sampler) has none.")
      }
      guard !output.contains(path), trace != animate else {
        throw Failure.usage("The output \(path) is named twice.")
      }
      try AtomicFile.check(path, overwrite: common.overwrite)
    }
    guard trace != nil || animate != nil else { return nil }
    try Memory.require(
      plan.count * plan.levels.levels.count, of: model.score.dimension, "states")
    return Trace(plan.levels, count: plan.count, dimension: model.score.dimension)
  }

  /// The paths asked for, or one picture and one array named after the run.
  private static func outputs(
    _ given: [String], _ options: SamplingOptions, _ common: CommonOptions, _ model: String
  ) throws -> [String] {
    guard given.isEmpty else { return given }
    let name = model.replacingOccurrences(of: ":", with: "-")
    let stem = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
    let base = "Outputs/\(stem)-\(options.sampler)-\(common.seed)"
    return OutputSet.unused(base, [".png", ".npy"], overwrite: common.overwrite)
  }

  private func finish(
    _ result: Drawn, _ plan: SamplingPlan, _ model: LoadedModel, _ paths: [String],
    _ seconds: Double, _ console: Console, _ trace: Trace?
  ) throws {
    let mean = result.meanEvaluations
    var outputs = OutputSet(overwrite: common.overwrite, createParents: output.isEmpty)
    outputs.metadata = [
      JSONMember("command", .string(commandLine)),
      JSONMember("version", .string(Tweedie.version)),
      JSONMember("model", .string(model.name)),
      JSONMember("modelDigest", .string(model.digest)),
      JSONMember("seed", JSONValue(common.seed)),
      JSONMember("first", .integer(options.first)),
      JSONMember("count", .integer(plan.count)),
      JSONMember("sampler", .string(plan.sampler.facts.name)),
      JSONMember("steps", plan.steps.map { .integer($0) } ?? .null),
      JSONMember("teleport", plan.teleport?.json ?? .null),
      JSONMember("columns", .string(model.frame.scalesColumns ? "proportional" : "raw")),
      JSONMember("evaluations", .number(mean)),
      JSONMember("seconds", .number(seconds)),
    ]
    let caption =
      "\(plan.sampler.facts.name), " + (plan.steps.map { "\($0) steps, " } ?? "")
      + "n = \(plan.count), seed \(common.seed)"
    for path in paths {
      if try OutputSet.format(of: path) == .png {
        let picture = Drawing.draw(
          model.frame.differences(result.samples), image: model.image, range: model.range,
          title: model.name, caption: caption, about: model.frame.origin)
        picture.notes.forEach(console.note)
        try outputs.add(picture: picture.raster, to: path)
      } else {
        try outputs.add(
          array: model.frame.differences(result.samples), origin: model.frame.origin, to: path)
      }
    }
    if let trace { try add(trace, model, to: &outputs) }
    try outputs.commit()
    report(result, plan, model, outputs.paths, seconds, mean, console)
  }

  private func add(_ states: Trace, _ model: LoadedModel, to outputs: inout OutputSet) throws {
    if let trace { try outputs.add(bytes: states.encode(for: trace, in: model.frame), to: trace) }
    guard let animate else { return }
    let film = states.animation(
      deviation: model.score.deviation, mean: model.score.mean, in: model.frame, image: model.image,
      range: model.range, title: model.name)
    try outputs.add(film: film.frames, milliseconds: film.milliseconds, to: animate)
  }

  private func report(
    _ result: Drawn, _ plan: SamplingPlan, _ model: LoadedModel, _ paths: [String],
    _ seconds: Double, _ mean: Double, _ console: Console
  ) {
    let cost =
      "\(plan.count) samples of \(model.name) by \(plan.sampler.facts.name): "
      + "\(mean.formatted(digits: 4)) evaluations each, \(seconds.formatted(digits: 3)) s"
    console.tell(cost)
    if let teleport = plan.teleport { console.tell(teleport.sentence) }
    let (kept, back) = (result.accepted, result.rejected)
    if back > 0 {
      let share = 100 * Double(kept) / Double(kept + back)
      console.tell("\(share.formatted(digits: 3)) % of the steps accepted")
    }
    for path in paths { console.tell("wrote \(path)") }
    console.report([
      JSONMember("model", .string(model.name)),
      JSONMember("sampler", .string(plan.sampler.facts.name)),
      // A method that chooses its steps follows no schedule and has no number of them.
      JSONMember(
        "schedule",
        plan.steps == nil ? .null : .string(options.schedule ?? plan.defaultSchedule)),
      JSONMember("process", .string(options.process)),
      JSONMember("columns", .string(model.frame.scalesColumns ? "proportional" : "raw")),
      JSONMember("steps", plan.steps.map { .integer($0) } ?? .null),
      JSONMember("count", .integer(plan.count)),
      JSONMember("seed", JSONValue(common.seed)),
      JSONMember("sigmaMax", .number(plan.wholeLevels.sigmaMax)),
      JSONMember("sigmaMin", .number(plan.levels.sigmaMin)),
      JSONMember("teleport", plan.teleport?.json ?? .null),
      JSONMember(
        "evaluations",
        .object([
          JSONMember("mean", .number(mean)),
          JSONMember("max", .integer(result.mostEvaluations)),
          JSONMember("total", .integer(result.evaluations)),
        ])),
      JSONMember("accepted", .integer(result.accepted)),
      JSONMember("rejected", .integer(result.rejected)),
      JSONMember("seconds", .number(seconds)),
      JSONMember("status", .string("finished")),
      JSONMember("outputs", JSONValue(paths)),
    ])
  }
}
