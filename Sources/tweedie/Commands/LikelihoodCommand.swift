import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie likelihood`: log-densities through the probability flow.
struct LikelihoodCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "likelihood",
    abstract: "Log-density of points through the probability flow.",
    discussion: """
      Writes one number a point: log p(x; sigma-min) in nats, the density of the data with noise of \
      sigma-min. Data points by themselves have no other density.

      EXAMPLE
        tweedie likelihood toy:two-moons points.npy -o log-density.npy
      """)

  @Argument(help: "A ready model, a .json description, or toy:NAME.")
  var model: String

  @Argument(help: "Points: .npy, .npz:key, IDX, .csv, a folder of PNGs, toy:NAME:COUNT:SEED.")
  var points: String

  @Option(
    parsing: .unconditional, help: "Steps from sigma-min to sigma-max; four evaluations each.")
  var steps = FlowLikelihood.defaultSteps

  @Option(
    name: .customLong("sigma-min"), parsing: .unconditional,
    help: "Where the density is taken; 0 or none is 0.004 of the data's deviation.")
  var sigmaMin: Double?

  @Option(
    name: .customLong("sigma-max"), parsing: .unconditional,
    help: "Where the density is known; 160 times the data's deviation unless given.")
  var sigmaMax: Double?

  @Option(
    parsing: .unconditional,
    help: "Random probes of the divergence, of models whose own is not known; 4 unless given.")
  var probes: Int?

  @Option(name: [.short, .long], help: "The file to write (.npy, .csv, .tsv).")
  var output: String?

  @OptionGroup var common: CommonOptions

  /// Probes that tell an error.
  private static let defaultProbes = 4

  func validate() throws {
    if !(2...1_000_000).contains(steps) {
      throw ValidationError("--steps takes a number from 2 to 1000000, not \(steps).")
    }
    if let probes, !(1...10_000).contains(probes) {
      throw ValidationError("--probes takes a number from 1 to 10000, not \(probes).")
    }
    try requireLevels([
      ("--sigma-min", sigmaMin == 0 ? nil : sigmaMin), ("--sigma-max", sigmaMax),
    ])
  }

  func run() throws {
    let clock = ContinuousClock.now
    if let output {
      if try OutputSet.format(of: output) == .png {
        throw Failure.usage("likelihood writes numbers: an output ends in .npy, .csv or .tsv.")
      }
      try OutputSet.check([output], overwrite: common.overwrite)
    }
    let model = try LoadedModel.load(model, in: .automatic)
    let density = model.score as? any DensityScore
    if probes != nil, density != nil {
      throw Failure.usage("--probes does not go with \(model.name), whose divergence is exact.")
    }
    let data = try DataSource.read(points, for: model)
    data.notes.forEach(common.console.note)
    if let note = model.columnNote { common.console.note(note) }
    let range = model.noiseRange
    let low = sigmaMin.flatMap { $0 > 0 ? $0 : nil } ?? range.lowerBound
    let high = sigmaMax ?? max(range.upperBound, 2 * low)
    guard low < high else {
      throw Failure.usage(
        "--sigma-min \(low.formatted(digits: 3)) must lie below --sigma-max "
          + "\(high.formatted(digits: 3)).")
    }
    let flow = FlowLikelihood(from: low, to: high, steps: steps)
    let found = try evaluate(flow, model, density, data.points)
    try finish(found, flow, model, (ContinuousClock.now - clock).seconds)
  }

  /// What the flow gives, and the model's own density where it has one.
  private struct Found {
    var values: [Double] = []
    var stepError = 0.0
    var probeErrors: [Double] = []
    var own: [Double] = []
  }

  /// Rows are taken in parts, so that a run can be interrupted and tell how far it is.
  private func evaluate(
    _ flow: FlowLikelihood, _ model: LoadedModel, _ density: (any DensityScore)?, _ x: Points
  ) throws -> Found {
    var found = Found()
    var line = common.console.progress("likelihood")
    let size = max(64, 200_000 / x.dimension)
    for first in stride(from: 0, to: x.count, by: size) {
      let rows = first..<min(x.count, first + size)
      let part = x.rows(rows)
      let workspace = Workspace(
        samples: Samples(seed: common.seed, first: first, count: rows.count),
        workers: common.workers)
      let result: FlowLikelihood.Result
      if let density {
        result = flow.logDensities(of: part, under: density, in: workspace)
        found.own += density.logDensity(part, at: .uniform(flow.sigmaMin), in: workspace)
      } else {
        result = flow.logDensities(
          of: part, under: model.score, probes: probes ?? Self.defaultProbes, in: workspace)
      }
      found.values += result.logDensities
      found.stepError = max(found.stepError, result.stepErrors.max() ?? 0)
      found.probeErrors += result.probeErrors ?? []
      line.update(done: rows.upperBound, total: x.count)
      try common.console.checkInterrupt()
    }
    line.end()
    // p(x) = p(y)/Π w_j.
    found.values = found.values.map { $0 - model.frame.logVolume }
    found.own = found.own.map { $0 - model.frame.logVolume }
    if let row = found.values.firstIndex(where: { !Float($0).isFinite }) {
      throw Failure.run(
        "The log-density of row \(row) is not a finite number; the point is too far from the data.")
    }
    return found
  }

  private func finish(
    _ found: Found, _ flow: FlowLikelihood, _ model: LoadedModel, _ seconds: Double
  ) throws {
    let count = Double(found.values.count)
    let mean = found.values.reduce(0, +) / count
    let squares = found.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = count > 1 ? (squares / (count - 1) / count).squareRoot() : nil
    let gap = zip(found.values, found.own).map { abs($0 - $1) }.max()
    // The root mean square over rows.
    let probeError =
      found.probeErrors.isEmpty
      ? nil : (found.probeErrors.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    let bits = bitsPerDimension(mean, model)
    var facts = [
      JSONMember("model", .string(model.name)),
      JSONMember("count", .integer(found.values.count)), JSONMember("mean", .number(mean)),
      JSONMember("standardError", error.map { .number($0) } ?? .null),
      JSONMember("sigmaMin", .number(flow.sigmaMin)),
      JSONMember("sigmaMax", .number(flow.sigmaMax)), JSONMember("steps", .integer(flow.steps)),
      JSONMember("stepError", .number(found.stepError)),
      JSONMember("probeError", probeError.map { .number($0) } ?? .null),
      JSONMember("ownDensityGap", gap.map { .number($0) } ?? .null),
      JSONMember("bitsPerDimension", bits.map { .number($0) } ?? .null),
    ]
    if let output {
      var outputs = OutputSet(overwrite: common.overwrite)
      outputs.metadata =
        [
          JSONMember("command", .string(commandLine)),
          JSONMember("version", .string(Tweedie.version)),
          JSONMember("modelDigest", .string(model.digest)),
          JSONMember("seed", JSONValue(common.seed)),
        ] + facts
      try outputs.add(column: found.values.map(Float.init), to: output)
      try outputs.commit()
    }
    let console = common.console
    console.tell(
      "log-density of \(model.name) at sigma = \(flow.sigmaMin.formatted(digits: 3)), "
        + "\(found.values.count) points, \(seconds.formatted(digits: 3)) s")
    if model.score is EmpiricalScore {
      console.note(
        "\(model.name) is a set of points, which has no density of its own: this is that of the "
          + "points with noise of sigma-min.")
    }
    var rows = [
      [
        "mean",
        mean.formatted(digits: 6) + (error.map { " +- \($0.formatted(digits: 2))" } ?? "")
          + " nats",
      ], ["step error", "\(found.stepError.formatted(digits: 2)) at most"],
    ]
    if let probeError {
      rows.append(["probe error", "\(probeError.formatted(digits: 2)) a point"])
    }
    if let gap { rows.append(["own density", "within \(gap.formatted(digits: 2))"]) }
    if let bits { rows.append(["bits", "\(bits.formatted(digits: 4)) a dimension"]) }
    table(rows).forEach(console.tell)
    if let output { console.tell("wrote \(output)") }
    facts += [
      JSONMember("seconds", .number(seconds)),
      JSONMember("outputs", JSONValue(output.map { [$0] } ?? [])),
    ]
    console.report(facts)
  }

  /// −log₂ of the probability of a picture of eight bits, for each of its numbers: the density times
  /// the volume of a grey level.
  private func bitsPerDimension(_ mean: Double, _ model: LoadedModel) -> Double? {
    guard model.image != nil, let range = model.range else { return nil }
    let level = Double(range.upperBound - range.lowerBound) / 255
    return -(mean / Double(model.score.dimension) + log(level)) / log(2)
  }
}
