import Arrays
import Diffusion
import Files
import Foundation
import ReadyModels

/// What samples are held against: data, or a law that exact points can be drawn from.
enum ReferenceLaw {
  case data(DataSource)
  case law(LoadedModel, any DrawableScore)

  /// A word for data, or for a model: a description, a ready model, or a toy without a count.
  static func read(_ word: String, range: ClosedRange<Float>) throws -> ReferenceLaw {
    guard isModel(word) else { return .data(try DataSource.read(word, range: range, about: .own)) }
    let model = try LoadedModel.load(word, in: .raw)
    guard let drawable = model.score as? any DrawableScore else {
      throw Failure.usage("\(model.name) cannot be drawn from; give data as --reference.")
    }
    return .law(model, drawable)
  }

  private static func isModel(_ word: String) -> Bool {
    if word.hasPrefix("toy:") { return word.count(where: { $0 == ":" }) == 1 }
    if FileManager.default.fileExists(atPath: word) { return word.lowercased().hasSuffix(".json") }
    return ReadyModels.names.contains(word) || word.lowercased().hasSuffix(".json")
  }

  /// The number of coordinates.
  var dimension: Int {
    switch self {
    case .data(let data): data.points.dimension
    case .law(let model, _): model.score.dimension
    }
  }

  /// What its points are told from: distances do not see it, and sets told from one keep digits.
  var origin: [Double] {
    switch self {
    case .data(let data): data.origin
    case .law(let model, _): model.frame.origin
    }
  }

  /// Whether its points are pictures.
  var isPicture: Bool {
    switch self {
    case .data(let data): data.image != nil
    case .law(let model, _): model.image != nil
    }
  }

  /// The points of data, which are then no longer here; nil of a law.
  mutating func takePoints() -> Points? {
    guard case .data(var data) = self else { return nil }
    let points = data.takePoints()
    self = .data(data)
    return points
  }

  /// What the user should know about it.
  var notes: [String] {
    switch self {
    case .data(let data): data.notes
    case .law(let model, let law) where law is EmpiricalScore || law is NearestNeighborScore:
      ["\(model.name) as a reference is its data, drawn with replacement."]
    case .law: []
    }
  }

  /// The components, where they are known and few enough to be modes.
  var mixture: MixtureScore? {
    guard case .law(let model, _) = self, let mixture = model.score as? MixtureScore,
      (2...Self.mostModes).contains(mixture.components.count)
    else { return nil }
    return mixture
  }

  /// More components than this trace a curve rather than stand for modes.
  static let mostModes = 64

  /// Points to measure against, from ``origin``: at most `most` of the data, or `count` exact draws.
  func points(_ count: Int, atMost most: Int, seed: UInt64) -> Points {
    switch self {
    case .data(let data): data.points.randomRows(most, seed: seed)
    case .law(let model, let law):
      model.frame.differences(law.draws(Samples(seed: seed, count: count), purpose: .measure))
    }
  }

  /// The floor of a metric between sets of these sizes.
  func floor(
    of metric: some SetMetric, count: Int, referenceCount: Int, seed: UInt64, workers: Workers
  ) -> Floor {
    switch self {
    case .data(let data):
      return Floor(
        of: metric, splitting: data.points, count: count, referenceCount: referenceCount,
        seed: seed, workers: workers)
    case .law(let model, let law):
      let (frame, n, m) = (model.frame, count, referenceCount)
      guard frame.scalesColumns else {
        return Floor(
          of: metric, drawing: law, count: n, referenceCount: m, seed: seed, workers: workers)
      }
      return Floor(
        of: ColumnMetric(metric, in: ColumnUnits(of: frame)), drawing: law, count: n,
        referenceCount: m, seed: seed, workers: workers)
    }
  }
}
