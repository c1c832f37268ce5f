import Arrays
import Diffusion
import Files

/// Surrogates and calibrations of one model, found once for the life of the program and shared by
/// all plans.
final class Calibrations {
  /// What a calibration came to.
  struct Found {
    let curve: PathDivergence
    /// Whether it was read from the file beside the model.
    let isCached: Bool
  }

  private var surrogates: [String: Surrogate] = [:]
  private var digests: [String: String] = [:]
  private var found: [CalibrationKey: Found] = [:]
  private var said: Set<String> = []

  /// The surrogate by its word, nil for the Gaussian of the model itself.
  func surrogate(
    _ word: String?, of model: LoadedModel, _ console: Console, _ workers: Workers
  ) throws -> Surrogate {
    if let known = surrogates[word ?? ""] { return known }
    let surrogate =
      try word.map { try Surrogate.read($0, for: model, workers) } ?? Surrogate.own(of: model)
    if let word, let warning = surrogate.warning(for: model, named: word) {
      note(warning, console)
    }
    surrogates[word ?? ""] = surrogate
    return surrogate
  }

  /// Says something once, however many plans come upon it.
  func note(_ line: String, _ console: Console) {
    if said.insert(line).inserted { console.note(line) }
  }

  /// What identifies a calibration of `model` against a surrogate.
  func key(
    _ word: String?, _ surrogate: Surrogate, of model: LoadedModel, from start: Double,
    to floor: Double, budget: Double
  ) -> CalibrationKey {
    let digest = digests[word ?? ""] ?? surrogate.digest
    digests[word ?? ""] = digest
    return CalibrationKey(model, surrogate: digest, from: start, to: floor, budget: budget)
  }

  /// The curve for a key: kept in memory, else beside the model, else measured now.
  func curve(
    _ key: CalibrationKey, _ surrogate: Surrogate, of model: LoadedModel, _ console: Console,
    _ workers: Workers
  ) throws -> Found {
    if let known = found[key] { return known }
    if let file = model.file, let curve = CalibrationFile(beside: file).read(key) {
      found[key] = Found(curve: curve, isCached: true)
      return Found(curve: curve, isCached: true)
    }
    var line = console.progress("calibrating")
    defer { line.end() }
    let walk = PathCalibration(from: key.start, to: key.floor, budget: key.budget)
    defer { SystemMemory.releaseUnused() }
    let curve = try walk.measure(model.score, against: surrogate.score, workers: workers) {
      try console.checkInterrupt()
      guard $0.isFinite else {
        throw Failure.usage(
          "--teleport auto cannot be calibrated: at sigma \($0.sigma.formatted(digits: 3)) the numbers "
            + "of \(model.name), of deviation \(model.score.deviation.formatted(digits: 3)), leave "
            + "Float32; give the data in another unit.")
      }
      SystemMemory.returnFreed()
      // The end is where the budget is, which is known when it is reached.
      line.update(
        done: Int(100 * min(1, $0.nats / key.budget)), total: 100,
        detail: "\($0.evaluations) evaluations, down to sigma \($0.sigma.formatted(digits: 3))")
    }
    if let file = model.file { CalibrationFile(beside: file).keep(curve, for: key) }
    found[key] = Found(curve: curve, isCached: false)
    return Found(curve: curve, isCached: false)
  }

  /// Nats down to `sigma` where a calibration that is there already tells: of any budget and floor.
  func knownNats(_ key: CalibrationKey, at sigma: Double, of model: LoadedModel) -> Double? {
    let curves =
      found.filter { $0.key.base == key.base }.sorted { $0.key.budget < $1.key.budget }
      .map(\.value.curve)
      + (model.file.map { CalibrationFile(beside: $0).all(like: key) } ?? [])
    return curves.lazy.compactMap { $0.nats(at: sigma) }.first
  }
}
