import Arrays
import Diffusion
import Files
import Foundation

/// Data by the word for it: a file, a folder of pictures, or toy:NAME[:COUNT[:SEED]].
struct DataSource {
  /// Rows about ``origin``: the data are origin + points.
  private(set) var points: Points
  let image: ImageShape?
  let range: ClosedRange<Float>?
  let notes: [String]
  let columns: [String]?
  /// What was taken off every row in Double (``DataFile/origin``), d numbers; mostly zeros. Whoever
  /// hands points on hands it on, or reads them about the origin of what takes them.
  private(set) var origin: [Double]

  /// Points of a toy that is named without a count.
  static let defaultToyCount = 2000

  private init(_ file: DataFile) {
    points = file.points
    image = file.image
    range = file.range
    notes = file.notes
    columns = file.columns
    origin = file.origin
  }

  /// Reads data; bytes of pictures are mapped to `range`. Who asks for another origin than zero has
  /// to hand ``origin`` on to whatever takes the points.
  static func read(
    _ word: String, range: ClosedRange<Float> = -1...1, about origin: DataOrigin = .zero
  ) throws -> DataSource {
    if word.hasPrefix("toy:") { return DataSource(try toy(word).moved(to: origin)) }
    let file = try DataFile.read(word, range: range, about: origin)
    // What reading took is not needed beside the data.
    SystemMemory.releaseUnused()
    return DataSource(file)
  }

  /// What tells the points of a word from any other: the bytes of files, or what a toy's draws are a
  /// function of. See ``DataFile/digest(of:)``.
  static func digest(of word: String) throws -> String {
    guard word.hasPrefix("toy:") else { return try DataFile.digest(of: word) }
    let (name, count, seed) = try toyParts(word)
    return SHA256.digest(of: Array("toy:\(name):\(count):\(seed)".utf8))
  }

  /// Reads points to evaluate a model at, in its coordinates and of its dimension.
  static func read(_ word: String, for model: LoadedModel) throws -> DataSource {
    var data = try read(word, range: model.range ?? -1...1, about: .given(model.frame.origin))
    guard data.points.dimension == model.score.dimension else {
      throw Failure.data(
        file: word, place: nil,
        rule: "points must have the model's \(model.score.dimension) coordinates, "
          + "found \(data.points.dimension)")
    }
    data.move(into: model.frame)
    return data
  }

  /// The points, which are then no longer here: whoever changes them need not copy them.
  mutating func takePoints() -> Points {
    let taken = points
    points = Points(count: 0, dimension: taken.dimension)
    return taken
  }

  /// Changes the points into the coordinates of a frame.
  mutating func move(into frame: Frame) {
    let points = takePoints()
    self.points = frame.coordinates(of: points, from: origin)
    origin = frame.origin
  }

  /// The name, the count and the seed of toy:NAME[:COUNT[:SEED]].
  private static func toyParts(
    _ word: String
  ) throws -> (name: String, count: Int, seed: UInt64) {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
    let numbers = parts.dropFirst().map { UInt64($0) }
    guard let name = parts.first, numbers.count <= 2, numbers.allSatisfy({ $0 != nil }) else {
      throw Failure.usage("A toy is named toy:NAME[:COUNT[:SEED]], not \(word).")
    }
    let count = numbers.first.flatMap { $0 } ?? UInt64(defaultToyCount)
    guard (1...100_000_000).contains(count) else {
      throw Failure.usage("A toy has 1 to 100000000 points, not \(count).")
    }
    return (String(name), Int(count), numbers.dropFirst().first.flatMap { $0 } ?? 0)
  }

  private static func toy(_ word: String) throws -> DataFile {
    let (name, count, seed) = try toyParts(word)
    let toy = try namedToy(name)
    try Memory.require(count, of: toy.score.dimension, "points")
    return DataFile(
      points: toy.draws(Samples(seed: seed, count: count)),
      image: toy.image.map { ImageShape(width: $0.width, height: $0.height, channels: 1) },
      range: toy.image == nil ? nil : -1...1, notes: [], columns: nil)
  }

  /// The toy of a word `toy:NAME…`, and whether it means the law itself, drawn from for ever, and not
  /// a count of points; nil for other data.
  static func toy(of word: String) throws -> (toy: Toy, isLaw: Bool)? {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    guard parts[0] == "toy", parts.count > 1 else { return nil }
    return (try namedToy(String(parts[1])), parts.count == 2)
  }

  static func namedToy(_ name: String) throws -> Toy {
    guard let toy = Toy.named(name) else {
      throw Choices.unknown("toy", name, Toy.all.map(\.name))
    }
    return toy
  }
}
