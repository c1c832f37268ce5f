import Files
import Foundation

/// Data where a model should be.
extension LoadedModel {
  /// Refuses a file or folder of data, and says how a model of it is made.
  static func refuseData(_ word: String) throws(FileError) {
    // table.csv:column=value and archive.npz:key name data too.
    let path = word.split(separator: ":", maxSplits: 1).first.map(String.init) ?? word
    guard FileManager.default.fileExists(atPath: path) else { return }
    let name = path.lowercased()
    let kind = (try? FileManager.default.attributesOfItem(atPath: path))?[.type]
    let isFolder = kind as? FileAttributeType == .typeDirectory && !name.hasSuffix(".json")
    guard isFolder || endings.contains(where: name.hasSuffix) else { return }
    throw FileError(
      .badData, file: word,
      rule: "a model is needed and this is \(isFolder ? "a folder of " : "")data; "
        + "\"tweedie fit neighbors \(word) -o MODEL.json\", or fit gaussian or mixture, makes one of it"
    )
  }

  /// Ends of names that data has and no model does.
  private static let endings = [
    ".csv", ".tsv", ".npy", ".npz", ".png", ".gz", "-ubyte", ".txt", ".dat",
  ]
}
