import Arrays
import Diffusion
import Files
import Foundation
import ReadyModels

/// A model by the word for it, ready to evaluate.
struct LoadedModel {
  /// A name for titles and files.
  let name: String
  let score: any MomentScore
  let image: ImageShape?
  /// What black and white are in data units.
  let range: ClosedRange<Float>?
  /// SHA-256 of all that samples depend on: the description, the arrays beside it, and the data it
  /// names.
  let digest: String
  /// What it is, in words.
  let summary: String
  let madeBy: String?
  /// How good a network was after training; nil of other models, and where the file does not say.
  let heldOut: HeldOutError?
  /// The description's path; nil for models that are no file.
  let file: String?
  /// The coordinates of the score: points go in and samples come out through it.
  let frame: Frame
  /// What jumps need to know of it; shared by all copies.
  let calibrations = Calibrations()

  /// A description or a network by path, a description by name, or the exact score of a toy.
  ///
  /// A word is a path if a file is there, else a ready model, else toy:NAME.
  static func load(_ word: String, in coordinates: ModelCoordinates) throws -> LoadedModel {
    let model = try loaded(word, in: coordinates)
    try model.checkWidth(word)
    return model
  }

  private static func loaded(
    _ word: String, in coordinates: ModelCoordinates
  ) throws -> LoadedModel {
    if word.hasPrefix("toy:") { return try toy(word) }
    try refuseData(word)
    if FileManager.default.fileExists(atPath: word) {
      if word.lowercased().hasSuffix(".safetensors") {
        let bytes = try FileBytes.read(word)
        return LoadedModel(
          try NetworkFile(bytes, path: word), path: word, digest: SHA256.digest(of: bytes))
      }
      return try LoadedModel(
        FileBytes.read(word), path: word, word: word, isFile: true, in: coordinates)
    }
    if let bytes = ReadyModels.network(named: word) {
      return LoadedModel(
        try NetworkFile(bytes, path: word), path: nil, digest: SHA256.digest(of: bytes))
    }
    if let ready = ReadyModels.bytes(named: word) {
      return try LoadedModel(ready, path: word, word: word, isFile: false, in: coordinates)
    }
    let looksLikePath = word.contains("/") || word.contains(".")
    let close = Suggestion.words(for: Choices.plain(word), among: ReadyModels.names)
    let hint =
      looksLikePath
      ? "" : close.isEmpty ? "; ready models: \(ReadyModels.names.joined(separator: ", "))" : close
    throw FileError(.notFound, file: word, rule: "there is no such model file\(hint)")
  }

  private static func toy(_ word: String) throws -> LoadedModel {
    let toy = try DataSource.namedToy(String(word.dropFirst("toy:".count)))
    return LoadedModel(
      name: toy.name, score: toy.score,
      image: toy.image.map { ImageShape(width: $0.width, height: $0.height, channels: 1) },
      range: toy.image == nil ? nil : -1...1, digest: SHA256.digest(of: Array(word.utf8)),
      summary: "exact score of the toy \(toy.name): \(toy.summary)", madeBy: nil)
  }

  private init(
    name: String, score: any MomentScore, image: ImageShape?, range: ClosedRange<Float>?,
    digest: String, summary: String, madeBy: String?, heldOut: HeldOutError? = nil,
    file: String? = nil, frame: Frame? = nil
  ) {
    self.name = name
    self.score = score
    self.image = image
    self.range = range
    self.digest = digest
    self.summary = summary
    self.madeBy = madeBy
    self.heldOut = heldOut
    self.file = file
    self.frame = frame ?? Frame(dimension: score.dimension)
  }

  private init(_ network: NetworkFile, path: String?, digest: String) {
    self.init(
      name: network.name, score: network.model, image: network.image, range: network.range,
      digest: digest,
      summary: "a network in \(network.model.dimension) dimensions: "
        + (network.plane.map { "in a plane of \($0.rank), " } ?? "") + network.score.summary,
      madeBy: network.madeBy, heldOut: network.heldOut, file: path, frame: network.frame)
  }

