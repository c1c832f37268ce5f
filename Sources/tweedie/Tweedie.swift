import ArgumentParser
import Arrays

/// The command and its parts.
struct Tweedie: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tweedie",
    abstract: "Sample from diffusion score models on a CPU, reproducible to the bit.",
    discussion: """
      EXAMPLE
        tweedie sample eight-gaussians
        tweedie fit neighbors train-images-idx3-ubyte.gz -o digits.json
        tweedie sample digits.json --count 64 -o digits.png

      Exit codes: 0 done, 1 the run failed, 64 usage, 65 bad input data, 66 input not found, \
      73 output cannot be written, 130 interrupted.
      """,
    version: version,
    subcommands: [
      SampleCommand.self, FitCommand.self, TrainCommand.self, ScoreCommand.self,
      LikelihoodCommand.self, MeasureCommand.self, EvaluateCommand.self, DiagnoseCommand.self,
      ToyCommand.self, ShowCommand.self, ListCommand.self, BenchmarkCommand.self,
    ])

  /// The version of command and library.
  static let version = "0.1.0"
}

@main
enum Main {
  static func main() {
    Interrupt.install()
    SystemMemory.returnLargeBlocks()
    do {
      try CommandWords.check(CommandLine.arguments.dropFirst())
      var command = try Tweedie.parseAsRoot()
      try command.run()
    } catch {
      Failure.exit(with: error)
    }
  }
}
