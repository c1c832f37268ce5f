public import Arrays
import Foundation

/// Data read from a file or a folder: points, and what is known about them.
public struct DataFile: Sendable, Equatable {
  /// The rows, N × d, all finite, at least one: the data are origin + points.
  public let points: Points
  /// How a row is a picture; nil where it is none.
  public let image: ImageShape?
  /// Where bytes 0…255 (16-bit samples 0…65535) of pictures were mapped to; nil where numbers
  /// are in the file's own units.
  public let range: ClosedRange<Float>?
  /// What was left out on the way, a sentence each.
  public let notes: [String]
  /// Names of the coordinates, from the header of a table.
  public let columns: [String]?
  /// What was taken off in Double; nil where nothing was.
  private let taken: [Double]?

  /// Data from its parts; without an origin `points` are the data themselves.
  public init(
    points: Points, image: ImageShape?, range: ClosedRange<Float>?, notes: [String],
    columns: [String]?, origin: [Double]? = nil
  ) {
    precondition(origin.map { $0.count == points.dimension } ?? true, "Every column has an origin.")
    self.points = points
    self.image = image
    self.range = range
    self.notes = notes
    self.columns = columns
    taken = origin?.contains { $0 != 0 } == true ? origin : nil
  }

  /// What was taken off every row in Double before it was rounded to Float32, d numbers: data =
  /// origin + points. Zero for bytes, IDX, pictures, and wherever Float32 holds a column well.
  public var origin: [Double] {
    taken ?? [Double](repeating: 0, count: points.dimension)
  }

  /// Whether anything was taken off.
  public var hasOrigin: Bool { taken != nil }

  /// Reads what `specifier` names: a path, or a path and a selector after a colon —
  /// `arrays.npz:key`, `table.tsv:column=value`.
  ///
  /// The kind is known by the first bytes, for tables by being text: NPY, NPZ, IDX (also in gzip),
  /// PNG, a folder of PNGs, CSV or TSV. Bytes of pictures (PNG; IDX, NPY and NPZ bytes of at least
  /// three sizes) are mapped to `range`; all other numbers stay in their units.
  ///
  /// Float32 holds a column far from zero badly. Columns of tables (CSV, TSV, NPY and NPZ of more
  /// than a byte) whose median is more than 64 deviations from zero are therefore held about an
  /// ``origin`` of their own, unless another is asked for.
  ///
  /// - Throws: `notFound`; `badData` for what is damaged, empty, not finite or of no known kind.
  public static func read(
    _ specifier: String, range: ClosedRange<Float> = -1...1, about origin: DataOrigin = .own
  ) throws(FileError) -> DataFile {
    let (path, selector) = try split(specifier)
    if isFolder(path) {
      try refuse(selector, of: path, "a folder of pictures")
      return try PictureFolder.read(path, range: range).moved(to: origin)
    }
    let bytes = try OpenFile(path)
    switch try kind(of: bytes.prefix(1 << 16), path: path) {
    case .npy:
      try refuse(selector, of: path, "an NPY file")
      return try array(path, about: origin) { origin throws(FileError) in
        try NPY.parse(
          StoreBytes(bytes), of: bytes.count, file: path, mappingBytesTo: range, about: origin)
      }
    case .npz:
      return try array(path, about: origin) { origin throws(FileError) in
        try NPZ.parse(bytes, file: path, key: selector, mappingBytesTo: range, about: origin)
      }
    case .idx:
      try refuse(selector, of: path, "an IDX file")
      return try array(path, about: .zero) { _ throws(FileError) in
        try IDX.parse(bytes, file: path, mappingBytesTo: range)
      }.moved(to: origin)
    case .png:
      try refuse(selector, of: path, "a PNG file")
      return try PictureFolder.single(bytes.bytes(0..<bytes.count), file: path, range: range)
        .moved(to: origin)
    case .table:
      let table = try CSV.parse(
        bytes, file: path, keeping: filter(selector, of: path), about: origin)
      return DataFile(
        points: table.points, image: nil, range: nil, notes: table.notes, columns: table.columns,
        origin: table.origin)
    case nil:
      throw .bad(
        path, nil,
        "data must be NPY, NPZ, IDX (also in gzip), CSV, TSV, PNG or a folder of PNGs, found none of these"
      )
    }
  }

