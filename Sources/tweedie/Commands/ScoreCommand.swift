import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie score`: a model evaluated at points.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Evaluate a model at points.",
    discussion: """
      Writes one row a point: denoised E[x0 | x], score (D - x)/sigma^2, noise or velocity \
      (x - D)/sigma; or one number a point: log-density log p(x; sigma) in nats, divergence tr J_D \
      of the denoiser.

      EXAMPLE
        tweedie score eight-gaussians points.npy --sigma 0.3 --as denoised -o out.npy
      """)

  @Argument(help: "A ready model, a .json description, a .safetensors network, or toy:NAME.")
  var model: String

  @Argument(help: "Points to evaluate at: .npy, .npz:key, IDX, .csv, a folder of PNGs, toy:NAME.")
  var points: String

  @Option(
    parsing: .unconditional,
    help: "The noise level, a standard deviation in data units; or a file with one a row.")
  var sigma: String

  @Option(
    name: .customLong("as"), help: "score, denoised, noise, velocity, log-density or divergence.")
  var quantity = "score"

  @OptionGroup var common: CommonOptions

  @Option(name: [.short, .long], help: "The file to write (.npy, .csv, .tsv).")
  var output: String

  func run() throws {
    let clock = ContinuousClock.now
    let quantity = try Choices.quantity(quantity)
    if try OutputSet.format(of: output) == .png {
      throw Failure.usage("score writes numbers: an output ends in .npy, .csv or .tsv.")
    }
    try OutputSet.check([output], overwrite: common.overwrite)
    let model = try LoadedModel.load(model, in: .raw)
    let data = try DataSource.read(points, for: model)
    data.notes.forEach(common.console.note)
    let noise = try noise(for: data.points.count)

    var outputs = OutputSet(overwrite: common.overwrite)
    outputs.metadata = [
      JSONMember("command", .string(commandLine)),
      JSONMember("version", .string(Tweedie.version)),
      JSONMember("model", .string(model.name)),
      JSONMember("modelDigest", .string(model.digest)),
      JSONMember("quantity", .string(quantity.rawValue)),
      JSONMember("sigma", .string(sigma)),
      JSONMember("seed", JSONValue(common.seed)),
    ]
    try evaluate(quantity, model, data.points, noise, into: &outputs)
    try outputs.commit()

    let seconds = (ContinuousClock.now - clock).seconds
    let console = common.console
    console.tell(
      "\(quantity.rawValue) of \(model.name) at \(data.points.count) points, "
        + "\(seconds.formatted(digits: 3)) s")
    console.tell("wrote \(output)")
    console.report([
      JSONMember("model", .string(model.name)),
      JSONMember("count", .integer(data.points.count)),
      JSONMember("seconds", .number(seconds)),
      JSONMember("outputs", JSONValue([output])),
    ])
  }

  private func evaluate(
    _ quantity: Choices.Quantity, _ model: LoadedModel, _ x: Points, _ noise: Noise,
    into outputs: inout OutputSet
  ) throws {
    let workspace = Workspace(
      samples: Samples(seed: common.seed, count: x.count), workers: common.workers)
    let frame = model.frame
    switch quantity {
    case .denoised:
      let clean = model.score.denoised(x, at: noise, in: workspace)
      try add(frame.differences(clean), about: frame.origin, &outputs)
    case .score:
      try add(frame.gradients(model.score.score(x, at: noise, in: workspace)), &outputs)
    case .noise:
      try add(model.score.noise(x, at: noise, in: workspace), &outputs)
    case .velocity:
      try add(frame.differences(model.score.noise(x, at: noise, in: workspace)), &outputs)
    case .logDensity:
      let values = try density(model).logDensity(x, at: noise, in: workspace)
      try add(values.map { $0 - frame.logVolume }, &outputs)
    case .divergence:
      let density = try density(model)
      try add(density.jacobianTrace(x, at: noise, in: workspace), &outputs)
    }
  }

  private func add(
    _ points: Points, about origin: [Double] = [], _ outputs: inout OutputSet
  ) throws {
    if let row = points.firstNotFiniteRow { throw notFinite(row) }
    try outputs.add(array: points, origin: origin, to: output)
  }

  private func add(_ values: [Double], _ outputs: inout OutputSet) throws {
    if let row = values.firstIndex(where: { !Float($0).isFinite }) { throw notFinite(row) }
    try outputs.add(column: values.map(Float.init), to: output)
  }

  private func notFinite(_ row: Int) -> Failure {
    .run(
      "The \(quantity) of row \(row) does not fit in Float32; sigma or the point is too extreme.")
  }

  private func density(_ model: LoadedModel) throws -> any DensityScore {
    guard let density = model.score as? any DensityScore else {
      throw Failure.usage(
        "\(model.name) is \(model.summary); it has no density, so --as \(quantity) is not defined.")
    }
    return density
  }

  /// One σ for all, or one a row from a file.
  private func noise(for count: Int) throws -> Noise {
    if let value = Double(sigma) {
      guard NoiseLevels.sigmaRange.contains(value) else {
        throw Failure.usage("--sigma takes a number from 1e-18 to 1e18, not \(sigma).")
      }
      return .uniform(value)
    }
    guard FileManager.default.fileExists(atPath: sigma) else {
      throw Failure.usage("--sigma takes a positive number or a file with one a row, not \(sigma).")
    }
    let values = try DataFile.read(sigma, about: .zero).points
    guard values.dimension == 1, values.count == count,
      values.values.allSatisfy({ NoiseLevels.sigmaRange.contains(Double($0)) })
    else {
      throw Failure.data(
        file: sigma, place: nil,
        rule: "noise levels must be \(count) numbers from 1e-18 to 1e18, one a point; "
          + "found \(values.count) rows of \(values.dimension)")
    }
    return .each(values.values.map(Double.init))
  }
}
