public import Arrays

/// A built-in distribution: its samples and its score come from the same definition.
///
/// A score learned or approximated elsewhere can be held against ``score``, which is exact at every
/// noise level; a sampler's output against ``draws(_:)``. Coordinates deviate by about one; points of
/// the plane and of space are centred near zero.
public struct Toy: Sendable, CustomStringConvertible {
  /// What it is called in commands and file names.
  public let name: String
  /// One line: what it looks like.
  public let summary: String
  /// Width and height where a point is a grey picture, row by row from −1 (paper) to 1 (ink).
  public let image: (width: Int, height: Int)?
  private let makeLaw: @Sendable () -> any ToyLaw
  private let known = Once<any ToyLaw>()

  init(
    _ name: String, _ summary: String, image: (width: Int, height: Int)? = nil,
    _ law: @autoclosure @escaping @Sendable () -> any ToyLaw
  ) {
    self.name = name
    self.summary = summary
    self.image = image
    makeLaw = law
  }

  /// Made at first use: whoever looks for one toy by name does not pay for the others.
  package var law: any ToyLaw { known.value(made: makeLaw) }

  /// The name.
  public var description: String { name }

  /// The number of coordinates, d.
  public var dimension: Int { law.dimension }

  /// The score of the very law that ``draws(_:)`` draws from, known at every noise level.
  public var score: any DensityScore & MomentScore { law.score }

  /// One point of p₀ for each sample, a function of the seed and the sample's index alone.
  public func draws(_ samples: Samples) -> Points { law.draws(samples) }

  /// The class of each sample of ``draws(_:)``; nil where there are no classes.
  public func labels(_ samples: Samples) -> [Int]? { law.labels(samples) }

  /// Every toy, in the order of a list to choose from.
  public static let all: [Toy] = [
    gaussian, eightGaussians, grid, twoMoons, swissRoll, checkerboard, rings, spiral, pinwheel,
    sCurve, glyphs,
  ]

  /// The toy called `name`, such as "two-moons".
  public static func named(_ name: String) -> Toy? { all.first { $0.name == name } }
}

/// What a toy is made of: a law that can be drawn from and whose score is known.
package protocol ToyLaw: Sendable {
  var dimension: Int { get }
  var score: any DensityScore & MomentScore { get }
  func draws(_ samples: Samples) -> Points
  func labels(_ samples: Samples) -> [Int]?
}

extension ToyLaw {
  package func labels(_ samples: Samples) -> [Int]? { nil }
}
