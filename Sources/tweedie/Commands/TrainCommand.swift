import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie train`: a network by denoising score matching.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network by denoising score matching.",
    discussion: """
      DATA is as for `tweedie fit`. A toy without a count is drawn from for ever, and the network \
      is held against its exact denoiser in bands of noise; of other data a share is held out. \
      Ctrl-C keeps the work in MODEL.checkpoint.safetensors, and --resume goes on from there \
      with the same bits; MODEL.curve.png shows how far it is.

      EXAMPLE
        tweedie train toy:two-moons -o moons.safetensors
        tweedie sample moons.safetensors -o moons.png
        tweedie train toy:glyphs --steps 3000 -o glyphs.safetensors
      """)

  @Argument(help: "The data.")
  var data: String

  @Option(name: [.short, .long], help: "The model to write (.safetensors).")
  var output: String

  @OptionGroup var options: TrainOptions
  @OptionGroup var common: CommonOptions

  @Flag(help: "Go on from the checkpoint beside the output.")
  var resume = false

  @Option(parsing: .unconditional, help: "Seconds between checkpoints.")
  var checkpointEvery = 30.0

  @Option(parsing: .unconditional, help: "Draw samples at every so many reports; 0 for never.")
  var samplesEvery = 0

  @Option(
    parsing: .unconditional,
    help: "What black and white become: -1,1 (the default) or 0,1. Bytes of pictures only.")
  var range = "-1,1"

  func validate() throws {
    guard checkpointEvery > 0 else {
      throw ValidationError("--checkpoint-every takes a positive number, not \(checkpointEvery).")
    }
    guard samplesEvery >= 0 else {
      throw ValidationError("--samples-every takes a number from 0 on, not \(samplesEvery).")
    }
  }

  func run() throws {
    guard output.hasSuffix(".safetensors"), !output.hasSuffix(".checkpoint.safetensors") else {
      throw Failure.usage("A trained model ends in .safetensors, which \(output) does not.")
    }
    let checkpoint = Checkpoint.path(beside: output)
    try Checkpoint.check(checkpoint, resumes: resume, overwrite: common.overwrite)
    try AtomicFile.check(output, overwrite: common.overwrite)
    if resume {
      guard FileManager.default.fileExists(atPath: checkpoint) else {
        throw FileError(.notFound, file: checkpoint, rule: "there is no checkpoint to go on from")
      }
    } else {
      let pictures =
        [LearningCurve.path(beside: output)]
        + (samplesEvery > 0 ? [LearningCurve.samplesPath(beside: output)] : [])
      for path in [checkpoint] + pictures {
        try AtomicFile.check(path, overwrite: common.overwrite)
      }
    }
    let (run, shape, source) = try options.begin(
      data, range: Choices.range(range, option: "--range"), common)
    var session = TrainSession(
      run: run, shape: shape, source: source, command: self)
    if resume { try session.restore() }
    try session.train()
  }
}
