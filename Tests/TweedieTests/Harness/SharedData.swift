import Foundation

/// Data sets that lie beside the package and are no part of it.
enum SharedData {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data").path

  static let images = folder + "/train-images-idx3-ubyte.gz"
  static let labels = folder + "/train-labels-idx1-ubyte.gz"
  static let datasaurus = folder + "/DatasaurusDozen-Long.tsv"

  static func holds(_ paths: String...) -> Bool {
    paths.allSatisfy { FileManager.default.fileExists(atPath: $0) }
  }
}
