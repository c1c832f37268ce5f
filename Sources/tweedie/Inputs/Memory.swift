import Foundation

/// What the machine can hold, asked before it is filled.
enum Memory {
  /// The points, a copy on the way to a file, and the bytes of the file.
  private static let copies = 3.0

  /// Refuses more points than fit, of `dimension` numbers each.
  static func require(_ count: Int, of dimension: Int, _ what: String) throws(Failure) {
    let bytes = copies * Double(MemoryLayout<Float>.size) * Double(count) * Double(dimension)
    try require(bytes: bytes, "\(count) \(what) of \(dimension) numbers need")
  }

  /// Refuses what needs more bytes than there are; `what` begins the sentence.
  static func require(bytes: Double, _ what: String) throws(Failure) {
    guard bytes < Double(ProcessInfo.processInfo.physicalMemory) else {
      throw .usage("\(what) \((bytes / 1e9).formatted(digits: 3)) GB, more than this machine has.")
    }
  }
}
