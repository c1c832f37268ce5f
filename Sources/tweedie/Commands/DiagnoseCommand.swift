import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation
import Pictures

/// `tweedie diagnose`: what a score is like at each level of noise.
struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Say how Gaussian a score is at each noise level, and whether it is a gradient.",
    discussion: """
      At data noised with sigma: the share of the score that a Gaussian with the data's mean and \
      covariance, a mixture fitted to the data, and the data themselves (neighbors) leave \
      unexplained; the asymmetry of the denoiser's Jacobian J, E|J - J'|^2 / E|J + J'|^2, which is \
      0 where the score is the gradient of a density; and the excess over the exact denoiser where \
      DATA is a toy. Table and figure show what is left unexplained; --json and .csv hold the \
      shares, one minus that.

      EXAMPLE
        tweedie diagnose two-moons-network --data toy:two-moons -o shares.png
        tweedie diagnose digits.safetensors --data t10k-images-idx3-ubyte.gz --count 500 -o shares.csv
      """)

  @Argument(help: "A ready model, a .json description, a .safetensors network, or toy:NAME.")
  var model: String

  @Option(
    parsing: .unconditional,
    help: "What the model was made from; of toy:NAME without a count, points are fresh.")
  var data: String

  @Option(
    parsing: .unconditional,
    help: "Data to put noise on instead, such as points that the model has not seen.")
  var points: String?

  @Option(help: "What shares are told of, in table and figure: score or denoiser.")
  var of = "score"

  @Option(parsing: .unconditional, help: "Points at each level, at most.")
  var count = 2048

  @Option(parsing: .unconditional, help: "Noise levels, even in log sigma.")
  var levels = 16

  @Option(
    name: .customLong("sigma-min"), parsing: .unconditional,
    help: "The lowest level; 0.004 of the model's deviation unless given.")
  var sigmaMin: Double?

  @Option(
    name: .customLong("sigma-max"), parsing: .unconditional,
    help: "The highest level; 160 times the model's deviation unless given.")
  var sigmaMax: Double?

  @Option(
    name: [.customShort("k"), .long], parsing: .unconditional,
    help: "Components of the mixture; chosen by held-out likelihood up to 16 coordinates, else 16.")
  var components: Int?

  @Option(
    parsing: .unconditional,
    help: "Random directions in which the Jacobian is taken; all of them in fewer coordinates.")
  var probes = JacobianAsymmetry().probes

  @Option(name: [.short, .long], help: "A figure (.png) or table (.csv) to write; repeatable.")
  var output: [String] = []

  @OptionGroup var common: CommonOptions

  func validate() throws {
    try require([
      ("--count", count, 2...1_000_000), ("--levels", levels, 2...1000),
      ("--components", components, 1...100_000), ("--probes", probes, 2...1000),
    ])
    try requireLevels([("--sigma-min", sigmaMin), ("--sigma-max", sigmaMax)])
  }

  func run() throws {
    let clock = ContinuousClock.now
    let console = common.console
    let field = try Choices.diagnosedField(of)
    for path in output {
      let format = try OutputSet.format(of: path)
      guard format == .png || format == .csv else {
        throw Failure.usage("diagnose writes figures and tables: \(path) must end in .png or .csv.")
      }
    }
    try OutputSet.check(output, overwrite: common.overwrite)
    let loaded = try LoadedModel.load(model, in: .automatic)
    if let note = loaded.columnNote { console.note(note) }
    let sigmas = try sigmas(of: loaded)
    let source = try DiagnosisSource(self, loaded)
    source.notes.forEach(console.note)
    let (diagnosis, mixture) = try diagnosis(of: loaded, source)

    let samples = Samples(seed: common.seed, count: source.clean.count)
    let mean = EmpiricalScore(source.fitted).mean
    var found: [ScoreDiagnosis.Level] = []
    var line = console.progress("diagnose")
    for sigma in sigmas {
      line.update(
        done: found.count, total: sigmas.count,
        detail: "levels, \(found.count * diagnosis.cost * samples.count) evaluations")
      found.append(
        diagnosis.level(
          at: sigma, clean: source.clean, mean: mean, samples: samples, workers: common.workers))
      try console.checkInterrupt()
    }
    line.end()
    let report = DiagnosisReport(
      levels: found, field: field, model: loaded.name, data: data, count: samples.count,
      components: mixture.components.count,
      evaluations: found.count * diagnosis.cost * samples.count,
      seed: common.seed)
    try write(report, of: loaded)
    let seconds = (ContinuousClock.now - clock).seconds
    report.lines.forEach(console.tell)
    for path in output { console.tell("wrote \(path)") }
    console.report(
      report.members + [
        JSONMember("seconds", .number(seconds)), JSONMember("outputs", JSONValue(output)),
      ])
  }

  /// Levels, rising.
  private func sigmas(of model: LoadedModel) throws -> [Double] {
    let low = sigmaMin ?? model.noiseRange.lowerBound
    let high = sigmaMax ?? model.noiseRange.upperBound
    guard low < high else {
      throw Failure.usage(
        "--sigma-min \(low.formatted(digits: 3)) must lie below --sigma-max "
          + "\(high.formatted(digits: 3)).")
    }
    return (0..<levels).map { low * pow(high / low, Double($0) / Double(levels - 1)) }
  }

  /// The simpler scores, fitted.
  private func diagnosis(
    of model: LoadedModel, _ source: DiagnosisSource
  ) throws -> (ScoreDiagnosis, MixtureScore) {
    let console = common.console
    var settings = MixtureFit.Settings()
    settings.components = components ?? (source.fitted.dimension <= 16 ? nil : 16)
    settings.seed = common.seed
    var line = console.progress("fitting")
    let sample = source.fitted.randomRows(DiagnosisSource.mixturePoints, seed: common.seed)
    let mixture = MixtureFit(sample, settings, workers: common.workers) { progress in
      line.update(
        done: progress.steps, total: settings.steps,
        detail: "steps, K = \(progress.components), start \(progress.restart + 1)")
      return !console.isInterrupted
    }.score
    line.end()
    try console.checkInterrupt()
    let points = EmpiricalScore(source.fitted)
    // The moments themselves: shrinking them would be another Gaussian.
    let gaussian = GaussianScore(mean: points.mean, covariance: points.covariance)
    var diagnosis = ScoreDiagnosis(
      of: model.score, against: [gaussian, mixture, points])
    diagnosis.truth = source.truth
    diagnosis.gradient = source.truth ?? mixture
    diagnosis.asymmetry.probes = probes
    return (diagnosis, mixture)
  }

  private func write(_ report: DiagnosisReport, of model: LoadedModel) throws {
    var outputs = OutputSet(overwrite: common.overwrite)
    outputs.metadata = [
      JSONMember("command", .string(commandLine)), JSONMember("version", .string(Tweedie.version)),
      JSONMember("model", .string(model.name)), JSONMember("modelDigest", .string(model.digest)),
    ]
    for path in output {
      if try OutputSet.format(of: path) == .png {
        let picture = report.figure
        picture.notes.forEach(common.console.note)
        try outputs.add(picture: picture.raster, to: path)
      } else {
        try outputs.add(bytes: Array(report.csv.utf8), to: path)
      }
    }
    try outputs.commit()
  }
}
