import ArgumentParser
import Arrays
import Diffusion
import Files

/// `tweedie fit mixture`: Gaussian components by expectation-maximisation.
struct FitMixtureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mixture",
    abstract: "Fit a mixture of Gaussians by expectation-maximisation.",
    discussion: """
      EXAMPLE
        tweedie fit mixture toy:eight-gaussians:20000 --components 8 -o eight.json
        tweedie fit mixture points.npy -o mixture.json
      """)

  @OptionGroup var fit: FitOptions
  @OptionGroup var common: CommonOptions

  @Option(
    name: [.customShort("k"), .long], parsing: .unconditional,
    help: "Number of components; chosen by held-out likelihood unless given.")
  var components: Int?

  @Option(help: "full, diagonal or isotropic; by the number of points unless given.")
  var covariance: String?

  @Option(parsing: .unconditional, help: "Random starts; the best is kept.")
  var restarts = 4

  @Option(
    parsing: .unconditional, help: "Least variance, as a share of the squared scale of a column.")
  var floor = 1e-6

  @Option(
    help: """
      columns (each in a unit of its own; the default for tables) or common (one for all; the \
      default for pictures).
      """)
  var units: String?

  func validate() throws {
    if let components, components < 1 {
      throw ValidationError("--components takes a number of at least 1, not \(components).")
    }
    guard (1...10_000).contains(restarts) else {
      throw ValidationError("--restarts takes a number from 1 to 10000, not \(restarts).")
    }
    guard (1e-10...1).contains(floor) else {
      throw ValidationError("--floor takes a share from 1e-10 to 1, not \(floor).")
    }
  }

  func run() throws {
    var settings = MixtureFit.Settings()
    settings.components = components
    settings.kind = try covariance.map(Choices.mixtureKind)
    settings.seed = common.seed
    settings.restarts = restarts
    settings.floor = floor
    let data = try fit.read(common)
    if let components, components > data.points.count {
      throw Failure.usage(
        "--components \(components) is more than the \(data.points.count) points of the data.")
    }
    settings.units = try fit.units(units, of: data, covariance: covariance, common)
    let console = common.console
    var line = console.progress("fitting")
    let result = MixtureFit(data.points, settings, workers: common.workers) { progress in
      line.update(
        done: progress.steps, total: settings.steps,
        detail: "steps, K = \(progress.components), start \(progress.restart + 1)")
      return !console.isInterrupted
    }
    line.end()
    try console.checkInterrupt()
    let components = result.components.map {
      ComponentDescription(
        weight: $0.weight, mean: $0.mean, covariance: CovarianceDescription($0.covariance))
    }
    try fit.finish(
      .mixture(components), data, result.report.description,
      [
        JSONMember("count", .integer(result.report.count)),
        JSONMember("dimension", .integer(result.report.dimension)),
        JSONMember("components", .integer(result.report.components)),
        JSONMember("units", .string(result.report.units.rawValue)),
        JSONMember(
          "averageLogLikelihood", result.report.averageLogLikelihood.map { .number($0) } ?? .null),
      ], common)
  }
}
