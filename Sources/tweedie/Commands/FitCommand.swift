import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie fit`: closed-form models from data.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a closed-form model to data.",
    discussion: """
      DATA is .npy, .npz:key, IDX (also .gz), .csv or .tsv (table.tsv:column=value keeps some \
      rows), a folder of PNGs, or toy:NAME[:COUNT[:SEED]].

      EXAMPLE
        tweedie fit neighbors train-images-idx3-ubyte.gz -o digits.json
        tweedie fit mixture toy:two-moons --components 16 -o moons.json
      """,
    subcommands: [FitGaussianCommand.self, FitMixtureCommand.self, FitNeighborsCommand.self])
}

/// What every fit takes.
struct FitOptions: ParsableArguments {
  @Argument(help: "The data.")
  var data: String

  @Option(name: [.short, .long], help: "The description to write (.json).")
  var output: String

  @Option(
    parsing: .unconditional,
    help: "What black and white become: -1,1 (the default) or 0,1. Bytes of pictures only.")
  var range = "-1,1"

  /// Reads the data, once it is certain that the model can be written.
  func read(_ common: CommonOptions) throws -> DataSource {
    guard output.lowercased().hasSuffix(".json") else {
      throw Failure.usage("A model description ends in .json, which \(output) does not.")
    }
    try AtomicFile.check(output, overwrite: common.overwrite)
    let range = try Choices.range(range, option: "--range")
    let data = try DataSource.read(data, range: range, about: .own)
    data.notes.forEach(common.console.note)
    return data
  }

  /// The units of the fit; says so where one unit for all columns lets some of them decide.
  func units(
    _ word: String?, of source: DataSource, covariance: String?, _ common: CommonOptions
  ) throws -> FitUnits {
    let units = try Choices.fitUnits(
      word, isImage: source.image != nil, covariance: covariance)
    warn(units, source.points, isImage: source.image != nil, common)
    return units
  }

  /// Pixels share a unit, however much they differ.
  func warn(_ units: FitUnits, _ points: Points, isImage: Bool, _ common: CommonOptions) {
    if !isImage, let warning = units.warning(for: points, workers: common.workers) {
      common.console.note("note: \(warning)")
    }
  }

  /// Writes the description and says what was found.
  func finish(
    _ kind: ModelDescription.Kind, _ source: DataSource, _ report: String,
    _ facts: [JSONMember], _ common: CommonOptions
  ) throws {
    let model = ModelDescription(
      kind: kind.moved(by: source.origin), image: source.image, range: source.range,
      name: URL(fileURLWithPath: output).deletingPathExtension().lastPathComponent,
      madeBy: commandLine, version: Tweedie.version)
    try Interrupt.beginWriting()
    try model.write(to: output, overwrite: common.overwrite)
    report.split(separator: "\n").forEach { common.console.tell(String($0)) }
    common.console.tell("wrote \(output)")
    common.console.report(
      [JSONMember("model", .string(model.name ?? "")), JSONMember("data", .string(data))] + facts
        + [
          JSONMember("report", .string(report)), JSONMember("outputs", JSONValue([output])),
        ])
  }
}

extension ModelDescription.Kind {
  /// The law of x + origin; data that are named bring their own.
  fileprivate func moved(by origin: [Double]) -> ModelDescription.Kind {
    switch self {
    case .gaussian(var law):
      law.mean = zip(law.mean, origin).map { $0 + $1 }
      return .gaussian(law)
    case .mixture(let components):
      return .mixture(
        components.map { component in
          var moved = component
          moved.mean = zip(component.mean, origin).map { $0 + $1 }
          return moved
        })
    case .neighbors: return self
    }
  }
}

extension CovarianceDescription {
  /// The shortest description of a covariance.
  init(_ covariance: Covariance) {
    if covariance.basis == nil {
      self =
        covariance.variances.isEmpty
        ? .isotropic(covariance.rest) : .diagonal(covariance.variances)
    } else if let basis = covariance.basis, basis.rows < covariance.dimension {
      self = .lowRank(
        directions: (0..<basis.rows).map { Array(basis.row($0)) },
        variances: covariance.variances, rest: covariance.rest)
    } else {
      let matrix = covariance.matrix
      // Both halves from one: a description is symmetric to the digit.
      self = .full(
        (0..<matrix.rows).map { row in
          (0..<matrix.columns).map { matrix[max(row, $0), min(row, $0)] }
        })
    }
  }
}
