import Files
import Foundation
import Testing

/// Folders of files that appear whole or not at all.
@Suite struct AtomicFolderTests {
  private let place: String

  init() throws {
    place = FileManager.default.temporaryDirectory.path + "/tweedie-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func `a folder holds its files and nothing else is left`() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let path = place + "/new/folder"
    try AtomicFolder.write([("a", [1]), ("b", [2, 3])], to: path + "/", overwrite: false)
    #expect(try names(path) == ["a", "b"])
    #expect(try FileBytes.read(path + "/b") == [2, 3])
    #expect(try names(place + "/new") == ["folder"])
    // What is there is replaced when asked, and then whole.
    #expect(throws: FileError.self) {
      try AtomicFolder.write([("a", [4])], to: path, overwrite: false)
    }
    try AtomicFolder.write([("a", [4]), ("b", []), ("c", [])], to: path, overwrite: true)
    #expect(try names(path) == ["a", "b", "c"])
    #expect(try FileBytes.read(path + "/a") == [4])
    #expect(try names(place + "/new") == ["folder"])
  }

  @Test func `a folder with anything else in it is never replaced`() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    try AtomicFile.write([7], to: place + "/mine", overwrite: false)
    let found = #expect(throws: FileError.self) {
      try AtomicFolder.write([("a", [1])], to: place, overwrite: true)
    }
    #expect(found?.exitCode == 73 && found?.rule.contains("mine") == true)
    #expect(try names(place) == ["mine"])
    #expect(throws: FileError.self) {
      try AtomicFolder.check(place + "/mine", of: ["a"], overwrite: true)
    }
    // A file that cannot be staged leaves nothing behind.
    #expect(throws: FileError.self) {
      try AtomicFolder.write([("a", [1]), ("no/such", [1])], to: place + "/x", overwrite: false)
    }
    #expect(try names(place) == ["mine"])
  }
}
