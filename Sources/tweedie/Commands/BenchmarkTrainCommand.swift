import ArgumentParser
import Arrays
import Diffusion
import Files

/// `tweedie benchmark train`: the time of a training step.
struct BenchmarkTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Time steps of training: no reports, no checkpoints.",
    discussion: """
      Takes DATA and options of `tweedie train`.

      EXAMPLE
        tweedie benchmark train toy:rings --width 256 --depth 3 --repeats 50
      """)

  @Argument(help: "The data.")
  var data: String

  @OptionGroup var options: TrainOptions
  @OptionGroup var common: CommonOptions

  @Option(parsing: .unconditional, help: "Steps that are timed, after a few that are not.")
  var repeats = 50

  func validate() throws {
    guard (1...10_000).contains(repeats) else {
      throw ValidationError("--repeats takes a number from 1 to 10000.")
    }
  }

  /// Steps before the clock runs: memory is touched, caches are filled.
  private static let untimed = 3

  func run() throws {
    let (run, _, _) = try options.begin(
      data, range: -1...1, common, atLeast: Self.untimed + repeats)
    for _ in 0..<Self.untimed { _ = run.advance() }
    var timings = Timings()
    for _ in 0..<repeats {
      try common.console.checkInterrupt()
      timings.measure { _ = run.advance() }
    }
    let median = timings.seconds.median
    let rate = 2e-9 * Double(run.stepCost) / median
    common.console.tell(
      "\(run.bestScore.summary), \(run.settings.batchSize) rows: "
        + "\((1e3 * median).formatted(digits: 3)) ms a step (median of \(repeats)), "
        + "\((1 / median).formatted(digits: 3)) steps/s, "
        + "\(rate.formatted(digits: 3)) GFLOP/s")
    common.console.report(
      [
        JSONMember("network", .string(run.bestScore.summary)),
        JSONMember("batchSize", .integer(run.settings.batchSize)),
      ] + timings.members + [
        JSONMember("gigaflops", .number(rate)),
        JSONMember("threads", .integer(common.workers.count)),
        JSONMember("instructionSet", .string(MachineLimits.instructionSet)),
      ])
  }
}