  private init(
    _ bytes: [UInt8], path: String, word: String, isFile: Bool, in coordinates: ModelCoordinates
  ) throws {
    let (description, described) = try ModelDescription.identified(bytes, file: path)
    let stem = URL(fileURLWithPath: word).deletingPathExtension().lastPathComponent
    name = description.name ?? stem
    file = isFile ? path : nil
    madeBy = description.madeBy
    heldOut = nil
    switch description.kind {
    case .gaussian(let whole):
      digest = described
      let mean = whole.mean
      let variances = whole.covariance.columnVariances(mean.count)
      frame = coordinates.frame(
        mean: mean, deviations: variances.map { max(0, $0).squareRoot() },
        isImage: description.image != nil)
      let gaussian = whole.seen(in: frame)
      let covariance = try Covariance(gaussian.covariance, gaussian.mean.count, path, "covariance")
      score = GaussianScore(mean: gaussian.mean, covariance: covariance)
      summary = "a Gaussian in \(gaussian.mean.count) dimensions"
      (image, range) = (description.image, description.range)
    case .mixture(let whole):
      digest = described
      let (mean, deviations) = columnMoments(whole)
      frame = coordinates.frame(
        mean: mean, deviations: deviations, isImage: description.image != nil)
      let components = whole.map { [frame] in $0.seen(in: frame) }
      score = MixtureScore(
        try components.enumerated().map { index, component in
          MixtureScore.Component(
            weight: component.weight, mean: component.mean,
            covariance: try Covariance(
              component.covariance, component.mean.count, path, "components[\(index)].covariance"))
        })
      summary = "a mixture of \(components.count) Gaussians in \(score.dimension) dimensions"
      (image, range) = (description.image, description.range)
    case .neighbors(let neighbors):
      let word = neighbors.resolved(relativeTo: path).data
      var data = try DataSource.read(
        word, range: description.range ?? -1...1, about: .own)
      digest = SHA256.joined([described, try DataSource.digest(of: word)])
      (image, range) = (description.image ?? data.image, description.range ?? data.range)
      try Self.check(neighbors, data.points.count, path)
      frame = try Self.frame(neighbors, data, coordinates, path)
      data.move(into: frame)
      // The last of the data: a cloud takes the points over in the memory they lie in.
      let exact = EmpiricalScore(data.takePoints())
      score = Self.score(neighbors, exact)
      summary = Self.summary(neighbors, exact)
    }
    if let image, image.dimension != score.dimension {
      throw Failure.data(
        file: path, place: "key \"image\"",
        rule: "width × height × channels must be the dimension \(score.dimension), "
          + "found \(image.dimension)")
    }
  }

  /// The coordinates of a neighbours model. Widths of columns are part of a smoothed law, which the
  /// description states; the law of the points alone is the same in all.
  private static func frame(
    _ description: NeighborsDescription, _ data: DataSource, _ coordinates: ModelCoordinates,
    _ path: String
  ) throws -> Frame {
    let dimension = data.points.dimension
    if case .like(let frame) = coordinates, frame.dimension == dimension { return frame }
    if let scales = description.columnScales {
      guard scales.count == dimension else {
        throw Failure.data(
          file: path, place: "key \"columnScales\"",
          rule: "there must be one width for each of \(dimension) columns, found \(scales.count)")
      }
      return Frame(origin: data.origin, scale: scales)
    }
    guard description.smoothing == 0, data.image == nil, coordinates != .raw else {
      return Frame(origin: data.origin, scale: [Double](repeating: 1, count: dimension))
    }
    let deviations = data.points.columnDeviations
    let frame = coordinates.frame(
      mean: [Double](repeating: 0, count: dimension), deviations: deviations, isImage: false)
    return Frame(origin: data.origin, scale: frame.scale)
  }

  private static func check(
    _ description: NeighborsDescription, _ count: Int, _ path: String
  ) throws {
    guard case .nearest(let nearest) = description.neighbors, nearest > count else { return }
    throw Failure.data(
      file: path, place: "key \"neighbors\"",
      rule: "there must be at most as many neighbours as points in \(description.data), "
        + "\(count), found \(nearest)")
  }

  private static func score(
    _ description: NeighborsDescription, _ exact: EmpiricalScore
  ) -> any MomentScore {
    switch description.neighbors {
    case .all where description.smoothing == 0: return exact
    case .all:
      return NearestNeighborScore(
        exact, smoothing: description.smoothing, shifts: description.shifts,
        exactAbove: description.exactAbove ?? .infinity)
    case .nearest(let count):
      return NearestNeighborScore(
        exact, smoothing: description.smoothing, shifts: description.shifts,
        // Those beyond the nearest are all there is to draw from.
        neighbors: .nearest(
          count, remainder: min(description.remainder, exact.count - count)),
        exactAbove: description.exactAbove ?? .infinity)
    }
  }

  private static func summary(
    _ description: NeighborsDescription, _ exact: EmpiricalScore
  ) -> String {
    let among =
      switch description.neighbors {
      case .all: "all of them"
      case .nearest(let count): "the \(count) nearest and \(description.remainder) others"
      }
    return "smoothed nearest neighbours: \(exact.count) points in \(exact.dimension) dimensions, "
      + "smoothing \(description.smoothing.formatted(digits: 3)), \(description.shifts) shifts, "
      + "softmax over \(among)"
  }
}