  private enum Kind { case npy, npz, idx, png, table }

  private static let endings: [(String, Kind)] = [
    (".npy", .npy), (".npz", .npz), (".gz", .idx), ("-ubyte", .idx), (".idx", .idx),
    (".png", .png), (".csv", .table), (".tsv", .table), (".txt", .table),
  ]

  /// The kind by the first bytes of a file.
  private static func kind(of bytes: [UInt8], path: String) -> Kind? {
    if bytes.starts(with: NPY.magic) { return .npy }
    if bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6]) {
      return .npz
    }
    if bytes.starts(with: [0x89] + Array("PNG".utf8)) { return .png }
    if IDX.isGzip(bytes) || IDX.isIDX(bytes) { return .idx }
    // No magic: believe the ending, whose reader then says what is missing.
    let name = path.lowercased()
    if let (_, kind) = endings.first(where: { name.hasSuffix($0.0) }) { return kind }
    let isText = bytes.prefix(4096).allSatisfy { $0 >= 0x20 || (9...13).contains($0) }
    let isJSON = bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
    return isText && !isJSON ? .table : nil
  }

  /// The same data held about a given origin; exact where bytes were read.
  public func moved(to origin: DataOrigin) -> DataFile {
    let d = points.dimension
    guard let new = origin.numbers(for: d), new != self.origin else { return self }
    let shift = zip(self.origin, new).map { $0 - $1 }
    let values = points.values.enumerated().map { Float(Double($1) + shift[$0 % d]) }
    return DataFile(
      points: Points(count: points.count, dimension: d, values: values), image: image,
      range: range, notes: notes, columns: columns, origin: new)
  }

  /// The array of a file, read again where its numbers need another origin.
  private static func array(
    _ path: String, about origin: DataOrigin,
    _ read: (_ origin: DataOrigin) throws(FileError) -> NumericArray
  ) throws(FileError) -> DataFile {
    var array: NumericArray? = try read(origin)
    if let better = array?.betterOrigin {
      // Let go of first: an array stands in memory once.
      array = nil
      array = try read(.given(better))
    }
    guard let array else { throw .bad(path, nil, "the array must be read") }
    var notes: [String] = []
    if array.shape.count == 4, array.image == nil, array.shape[1] == 1 || array.shape[1] == 3 {
      notes = [
        "read shape \(NumericArray.words(for: array.shape)) as plain rows: "
          + "pictures need their channels last"
      ]
    }
    return DataFile(
      points: try array.points(file: path), image: array.image, range: array.byteRange,
      notes: notes, columns: nil, origin: array.origin)
  }

  /// The path and the selector: the longest beginning that exists and is followed by a colon.
  static func split(_ specifier: String) throws(FileError) -> (String, String?) {
    let files = FileManager.default
    if files.fileExists(atPath: specifier) { return (specifier, nil) }
    for colon in specifier.indices.reversed() where specifier[colon] == ":" {
      let path = String(specifier[..<colon])
      if files.fileExists(atPath: path) {
        return (path, String(specifier[specifier.index(after: colon)...]))
      }
    }
    throw FileError(.notFound, file: specifier, rule: "there is no such file or folder")
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func refuse(_ selector: String?, of path: String, _ what: String) throws(FileError)
  {
    if let selector {
      throw .bad(
        path, "selector \"\(Legible.value(selector))\"", "\(what) must be named without a selector")
    }
  }

  private static func filter(_ selector: String?, of path: String) throws(FileError) -> CSV.Filter?
  {
    guard let selector else { return nil }
    guard let equals = selector.firstIndex(of: "=") else {
      throw .bad(
        path, "selector \"\(Legible.value(selector))\"",
        "rows of a table must be chosen as \(path):COLUMN=VALUE")
    }
    return CSV.Filter(
      column: String(selector[..<equals]),
      value: String(selector[selector.index(after: equals)...]))
  }
}
