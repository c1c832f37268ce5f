import ArgumentParser
import Arrays
import Diffusion
import Files

/// `tweedie benchmark score`: the time of a denoiser evaluation.
struct BenchmarkScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Time a model's denoiser at points, again and again.",
    discussion: """
      EXAMPLE
        tweedie benchmark score digits.json x.npy --sigma 2 --repeats 9 -o clean.npy
      """)

  @Argument(help: "A ready model, a .json description, or toy:NAME.")
  var model: String

  @Argument(help: "Points to evaluate at.")
  var points: String

  @Option(parsing: .unconditional, help: "The noise level, a standard deviation in data units.")
  var sigma: Double

  @Option(parsing: .unconditional, help: "Evaluations that are timed, after one that is not.")
  var repeats = 5

  @OptionGroup var common: CommonOptions

  @Option(name: [.short, .long], help: "Write the denoised points too (.npy, .csv, .tsv).")
  var output: String?

  func validate() throws {
    try requireLevels([("--sigma", sigma)])
    guard (1...10_000).contains(repeats) else {
      throw ValidationError("--repeats takes a number from 1 to 10000.")
    }
  }

  func run() throws {
    if let output {
      guard try OutputSet.format(of: output) != .png else {
        throw Failure.usage("benchmark score writes numbers: an output ends in .npy, .csv or .tsv.")
      }
      try OutputSet.check([output], overwrite: common.overwrite)
    }
    let model = try LoadedModel.load(model, in: .raw)
    let data = try DataSource.read(points, for: model)
    let x = data.points
    var clean = Points(count: x.count, dimension: x.dimension)
    var timings = Timings()
    for repetition in 0...repeats {
      try common.console.checkInterrupt()
      // The first finds memory cold.
      if repetition == 1 { timings = Timings() }
      // Of its own: a workspace remembers products of points that it has seen.
      let workspace = Workspace(
        samples: Samples(seed: common.seed, count: x.count), workers: common.workers)
      timings.measure {
        model.score.denoise(x, at: .uniform(sigma), into: &clean, in: workspace)
      }
    }
    var outputs = OutputSet(overwrite: common.overwrite)
    if let output {
      outputs.metadata = [JSONMember("command", .string(commandLine))]
      try outputs.add(array: clean, to: output)
      try outputs.commit()
    }
    common.console.tell(
      "\(x.count) points of \(model.name): "
        + "\((1e3 * timings.seconds.median).formatted(digits: 3)) ms an evaluation "
        + "(median of \(repeats))")
    common.console.report(
      [
        JSONMember("model", .string(model.name)), JSONMember("count", .integer(x.count)),
      ] + timings.members + [
        JSONMember("threads", .integer(common.workers.count)),
        JSONMember("instructionSet", .string(MachineLimits.instructionSet)),
        JSONMember("outputs", JSONValue(outputs.paths)),
      ])
  }
}
