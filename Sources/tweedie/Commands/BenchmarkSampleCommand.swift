import ArgumentParser
import Arrays
import Diffusion
import Files

/// `tweedie benchmark sample`: the time of a sampling run.
struct BenchmarkSampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Time sampling alone: no reading, no writing, again and again.",
    discussion: """
      Takes the options of `tweedie sample`.

      EXAMPLE
        tweedie benchmark sample digits.json --count 64 --steps 18 --repeats 3
      """)

  @Argument(help: "A ready model, a .json description, or toy:NAME.")
  var model: String

  @OptionGroup var options: SamplingOptions
  @OptionGroup var common: CommonOptions

  @Option(parsing: .unconditional, help: "Runs that are timed.")
  var repeats = 3

  func validate() throws {
    guard (1...10_000).contains(repeats) else {
      throw ValidationError("--repeats takes a number from 1 to 10000.")
    }
  }

  func run() throws {
    let model = try LoadedModel.load(model, in: .raw)
    let plan = try SamplingPlan(options, model, common.console, workers: common.workers)
    var (timings, beyond, evaluations) = (Timings(), [Double](), 0.0)
    var noTrace: Trace?
    for _ in 0..<repeats {
      var total = 0
      // The clock of the score adds up the time of all threads that evaluate it.
      let score = TimedScore(model.score)
      try timings.measure {
        total = try SampleCommand.draw(
          plan, model, by: score, options, common, common.console, &noTrace
        ).evaluations
      }
      beyond.append(
        timings.seconds[timings.seconds.count - 1]
          - score.seconds / Double(plan.batchesAbreast(on: common.workers)))
      evaluations = Double(total) / Double(plan.count)
    }
    common.console.tell(
      "\(plan.count) samples of \(model.name) by \(plan.sampler.facts.name): "
        + "\(timings.seconds.median.formatted(digits: 3)) s (median of \(repeats)), "
        + "\(evaluations.formatted(digits: 4)) evaluations each, "
        + "\(beyond.median.formatted(digits: 3)) s beyond the score")
    common.console.report(
      [
        JSONMember("model", .string(model.name)),
        JSONMember("sampler", .string(plan.sampler.facts.name)),
        JSONMember("count", .integer(plan.count)), JSONMember("evaluations", .number(evaluations)),
      ] + timings.members + [
        JSONMember("secondsBeyondScore", .number(beyond.median)),
        JSONMember("threads", .integer(common.workers.count)),
        JSONMember("instructionSet", .string(MachineLimits.instructionSet)),
      ])
  }
}
