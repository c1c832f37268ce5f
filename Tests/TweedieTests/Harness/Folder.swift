import Arrays
import Files
import Foundation

/// A folder that lives as long as the value.
final class Folder: Sendable {
  let path: String

  init() throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    path = folder.path + "/tweedie-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ points: Points, to name: String) throws { try write(NPY.encode(points), to: name) }

  func write(_ json: JSONValue, to name: String) throws { try write(json.pretty, to: name) }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func points(_ name: String) throws -> Points {
    try NPY.read(path(name)).points(file: name)
  }

  func json(_ name: String) throws -> JSONValue { try JSONValue.parse(bytes(name), file: name) }

  /// Every file below with its digest, every folder with none.
  func listing() throws -> [String: String] {
    var result: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder)
      result[name] = isFolder.boolValue ? "" : SHA256.digest(of: try bytes(name))
    }
    return result
  }
}
