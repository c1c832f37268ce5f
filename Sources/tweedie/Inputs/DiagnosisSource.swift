import Arrays
import Diffusion

/// The points that a diagnosis is made at, and those that simpler scores are made from.
struct DiagnosisSource {
  /// What Gaussian, mixture and neighbours are made from.
  let fitted: Points
  /// What noise is put on.
  let clean: Points
  /// The exact score, of toys.
  let truth: (any DensityScore)?
  let notes: [String]

  /// Points of a toy without a count that simpler scores are made from: `toy:NAME:10000`.
  private static let toyPoints = 10_000
  /// The first sample of those that noise is put on: none that anything was made from.
  private static let firstFresh = 1 << 50
  /// Points that a mixture is fitted to, at most.
  static let mixturePoints = 20_000

  init(_ command: DiagnoseCommand, _ model: LoadedModel) throws {
    let (word, seed) = (command.data, command.common.seed)
    let named = try DataSource.toy(of: word)
    let (toy, isLaw) = (named?.toy, named?.isLaw ?? false)
    let data = try DataSource.read(isLaw ? "\(word):\(Self.toyPoints)" : word, for: model)
    try Self.check(data.points, word)
    fitted = data.points
    truth = toy?.score
    if let other = command.points {
      let source = try DataSource.read(other, for: model)
      try Self.check(source.points, other)
      clean = source.points.randomRows(command.count, seed: seed)
      notes = data.notes + source.notes
    } else if let toy, isLaw {
      try Memory.require(command.count, of: toy.dimension, "points")
      clean = toy.draws(Samples(seed: seed, first: Self.firstFresh, count: command.count))
      notes = data.notes
    } else {
      clean = data.points.randomRows(command.count, seed: seed)
      notes = data.notes
    }
  }

  private static func check(_ points: Points, _ word: String) throws {
    guard points.count < 2 else { return }
    throw Failure.data(
      file: word, place: nil, rule: "a diagnosis needs at least 2 points, found \(points.count)")
  }
}
