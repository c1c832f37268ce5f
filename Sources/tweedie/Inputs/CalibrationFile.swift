import Diffusion
import Files
import Foundation

/// What a calibration belongs to: the model, its data, the surrogate, and the settings of the walk.
struct CalibrationKey: Hashable {
  /// A digest of everything but floor and budget.
  let base: String
  let start: Double
  let floor: Double
  let budget: Double

  init(
    _ model: LoadedModel, surrogate: String, from start: Double, to floor: Double, budget: Double
  ) {
    (self.start, self.floor, self.budget) = (start, floor, budget)
    let score = model.score
    let count =
      (score as? EmpiricalScore)?.count ?? (score as? NearestNeighborScore)?.exact.count ?? 0
    // Data can change behind a description that names it.
    let words = [
      model.digest, "\(count) \(score.dimension)", score.mean.description,
      "\(score.totalVariance)", surrogate, "\(start)",
      "\(PathCalibration.firstRows) \(PathCalibration.rowLimit(dimension: score.dimension)) \(PathCalibration.enough) "
        + "\(PathCalibration.levelsPerOctave) \(PathCalibration.farEnough)",
    ]
    base = SHA256.digest(of: Array(words.joined(separator: "\n").utf8))
  }

  /// The whole key in one word.
  var digest: String { SHA256.digest(of: Array("\(base)\n\(floor)\n\(budget)".utf8)) }
}

/// Calibrations kept beside a model: `digits.json` has `digits.teleport.json`.
///
/// A convenience and no more: what cannot be read is measured again, what cannot be written is not.
struct CalibrationFile {
  private let path: String

  /// Calibrations kept, the latest last.
  private static let limit = 32
  private static let kind = "teleport-calibration"

  init(beside model: String) {
    path = (model as NSString).deletingPathExtension + ".teleport.json"
  }

  /// The curve of exactly this key.
  func read(_ key: CalibrationKey) -> PathDivergence? {
    entries.first { $0["key"]?.text == key.digest }.flatMap(Self.curve)
  }

  /// The curves that differ from the key in floor and budget alone.
  func all(like key: CalibrationKey) -> [PathDivergence] {
    entries.filter { $0["base"]?.text == key.base }.compactMap(Self.curve)
  }

  /// Adds a curve, in place of one of the same key.
  func keep(_ curve: PathDivergence, for key: CalibrationKey) {
    // A file of someone else's that is no calibration stays as it is.
    if let other = contents, other["kind"]?.text != Self.kind { return }
    let entry = JSONValue.object([
      JSONMember("key", .string(key.digest)), JSONMember("base", .string(key.base)),
      JSONMember("budget", .number(key.budget)), JSONMember("floor", .number(key.floor)),
      JSONMember("evaluations", .integer(curve.evaluations)),
      JSONMember("sigma", JSONValue(curve.nodes.map(\.sigma))),
      JSONMember("rate", JSONValue(curve.nodes.map(\.rate))),
      JSONMember("nats", JSONValue(curve.nodes.map(\.nats))),
      JSONMember("standardError", JSONValue(curve.nodes.map(\.standardError))),
    ])
    let others = entries.filter { $0["key"]?.text != key.digest }.suffix(Self.limit - 1)
    let whole = JSONValue.object([
      JSONMember("kind", .string(Self.kind)), JSONMember("version", .string(Tweedie.version)),
      JSONMember("calibrations", .array(others + [entry])),
    ])
    try? AtomicFile.write(Array(whole.pretty.utf8), to: path, overwrite: true)
  }

  private var contents: JSONValue? {
    guard let bytes = try? FileBytes.read(path) else { return nil }
    return try? JSONValue.parse(bytes, file: path)
  }

  private var entries: [JSONValue] {
    guard let contents, contents["kind"]?.text == Self.kind,
      case .array(let entries) = contents["calibrations"]
    else { return [] }
    return entries
  }

  /// The curve of an entry, where all its numbers make one.
  private static func curve(_ entry: JSONValue) -> PathDivergence? {
    func numbers(_ key: String) -> [Double]? {
      guard case .array(let values) = entry[key] else { return nil }
      let numbers = values.compactMap(\.double)
      return numbers.count == values.count ? numbers : nil
    }
    guard let sigma = numbers("sigma"), let rate = numbers("rate"), let nats = numbers("nats"),
      let error = numbers("standardError"), let evaluations = entry["evaluations"]?.int
    else { return nil }
    let nodes = zip(zip(sigma, rate), zip(nats, error)).map {
      PathDivergence.Node(sigma: $0.0, rate: $0.1, nats: $1.0, standardError: $1.1)
    }
    guard [rate.count, nats.count, error.count].allSatisfy({ $0 == sigma.count }),
      PathDivergence.isValid(nodes), evaluations >= 0
    else { return nil }
    return PathDivergence(nodes: nodes, evaluations: evaluations)
  }
}
