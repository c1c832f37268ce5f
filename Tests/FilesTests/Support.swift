import Files
import Foundation
import Testing

/// The bytes behind base64 text.
func bytes(base64 text: String) -> [UInt8] { Data(base64Encoded: text).map { [UInt8]($0) } ?? [] }

/// The sentence a read ends with; an issue where it ends well.
func sentence(
  _ location: SourceLocation = #_sourceLocation, of body: () throws(FileError) -> some Any
) -> String {
  do {
    _ = try body()
    Issue.record("nothing was thrown", sourceLocation: location)
    return ""
  } catch {
    return error.message
  }
}

/// A folder that lives as long as `body`.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory.path + "/files-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

/// Writes bytes without any of the care under test.
func put(_ bytes: [UInt8], _ path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Writes text without any of the care under test.
func put(_ text: String, _ path: String) throws { try put(Array(text.utf8), path) }

/// Random numbers with a fixed seed (SplitMix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// Every file that differs from `bytes` in one bit, and `extra` that differ in two to four bytes.
func damaged(_ bytes: [UInt8], extra: Int = 2000) -> [[UInt8]] {
  var all: [[UInt8]] = []
  for index in bytes.indices {
    for bit in 0..<8 {
      var copy = bytes
      copy[index] ^= 1 << UInt8(bit)
      all.append(copy)
    }
  }
  var dice = Dice(state: 20_260)
  for _ in 0..<extra {
    var copy = bytes
    for _ in 0..<Int.random(in: 2...4, using: &dice) {
      copy[Int.random(in: 0..<copy.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
    }
    all.append(copy)
  }
  return all
}

/// A small sound file of a format and its reader, which gives the numbers it finds.
struct Sample: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let numbers: @Sendable ([UInt8]) throws(FileError) -> [Float]

  var testDescription: String { name }
}

/// Where the data sets lie, beside the package.
let sharedData = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("shared/data").path

/// Whether a data set is there.
func hasData(_ name: String) -> Bool {
  FileManager.default.fileExists(atPath: sharedData + "/" + name)
}
