/// One method that chooses its steps, a step of its own for every row.
///
/// A method measures its way along an axis of its own, a position that falls from the first level
/// to the last. Each row stands at its own place on it and tries steps of its own width: what a
/// row does is decided by that row alone, so that a sample has the same bits in every batch.
public protocol AdaptiveSampler: Sendable {
  /// Name, order, cost and source.
  static var facts: SamplerFacts { get }

  /// How many batches of scratch points an attempt uses, `walk.scratch[0]` and up; they follow
  /// their rows from attempt to attempt.
  static var scratchCount: Int { get }

  /// Whether a step that is taken back leaves the noise it has seen for the steps after it.
  var keepsNoise: Bool { get }

  /// Where a level lies on the axis.
  func position(of level: Level) -> Double

  /// σ at a place of the axis.
  func sigma(at position: Double, of process: NoiseProcess) -> Double

  /// The width of the first step, `length` being the whole way.
  func firstWidth(of length: Double) -> Double

  /// Tries one step of every row, ending in ``AdaptiveWalk/judge(_:by:)``.
  func attempt(_ walk: inout AdaptiveWalk, with score: some Score)

  /// The width to try after this attempt: `row.error` is its error in units of the tolerance,
  /// `row.lastError` that of the step accepted before.
  func width(after row: AdaptiveRow, accepted: Bool) -> Double
}

extension AdaptiveSampler {
  /// Name, order, cost and source.
  public var facts: SamplerFacts { Self.facts }
  /// There is no noise to keep.
  public var keepsNoise: Bool { false }
}

/// Where one row stands.
public struct AdaptiveRow: Sendable, Equatable {
  /// The row's place in the batch that the run began with.
  public let index: Int
  /// Its place on the method's axis.
  public internal(set) var position: Double
  /// The width of the step that it tries next.
  public internal(set) var width: Double
  /// The error of the last attempt, accepted up to 1.
  public internal(set) var error = 1.0
  /// The error of the last step accepted; 1 before the first.
  public internal(set) var lastError = 1.0
  /// Whether the last attempt was taken back.
  public internal(set) var retries = false
  /// Steps kept.
  public internal(set) var accepted = 0
  /// Steps taken back.
  public internal(set) var rejected = 0

  init(index: Int, position: Double, width: Double) {
    self.index = index
    self.position = position
    self.width = width
  }
}

/// The step to try of a width proposed, with `remaining` left of the way.
///
/// A step that nearly arrives is stretched to arrive, and one that would leave less than itself is
/// halved with the rest: no last step is narrower than half of the width proposed, least of all as
/// narrow as rounding.
func fitted(_ width: Double, into remaining: Double) -> Double {
  if 1.1 * width >= remaining { return remaining }
  return 2 * width > remaining ? remaining / 2 : width
}
