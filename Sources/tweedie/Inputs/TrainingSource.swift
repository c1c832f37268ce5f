import Arrays
import Diffusion
import Files

/// Training data by the word for it.
struct TrainingSource {
  let data: TrainingData
  let image: ImageShape?
  let range: ClosedRange<Float>?
  /// Whether it is a fixed set of points.
  let isFinite: Bool
  let hasCleanScore: Bool
  /// SHA-256 of what the points are a function of.
  let digest: String
  let notes: [String]
  /// The coordinates that the points are in.
  let frame: Frame
  /// The plane that the points of `data` are coordinates in; nil where they are what was read.
  let plane: Subspace?

  /// Reads data; with `rank`, its coordinates in the plane of so many directions in which it varies
  /// most.
  static func read(
    _ word: String, heldOut: Double, range: ClosedRange<Float>, rank: Int?, seed: UInt64
  ) throws -> TrainingSource {
    let named = try DataSource.toy(of: word)
    guard let toy = named?.toy, named?.isLaw == true else {
      return try finite(word, named?.toy, heldOut: heldOut, range: range, rank: rank, seed: seed)
    }
    if rank != nil {
      throw Failure.usage("--network subspace needs points to find a plane in, as \(word):20000.")
    }
    return TrainingSource(
      data: TrainingData(toy, seed: seed),
      image: toy.image.map { ImageShape(width: $0.width, height: $0.height, channels: 1) },
      range: toy.image == nil ? nil : -1...1, isFinite: false,
      hasCleanScore: !(toy.score is BoxMixtureScore),
      digest: SHA256.digest(of: Array("\(word) \(seed)".utf8)), notes: [],
      frame: Frame(dimension: toy.dimension), plane: nil)
  }

  private static func finite(
    _ word: String, _ toy: Toy?, heldOut: Double, range: ClosedRange<Float>, rank: Int?,
    seed: UInt64
  ) throws -> TrainingSource {
    var source = try DataSource.read(word, range: range, about: .own)
    let dimension = source.points.dimension
    // Columns of a table in units of their own deviations: one σ is to suit all. Toys are known in
    // their own coordinates, and pictures are one thing.
    let widths = Frame(
      mean: [Double](repeating: 0, count: dimension), deviations: source.points.columnDeviations,
      scalesColumns: source.image == nil && toy == nil ? nil : false)
    let frame = Frame(origin: source.origin, scale: widths.scale)
    source.move(into: frame)
    var points = source.points
    guard points.count >= 2 else {
      throw Failure.data(
        file: word, place: nil, rule: "training needs at least 2 points, found \(points.count)")
    }
    if let rank, rank > points.dimension {
      throw Failure.usage(
        "--subspace \(rank) is more than the \(points.dimension) coordinates of \(word).")
    }
    let plane = rank.map { Subspace(points, rank: $0) }
    if let plane { points = plane.coordinates(of: points) }
    // The exact denoiser of a toy is one of its own coordinates.
    let truth = plane == nil ? toy?.score : nil
    let data = TrainingData(points, heldOut: heldOut, truth: truth, seed: seed)
    let variance = Float(data.covariance.trace)
    guard variance > 0 else {
      throw Failure.data(
        file: word, place: nil,
        rule: "the \(points.count - data.heldOut.count) points left for training must not all be "
          + "equal")
    }
    guard variance < .infinity else {
      throw Failure.data(
        file: word, place: nil,
        rule: "the variance must be finite as a Float32, found \(data.covariance.trace): "
          + "divide the points by a constant")
    }
    return TrainingSource(
      data: data, image: source.image, range: source.range, isFinite: true,
      hasCleanScore: truth.map { !($0 is BoxMixtureScore) } ?? false,
      digest: SHA256.digest(ofPieces: NPY.pieces(points)), notes: source.notes, frame: frame,
      plane: plane)
  }
}
