import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie evaluate`: distances between samples and a reference, each with its floor.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how far samples are from a reference.",
    discussion: """
      Every number has a standard error and a floor: the same number between two independent exact \
      sets of these sizes, drawn from the reference where it is a model or a toy, split from it \
      where it is data. \(MeasuredMetric.rule)

      EXAMPLE
        tweedie evaluate samples.npy --reference toy:two-moons
        tweedie evaluate digits.npy --reference train-images-idx3-ubyte.gz \
      --held-out t10k-images-idx3-ubyte.gz
      """)

  @Argument(help: "Samples: .npy, .npz:key, IDX, .csv, a folder of PNGs, toy:NAME:COUNT:SEED.")
  var samples: String

  @Option(
    parsing: .unconditional,
    help: "Data, or a model or toy:NAME without a count, which exact points are drawn from.")
  var reference: String

  @Option(
    parsing: .unconditional,
    help: "Names from tweedie list metrics, separated by commas; all that are defined unless given."
  )
  var metrics: String?

  @Option(
    name: .customLong("held-out"), parsing: .unconditional,
    help: "Data of the law that the samples were not made from, for novelty.")
  var heldOut: String?

  @Option(
    name: .customLong("count-limit"), parsing: .unconditional,
    help: "Points of each set at most; more are thinned at random. Cost grows with its square.")
  var countLimit = 10_000

  @Option(
    parsing: .unconditional,
    help: "What black and white become: -1,1 (the default) or 0,1. Bytes of pictures only.")
  var range = "-1,1"

  @Option(
    parsing: .unconditional,
    help: """
      Units of columns: raw, where the one of the largest deviation decides, or proportional, each \
      divided by its deviation in the reference over that of all.
      """)
  var columns = "raw"

  @Option(name: [.short, .long], help: "A table to write (.csv).")
  var output: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if countLimit < 2 {
      throw ValidationError("--count-limit takes a number of at least 2, not \(countLimit).")
    }
  }

  func run() throws {
    let clock = ContinuousClock.now
    let console = common.console
    let chosen = try metrics.map(Choices.measures)
    if let output {
      guard try OutputSet.format(of: output) == .csv else {
        throw Failure.usage("evaluate writes a table: an output ends in .csv.")
      }
      try AtomicFile.check(output, overwrite: common.overwrite)
    }
    var inputs = try Inputs(self)
    inputs.notes.forEach(console.note)
    let measures = chosen ?? Choices.Measure.allCases.filter(inputs.defines)
    for measure in measures where !inputs.defines(measure) { throw missing(measure, inputs) }

    let found = try measure(measures, &inputs)
    for metric in found where !metric.isKnown {
      throw Failure.data(
        file: samples, place: nil,
        rule: "numbers must be of a size that \(metric.name) against \(reference) can be told in")
    }
    if found.contains(where: { $0.name == "frechet" }),
      let note = Self.note(onDirections: inputs.dimension)
    {
      console.note(note)
    }
    if let smaller = found.first(where: { $0.floor.counts.samples < inputs.counts.samples }) {
      console.note(
        "The reference is too small to be split into sets of these sizes: floors are those of "
          + "\(smaller.floor.counts.samples) points and more than they should be.")
    }
    try finish(found, inputs, (ContinuousClock.now - clock).seconds)
  }

  /// All numbers between the sets, then all floors, for which other sets are drawn: neither stands
  /// in memory while the other does.
  private func measure(
    _ measures: [Choices.Measure], _ inputs: inout Inputs
  ) throws -> [MeasuredMetric] {
    var line = common.console.progress("evaluate")
    var done = 0
    func begin(_ measure: Choices.Measure, _ what: String) throws {
      try common.console.checkInterrupt()
      line.update(
        done: done, total: 2 * measures.count, detail: "\(measure.rawValue)\(what)")
      done += 1
    }
    var estimates: [Estimated] = []
    for measure in measures {
      try begin(measure, "")
      if let found = inputs.estimate(measure, seed: common.seed, workers: common.workers) {
        estimates.append(found)
      }
    }
    let hasNovelty = measures.contains(.novelty)
    inputs.releaseSets(keepingSamples: hasNovelty)
    var found: [MeasuredMetric] = []
    for estimated in estimates {
      try begin(estimated.measure, ", its floor")
      found.append(inputs.measured(estimated, seed: common.seed, workers: common.workers))
    }
    if hasNovelty {
      try begin(.novelty, "")
      found += inputs.novelty(seed: common.seed, workers: common.workers)
    }
    line.end()
    return found
  }

  private func finish(_ found: [MeasuredMetric], _ inputs: Inputs, _ seconds: Double) throws {
    let console = common.console
    if let output {
      var outputs = OutputSet(overwrite: common.overwrite)
      let text = ([MeasuredMetric.csvHeader] + found.map(\.csv)).joined(separator: "\n") + "\n"
      try outputs.add(bytes: Array(text.utf8), to: output)
      try outputs.commit()
    }
    console.tell(
      "\(inputs.counts.samples) samples against \(inputs.counts.reference) points of \(reference), "
        + "\(seconds.formatted(digits: 3)) s")
    let head = ["metric", "value", "error", "floor", "factor", "verdict"]
    table([head] + found.map(\.row)).forEach(console.tell)
    console.tell(MeasuredMetric.rule)
    if let output { console.tell("wrote \(output)") }
    console.report([
      JSONMember("metrics", .array(found.map(\.json))),
      JSONMember("samples", .string(samples)), JSONMember("reference", .string(reference)),
      JSONMember("count", .integer(inputs.counts.samples)),
      JSONMember("referenceCount", .integer(inputs.counts.reference)),
      JSONMember("columns", .string(columns)), JSONMember("rule", .string(MeasuredMetric.rule)),
      JSONMember("seed", JSONValue(common.seed)), JSONMember("seconds", .number(seconds)),
      JSONMember("outputs", JSONValue(output.map { [$0] } ?? [])),
    ])
  }

  /// What the Fréchet distance leaves out, where it does.
  private static func note(onDirections dimension: Int) -> String? {
    let most = FrechetDistance.mostDirections
    guard dimension > most else { return nil }
    return "frechet compares covariances along the \(most) leading principal directions of "
      + "\(dimension), and beside them means and total variances."
  }

  /// Why a metric is not defined.
  private func missing(_ measure: Choices.Measure, _ inputs: Inputs) -> Failure {
    if measure == .modes {
      return .usage(
        "The metric modes needs a reference of 2 to \(ReferenceLaw.mostModes) known components, "
          + "which \(reference) is not.")
    }
    return .usage(
      inputs.heldOut == nil
        ? "The metric novelty needs --held-out, data that the samples were not made from."
        : "The metric novelty needs the training data as --reference, not the model \(reference).")
  }
}
