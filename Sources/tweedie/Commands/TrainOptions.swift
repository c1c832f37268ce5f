import ArgumentParser
import Diffusion
import Foundation

/// What shapes a network and its training.
struct TrainOptions: ParsableArguments {
  @OptionGroup var network: NetworkOptions

  @Option(parsing: .unconditional, help: "Rows of a step; by rule 1024, of a U-Net 64.")
  var batchSize: Int?

  @Option(parsing: .unconditional, help: "Steps in all; the rate falls to zero at the last.")
  var steps = 20_000

  @Option(parsing: .unconditional, help: "Stop after so many seconds, with what there is.")
  var duration: Double?

  @Option(
    parsing: .unconditional, help: "The highest step size of Adam; by rule 2e-3, of a U-Net 1e-3.")
  var rate: Double?

  @Option(parsing: .unconditional, help: "cosine or constant, after the warm-up.")
  var rateSchedule = "cosine"

  @Option(parsing: .unconditional, help: "Steps over which the rate rises; by rule 500.")
  var warmUp: Int?

  @Option(parsing: .unconditional, help: "Decoupled weight decay, times the rate.")
  var decay = 0.0

  @Option(parsing: .unconditional, help: "The largest norm of a gradient.")
  var clip = 1.0

  @Option(
    parsing: .unconditional,
    help: "Half-lives of averages of the parameters, in steps; by rule 1/100, 1/25, 1/7 of all.")
  var ema: String?

  @Option(help: "square, pseudo-huber or target-score (toys with a smooth density).")
  var loss = "square"

  @Option(parsing: .unconditional, help: "Width of pseudo-huber at the highest noise.")
  var huberWidth: Double?

  @Option(help: "What the layers predict: edm, clean, noise, velocity or score.")
  var target = "edm"

  @Option(help: "Weight of noise levels: edm, soft-min-snr or uniform.")
  var weighting = "edm"

  @Option(parsing: .unconditional, help: "Where soft-min-snr levels off.")
  var gamma: Double?

  @Option(help: "How often levels are trained: both, log-normal or log-uniform.")
  var noiseDistribution = "both"

  @Option(parsing: .unconditional, help: "Mean of ln(sigma/2 deviation) of log-normal.")
  var noiseCenter: Double?

  @Option(parsing: .unconditional, help: "Standard deviation of ln sigma of log-normal.")
  var noiseSpread: Double?

  @Option(parsing: .unconditional, help: "Noise for the input alone, as a share of sigma.")
  var perturbation = 0.0

  @Option(parsing: .unconditional, help: "Share of a finite data set that is held out.")
  var heldOut = 0.1

  @Option(
    parsing: .unconditional, help: "Steps between reports; by rule a fiftieth of all, 20 or more.")
  var reportEvery: Int?

  @Option(
    parsing: .unconditional,
    help: "Reports without a better one before stopping; 10 for finite data, else never.")
  var patience: Int?

  func validate() throws {
    try require([
      ("--batch-size", batchSize, 1...1_000_000), ("--steps", steps, 1...1_000_000_000),
      ("--warm-up", warmUp, 0...1_000_000_000), ("--report-every", reportEvery, 1...1_000_000_000),
      ("--patience", patience, 1...1_000_000),
    ])
    if let duration, !(duration > 0 && duration.isFinite) {
      throw ValidationError("--duration takes a positive number, not \(duration).")
    }
    try requireNumbers([
      ("--rate", rate, usableNumbers), ("--clip", clip, usableNumbers),
      ("--huber-width", huberWidth, usableNumbers), ("--gamma", gamma, usableNumbers),
      ("--decay", decay, 0...usableNumbers.upperBound), ("--perturbation", perturbation, 0...10),
      // Logarithms: beyond these nothing of the levels trained is left.
      ("--noise-center", noiseCenter, -40...40), ("--noise-spread", noiseSpread, 1e-6...40),
    ])
    guard heldOut > 0, heldOut < 1 else {
      throw ValidationError("--held-out takes a share between 0 and 1, not \(heldOut).")
    }
  }

  /// A run before its first step on the data called `word`, of at least `steps` steps.
  func begin(
    _ word: String, range: ClosedRange<Float>, _ common: CommonOptions, atLeast steps: Int = 1
  ) throws -> (run: TrainingRun, shape: NetworkShape, source: TrainingSource) {
    let source = try TrainingSource.read(
      word, heldOut: heldOut, range: range, rank: network.rank(), seed: common.seed)
    source.notes.forEach(common.console.note)
    let shape = try network.shape(
      dimension: source.data.dimension, image: source.image, of: word)
    var settings = try self.settings(of: shape, seed: common.seed, isFinite: source.isFinite)
    settings.steps = max(steps, settings.steps)
    if settings.usesCleanScore, !source.hasCleanScore {
      throw Failure.usage("--loss target-score needs a toy with a smooth density, not \(word).")
    }
    try Memory.require(
      bytes: TrainingRun.bytesOfParameters(shape, settings), "The parameters of this network need")
    let run = TrainingRun(source.data, shape, settings, workers: common.workers)
    return (run, shape, source)
  }

  private func settings(
    of shape: NetworkShape, seed: UInt64, isFinite: Bool
  ) throws -> TrainingSettings {
    var settings = TrainingSettings()
    settings.seed = seed
    settings.target = try Choices.target(target)
    settings.weighting = try Choices.weighting(weighting, gamma: gamma)
    (settings.loss, settings.usesCleanScore) = try Choices.loss(loss, width: huberWidth)
    settings.noise = try Choices.noiseDistribution(
      noiseDistribution, center: noiseCenter, spread: noiseSpread)
    settings.perturbation = perturbation
    if case .unet = shape {
      (settings.batchSize, settings.rate) = (NetworkOptions.batchOfUNet, NetworkOptions.rateOfUNet)
    }
    settings.batchSize = batchSize ?? settings.batchSize
    settings.steps = steps
    settings.rate = rate ?? settings.rate
    settings.cosine = try Choices.isCosine(rateSchedule)
    settings.warmUp = warmUp ?? min(500, steps / 10)
    settings.decay = decay
    guard decay * settings.rate < 1 else {
      throw Failure.usage(
        "--decay \(decay.formatted(digits: 4)) times the rate \(settings.rate.formatted(digits: 4)) "
          + "is the share of a parameter that a step takes off: it must be less than 1.")
    }
    settings.clip = clip
    settings.averages = try averages()
    settings.reportInterval = reportEvery ?? max(steps / 50, min(20, steps))
    settings.patience = patience ?? (isFinite ? 10 : nil)
    return settings
  }

  /// From no average at all to one over more steps than there can be.
  private static let halfLives = 1e-3...1e9

  private func averages() throws -> [Double] {
    guard let ema else { return [100, 25, 7].map { max(1, Double(steps) / $0) } }
    let parts = ema.split(separator: ",", omittingEmptySubsequences: false)
    let halfLives = parts.compactMap { Double($0) }.filter { Self.halfLives.contains($0) }
    guard halfLives.count == parts.count, (1...16).contains(parts.count) else {
      throw Failure.usage(
        "--ema takes up to 16 half-lives from 1e-3 to 1e9 steps, as in 500,2000, not \(ema).")
    }
    return halfLives
  }
}
