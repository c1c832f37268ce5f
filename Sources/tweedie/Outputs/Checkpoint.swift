import Arrays
import Diffusion
import Files
import Foundation

/// A training run as a file: every buffer it goes on from, and what it was told to do.
enum Checkpoint {
  private static let format = "tweedie-training-1"

  /// Beside the model: `moons.safetensors` → `moons.checkpoint.safetensors`.
  static func path(beside output: String) -> String {
    output.dropLast(".safetensors".count) + ".checkpoint.safetensors"
  }

  /// Refuses to begin anew where the work of an interrupted run lies, which may have taken hours.
  static func check(_ path: String, resumes: Bool, overwrite: Bool) throws(FileError) {
    guard !resumes, !overwrite, FileManager.default.fileExists(atPath: path) else { return }
    throw FileError(
      .cannotWrite, file: path,
      rule: "the work of an interrupted run is here; --resume goes on from it, --overwrite begins "
        + "anew")
  }

  /// What a run must agree in to go on from a checkpoint with the same bits.
  static func fingerprint(_ run: TrainingRun, _ shape: NetworkShape, dataDigest: String) -> String {
    "\(shape) \(run.settings) data \(dataDigest)"
  }

  static func write(
    _ run: TrainingRun, fingerprint: String, seconds: Double, history: [TrainingReport],
    to path: String
  ) throws {
    let state = run.state
    let numbers = JSONValue.object([
      JSONMember("step", .integer(state.step)),
      JSONMember("bestExcess", state.bestExcess.map { .number($0) } ?? .null),
      JSONMember("bestAverage", .integer(state.bestAverage)),
      JSONMember("reportsSinceBest", .integer(state.reportsSinceBest)),
      JSONMember("lossSum", .number(state.lossSum)),
      JSONMember("lossCount", .integer(state.lossCount)),
      JSONMember("seconds", .number(seconds)),
    ])
    let file = Safetensors(
      metadata: [
        ("format", format), ("state", numbers.compact), ("run", fingerprint),
        ("history", JSONValue.array(history.map(\.json)).compact), ("madeBy", commandLine),
      ],
      tensors: state.buffers.map {
        NamedTensor($0.name, Tensor(shape: [$0.values.count], values: $0.values))
      })
    try AtomicFile.write(file.encode(), to: path, overwrite: true)
  }

  /// Puts `run` where the checkpoint at `path` was left; the seconds spent and the reports made.
  static func restore(
    _ run: TrainingRun, fingerprint: String, from path: String
  ) throws -> (seconds: Double, history: [TrainingReport]) {
    let file = try Safetensors.read(path)
    let reader = MetadataReader(file: file, path: path)
    guard file.text("format") == format else {
      throw reader.error("key \"format\"", "a checkpoint must say \(format)")
    }
    let json = try reader.object("state")
    guard file.text("run") == fingerprint else {
      throw reader.error(
        "key \"run\"",
        "--resume needs the data and the options the run began with, which were: "
          + "\(file.text("madeBy") ?? "not said")")
    }
    let state = TrainingState(
      buffers: file.tensors.map { ($0.name, $0.tensor.values) },
      step: try reader.whole(json, "state", "step", 0...1_000_000_000),
      bestExcess: json["bestExcess"]?.double,
      bestAverage: try reader.whole(json, "state", "bestAverage", 0...15),
      reportsSinceBest: try reader.whole(json, "state", "reportsSinceBest", 0...1_000_000_000),
      lossSum: json["lossSum"]?.double ?? 0,
      lossCount: try reader.whole(json, "state", "lossCount", 0...1_000_000_000))
    if let complaint = run.restore(state) { throw reader.error("key \"state\"", complaint) }
    guard case .array(let entries) = try reader.value("history") else {
      throw reader.error("key \"history\"", "it must be an array of reports")
    }
    let history = entries.compactMap(TrainingReport.init(json:))
    guard history.count == entries.count else {
      throw reader.error("key \"history\"", "it must be an array of reports")
    }
    return (json["seconds"]?.double ?? 0, history)
  }
}

extension TrainingReport {
  /// As a line of `train --json` has it, without the time.
  var json: JSONValue { .object(members) }

  /// The members of ``json``.
  var members: [JSONMember] {
    [
      JSONMember("step", .integer(step)),
      JSONMember("loss", .number(loss)),
      JSONMember("floor", floor.map { .number($0) } ?? .null),
      JSONMember(
        "excess",
        .array(
          excess.map { band in
            .object([
              JSONMember("sigmaLow", .number(band.sigmaLow)),
              JSONMember("sigmaHigh", .number(band.sigmaHigh)),
              JSONMember("train", .number(band.train)),
              JSONMember("heldOut", .number(band.heldOut)),
            ])
          })),
      JSONMember("relativeTo", .string(measure.rawValue)),
      JSONMember("halfLife", .number(halfLife)),
      JSONMember("best", .bool(isBest)),
    ]
  }

  init?(json: JSONValue) {
    guard let step = json["step"]?.int, let loss = json["loss"]?.double,
      case .array(let bands)? = json["excess"],
      let measure = json["relativeTo"]?.text.flatMap(Measure.init(rawValue:)),
      let halfLife = json["halfLife"]?.double, case .bool(let isBest)? = json["best"]
    else { return nil }
    var excess: [Band] = []
    for band in bands {
      guard let low = band["sigmaLow"]?.double, let high = band["sigmaHigh"]?.double,
        let train = band["train"]?.double, let heldOut = band["heldOut"]?.double
      else { return nil }
      excess.append(Band(sigmaLow: low, sigmaHigh: high, train: train, heldOut: heldOut))
    }
    self.init(
      step: step, loss: loss, floor: json["floor"]?.double, excess: excess, measure: measure,
      halfLife: halfLife, isBest: isBest)
  }
}
