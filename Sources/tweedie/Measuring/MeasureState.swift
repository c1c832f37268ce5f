import Arrays
import Files
import Foundation

/// What a measurement has found so far, in a folder beside its output: it goes on from there.
struct MeasureState {
  let folder: String
  private let settings: [JSONMember]

  /// The state of a measurement with these settings, written to `output`.
  init(for output: String, settings: [JSONMember]) {
    var path = output
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    folder = path + ".partial"
    self.settings = settings
  }

  private static let settingsName = "settings.json"

  /// Opens the folder: a new one, or with `resume` one that was begun with the same settings.
  func open(resume: Bool, overwrite: Bool) throws {
    let exists = FileManager.default.fileExists(atPath: folder)
    if exists, !resume {
      guard overwrite else {
        throw FileError(
          .cannotWrite, file: folder,
          rule: "an unfinished measurement lies here; give --resume to go on with it, or "
            + "--overwrite to begin again")
      }
      try remove()
    }
    if exists, resume { return try compare() }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(.cannotWrite, file: folder, rule: "the folder cannot be made")
    }
    try AtomicFile.write(
      Array(JSONValue.object(settings).pretty.utf8), to: path(Self.settingsName), overwrite: true)
  }

  /// Refuses a state of other settings, by the name of the first that differs.
  private func compare() throws {
    let file = path(Self.settingsName)
    let found = try JSONValue.parse(FileBytes.read(file), file: file)
    for member in settings where found[member.key] != member.value {
      let words = found[member.key].map { $0.text ?? $0.compact } ?? "nothing"
      throw Failure.data(
        file: folder, place: nil,
        rule: "it was begun with \(member.key) \(words), not "
          + "\(member.value.text ?? member.value.compact); --resume takes the same words, and "
          + "--overwrite without it begins again")
    }
  }

  /// Points and facts kept under a name; nil where there are none.
  func recall(_ name: String) throws -> (points: Points, facts: JSONValue)? {
    let (array, json) = (path(name + ".npy"), path(name + ".json"))
    // The facts come last: where they are, the points are.
    guard FileManager.default.fileExists(atPath: json) else { return nil }
    return (
      try NPY.read(array).points(file: array), try JSONValue.parse(FileBytes.read(json), file: json)
    )
  }

  /// Keeps points and facts under a name.
  func keep(_ points: Points, _ facts: [JSONMember], as name: String) throws {
    try AtomicFile.write(
      pieces: NPY.pieces(points), to: path(name + ".npy"), overwrite: true)
    try AtomicFile.write(
      Array(JSONValue.object(facts).pretty.utf8), to: path(name + ".json"), overwrite: true)
  }

  /// Takes the folder away.
  func remove() throws {
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      throw FileError(.cannotWrite, file: folder, rule: "the folder cannot be taken away")
    }
  }

  private func path(_ name: String) -> String { folder + "/" + name }
}
