import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation
import Pictures

/// `tweedie measure`: error against evaluations, and what teleportation saves.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measure the error of samplers against their cost, and the steps that are saved.",
    discussion: """
      Runs every sampler with every number of steps and every teleportation from the same starts. \
      Writes a folder: index.html, measure.json, runs.csv, figure.png. Deterministic samplers are \
      held against the converged probability flow, stochastic ones by the energy distance between \
      laws. Interrupted, it keeps what is finished; --resume goes on.

      EXAMPLE
        tweedie measure eight-gaussians -o measured
        tweedie measure digits.json --samplers heun,unipc --steps 6,10,18 --teleport off,auto,3.26
      """)

  @Argument(help: "A ready model, a .json description, or toy:NAME.")
  var model: String

  @Option(help: "Samplers to compare, between commas.")
  var samplers = "heun,dpm++2m,unipc"

  @Option(help: "Numbers of steps, between commas.")
  var steps = "6,8,10,14,18,25"

  @Option(
    help: "Tolerances of samplers that choose their steps; 0.1 to 0.001 unless given.")
  var tolerances: String?

  @Option(help: "Teleportations, between commas: off, auto or a noise level.")
  var teleport = "off,auto"

  @OptionGroup var shared: SharedOptions

  @Option(
    name: [.customShort("n"), .long], parsing: .unconditional,
    help: "Rows of every run: 2000 points, or 128 images, unless given.")
  var count: Int?

  @Option(parsing: .unconditional, help: "How many seeds, from --seed on; each has its own rows.")
  var seeds = 1

  @OptionGroup var common: CommonOptions

  @Option(
    name: [.short, .long], help: "The folder to write; Outputs/MODEL-measure unless given.")
  var output: String?

  @Flag(help: "Go on with a measurement that was interrupted.")
  var resume = false

  static let files = ["index.html", "measure.json", "runs.csv", "figure.png"]

  func validate() throws {
    if let count, !(2...1_000_000).contains(count) {
      throw ValidationError("--count takes a number from 2 to 1000000, not \(count).")
    }
    if !(1...1000).contains(seeds) {
      throw ValidationError("--seeds takes a number from 1 to 1000, not \(seeds).")
    }
  }

  func run() throws {
    let console = common.console
    let settings = try Choices.settings(
      samplers: samplers, steps: steps, tolerances: tolerances, teleport: teleport)
    try shared.check(settings)
    let output = self.output ?? Self.folder(for: model)
    try AtomicFolder.check(output, of: Self.files, overwrite: common.overwrite)
    let model = try LoadedModel.load(model, in: .automatic)
    if let note = model.columnNote { console.note(note) }
    let count = count ?? (model.image == nil ? 2000 : 128)
    try Memory.require(
      count * seeds * (settings.count + 4), of: model.score.dimension, "samples")
    let words = facts(of: settings, model, count)
    let state = MeasureState(for: output, settings: words)
    var measurement = Measurement(
      settings, of: model, seeds: (0..<UInt64(seeds)).map { common.seed &+ $0 }, count: count,
      shared: shared, state: state, common: common)
    try refuse(settings, model, measurement)
    try state.open(resume: resume, overwrite: common.overwrite)
    measurement.announce()
    let groups = try measure(settings, &measurement)
    measurement.end()
    let report = Report(
      groups, seeds: seeds, spread: measurement.spread,
      bootstrap: Bootstrap(seed: common.seed, workers: common.workers), workers: common.workers)
    try write(report, model, words, to: output)
    try state.remove()
    tell(report, output, words, console)
  }

  /// Refuses what can be refused before the first run; the first plan says its notes.
  private func refuse(
    _ settings: [Setting], _ model: LoadedModel, _ measurement: Measurement
  ) throws {
    _ = try SamplingPlan(
      settings[0].options(shared), model, common.console, workers: common.workers)
    for setting in settings { _ = try measurement.plan(setting) }
  }

  /// All runs and what they are held against, sampler by sampler.
  private func measure(
    _ settings: [Setting], _ measurement: inout Measurement
  ) throws -> [Report.Group] {
    var runs: [Measurement.Run] = []
    for (number, setting) in settings.enumerated() {
      runs.append(try measurement.run(setting, number))
    }
    let exact = runs.filter { !$0.stochastic }
    let budget = max(
      Truth.budget.least,
      Truth.budget.share * settings.reduce(0) { $0 + Measurement.cost($1) })
    let flow = exact.isEmpty ? nil : try measurement.flow(under: exact, budget: budget)
    let jumps = try flow.map { try measurement.jumpErrors(under: exact, $0) } ?? [:]
    var names: [String] = []
    for setting in settings where !names.contains(setting.sampler) { names.append(setting.sampler) }
    return try names.map { name in
      let own = runs.filter { $0.setting.sampler == name }
      if let flow, !own[0].stochastic {
        return Report.Group(
          sampler: name, metric: Report.trajectory, truth: flow, jumpErrors: jumps, runs: own)
      }
      return Report.Group(
        sampler: name, metric: Report.law, truth: try measurement.law(under: own),
        jumpErrors: [:], runs: own)
    }
  }

  private func write(
    _ report: Report, _ model: LoadedModel, _ settings: [JSONMember], to output: String
  ) throws {
    let caption =
      "\(model.name), \(settings.first { $0.key == "count" }?.value.compact ?? "") rows, "
      + "\(seeds) seed\(seeds == 1 ? "" : "s") from \(common.seed)"
    let figure = report.figure(title: "Error against cost", caption: caption)
    figure.notes.forEach(common.console.note)
    let page = Page(
      report: report, model: model, figure: figure.raster, settings: settings,
      command: commandLine)
    let json = JSONValue.object(
      [JSONMember("command", .string(commandLine))] + settings + report.members)
    try Interrupt.beginWriting()
    try AtomicFolder.write(
      [
        ("index.html", Array(page.html.utf8)), ("measure.json", Array(json.pretty.utf8)),
        ("runs.csv", Array(report.csv.utf8)),
        (
          "figure.png",
          encodePNG(
            figure.raster,
            texts: [("Software", "tweedie \(Tweedie.version)"), ("Comment", commandLine)])
        ),
      ], to: output, overwrite: common.overwrite)
  }

  private func tell(
    _ report: Report, _ output: String, _ settings: [JSONMember], _ console: Console
  ) {
    report.runTable.lines.forEach(console.tell)
    if !report.savings.isEmpty {
      console.tell("")
      report.savingTable.lines.forEach(console.tell)
      report.remarks.forEach(console.tell)
    }
    console.tell("")
    console.tell(report.recommendation)
    console.tell("wrote \(output)/index.html")
    console.report(
      settings + report.members
        + [JSONMember("outputs", JSONValue(Self.files.map { "\(output)/\($0)" }))])
  }

  /// What decides the numbers: kept with an interrupted measurement, which goes on with the same.
  private func facts(
    of settings: [Setting], _ model: LoadedModel, _ count: Int
  ) -> [JSONMember] {
    let words =
      (shared.words(withBatch: false) + shared.jumpWords(auto: true, adaptive: false))
      .joined(separator: " ")
    return [
      JSONMember("version", .string(Tweedie.version)),
      JSONMember("model", .string(model.name)),
      JSONMember("modelDigest", .string(model.digest)),
      JSONMember("samplers", .string(samplers)),
      JSONMember("steps", .string(steps)),
      JSONMember("tolerances", .string(tolerances ?? Choices.measuredTolerances)),
      JSONMember("teleport", .string(teleport)),
      JSONMember("options", .string(words)),
      JSONMember("count", .integer(count)),
      JSONMember("seed", JSONValue(common.seed)),
      JSONMember("seeds", .integer(seeds)),
    ]
  }

  private static func folder(for model: String) -> String {
    let name = model.replacingOccurrences(of: ":", with: "-")
    let stem = URL(fileURLWithPath: name).deletingPathExtension().lastPathComponent
    return "Outputs/\(stem)-measure"
  }
}

extension Report {
  /// The words for the two errors.
  static let trajectory = "trajectory"
  static let law = "energy distance"
}
