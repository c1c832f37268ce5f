import ArgumentParser
import Arrays
import Diffusion
import Files

/// `tweedie fit gaussian`: mean and covariance.
struct FitGaussianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gaussian",
    abstract: "Fit one Gaussian: mean and covariance.",
    discussion: """
      EXAMPLE
        tweedie fit gaussian points.csv -o gaussian.json
        tweedie fit gaussian train-images-idx3-ubyte.gz --covariance low-rank --rank 64 -o g.json
      """)

  @OptionGroup var fit: FitOptions
  @OptionGroup var common: CommonOptions

  @Option(help: "full, diagonal, isotropic or low-rank.")
  var covariance = "full"

  @Option(
    parsing: .unconditional,
    help: "Directions of a low-rank covariance; as many as hold 95 % of the variance unless given.")
  var rank: Int?

  @Option(
    parsing: .unconditional,
    help: """
      Share by which a covariance is drawn toward the variances of its columns, or toward a sphere \
      in common units, 0 to 1; by rule unless given.
      """)
  var shrinkage: Double?

  @Option(
    help: """
      columns (each in a unit of its own; the default for tables) or common (one for all; the \
      default for pictures).
      """)
  var units: String?

  func validate() throws {
    if let shrinkage, !(0...1).contains(shrinkage) {
      throw ValidationError("--shrinkage takes a share from 0 to 1, not \(shrinkage).")
    }
    if let rank, rank < 0 { throw ValidationError("--rank takes a number from 0 on, not \(rank).") }
  }

  func run() throws {
    let kind = try Choices.gaussianKind(covariance, rank: rank)
    let data = try fit.read(common)
    if let rank, rank > data.points.dimension {
      throw Failure.usage(
        "--rank \(rank) is more than the \(data.points.dimension) coordinates of the data.")
    }
    let units = try fit.units(self.units, of: data, covariance: covariance, common)
    let result = GaussianFit(
      data.points, kind: kind, shrinkage: shrinkage.map { .fixed($0) } ?? .automatic, units: units,
      workers: common.workers)
    try fit.finish(
      .gaussian(
        GaussianDescription(
          mean: result.mean, covariance: CovarianceDescription(result.covariance))),
      data, result.report.description,
      [
        JSONMember("count", .integer(result.report.count)),
        JSONMember("dimension", .integer(result.report.dimension)),
        JSONMember("shrinkage", .number(result.report.shrinkage)),
        JSONMember("units", .string(result.report.units.rawValue)),
        JSONMember(
          "averageLogLikelihood", result.report.averageLogLikelihood.map { .number($0) } ?? .null),
      ], common)
  }
}
