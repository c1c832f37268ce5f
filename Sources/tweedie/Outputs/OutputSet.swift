import Arrays
import Files
import Foundation
import Pictures

/// The files a command writes: all of them or none, each saying what made it.
struct OutputSet {
  /// What an output says of itself, in order.
  var metadata: [JSONMember] = []
  private var files: AtomicFile
  private let overwrite: Bool
  private(set) var paths: [String] = []

  /// A file's format, by the end of its name.
  enum Format { case png, npy, csv, tsv }

  init(overwrite: Bool, createParents: Bool = false) {
    self.overwrite = overwrite
    files = AtomicFile(overwrite: overwrite, createParents: createParents)
  }

  /// The format a path asks for, checked before the work begins.
  static func format(of path: String) throws -> Format {
    switch URL(fileURLWithPath: path).pathExtension.lowercased() {
    case "png": return .png
    case "npy": return .npy
    case "csv": return .csv
    case "tsv": return .tsv
    default:
      throw Failure.usage("An output ends in .png, .npy, .csv or .tsv, which \(path) does not.")
    }
  }

  /// Names of outputs that nobody asked for by name: `base` with each ending, and with -2, -3 and
  /// so on after it where a file of that name is there and may not be replaced.
  static func unused(_ base: String, _ endings: [String], overwrite: Bool) -> [String] {
    var number = 1
    while true {
      let stem = number == 1 ? base : "\(base)-\(number)"
      let names = endings.map { stem + $0 }
      let taken = names.flatMap { [$0, Sidecar.path(beside: $0)] }
        .contains { FileManager.default.fileExists(atPath: $0) }
      if overwrite || !taken { return names }
      number += 1
    }
  }

  /// Whether all of these could be written, said before the work rather than after it.
  static func check(_ paths: [String], overwrite: Bool, createParents: Bool = false) throws {
    for path in paths {
      try AtomicFile.check(path, overwrite: overwrite, createParents: createParents)
      if try format(of: path) != .png {
        try AtomicFile.check(
          Sidecar.path(beside: path), overwrite: overwrite, createParents: createParents)
      }
    }
    if let twice = paths.first(where: { path in paths.filter { $0 == path }.count > 1 }) {
      throw Failure.usage("The output \(twice) is named twice.")
    }
  }

  /// Stages rows of numbers, origin + points, with a JSON file beside them; no origin is zero.
  mutating func add(array points: Points, origin: [Double] = [], to path: String) throws {
    switch try Self.format(of: path) {
    case .npy: try stage(pieces: NPY.pieces(points, origin: origin), for: path)
    case .csv: try stage(pieces: CSV.pieces(points, origin: origin), for: path)
    case .tsv:
      try stage(pieces: CSV.pieces(points, delimiter: "\t", origin: origin), for: path)
    case .png: throw Failure.usage("\(path) is a picture; numbers go to .npy or .csv.")
    }
    paths.append(path)
    try stage(Sidecar.encode(metadata), for: Sidecar.path(beside: path))
  }

  /// Stages one number a row.
  mutating func add(column values: [Float], to path: String) throws {
    if try Self.format(of: path) == .npy {
      try stage(NPY.encode(column: values), for: path)
      paths.append(path)
      try stage(Sidecar.encode(metadata), for: Sidecar.path(beside: path))
    } else {
      try add(array: Points(count: values.count, dimension: 1, values: values), to: path)
    }
  }

  /// Stages a picture, with the metadata in its text chunks.
  mutating func add(picture raster: Raster, to path: String) throws {
    try files.stage(encodePNG(raster, texts: texts), for: path)
    paths.append(path)
  }

  /// Stages frames as one animated picture, with the metadata in its text chunks.
  mutating func add(film frames: [Raster], milliseconds: [Int], to path: String) throws {
    try files.stage(
      encodeAnimation(frames, milliseconds: milliseconds, texts: texts), for: path)
    paths.append(path)
  }

  /// The metadata as a picture's texts.
  private var texts: [(String, String)] {
    [("Software", "tweedie \(Tweedie.version)")]
      + metadata.map { member in
        let text: String
        if case .string(let words) = member.value {
          text = words
        } else {
          text = member.value.compact
        }
        return (Self.keyword(member.key), text)
      }
  }

  /// Stages bytes as they are.
  mutating func add(bytes: [UInt8], to path: String) throws {
    try stage(bytes, for: path)
    paths.append(path)
  }

  /// Puts every staged file in its place.
  mutating func commit() throws { try files.commit() }

  /// From the first file on the run is no longer interrupted.
  private mutating func stage(pieces: some Sequence<[UInt8]>, for path: String) throws {
    if paths.isEmpty { try Interrupt.beginWriting() }
    try files.stage(pieces: pieces, for: path)
  }

  private mutating func stage(_ bytes: [UInt8], for path: String) throws {
    try stage(pieces: CollectionOfOne(bytes), for: path)
  }

  /// The registered words of PNG where there is one.
  private static func keyword(_ key: String) -> String {
    switch key {
    case "command": "Comment"
    case "name": "Title"
    default: key
    }
  }
}
