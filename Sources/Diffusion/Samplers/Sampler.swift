/// What a method is, in the words and numbers that tables and tests read.
public struct SamplerFacts: Sendable, Equatable {
  /// The name on the command line.
  public let name: String
  /// Order of the global error in the step: of trajectories where the method is deterministic, of
  /// laws where it draws; nil where none is claimed.
  public let order: Int?
  /// Denoiser evaluations of a step that does not end at σ = 0; that one takes one.
  public let evaluationsPerStep: Int
  /// Whether steps draw noise.
  public let stochastic: Bool
  /// Whether the method chooses its own steps.
  public let adaptive: Bool
  /// One line: what it is.
  public let summary: String
  /// Where it was published.
  public let reference: String

  /// Facts of a method.
  public init(
    name: String, order: Int?, evaluationsPerStep: Int, stochastic: Bool, adaptive: Bool = false,
    summary: String, reference: String
  ) {
    self.name = name
    self.order = order
    self.evaluationsPerStep = evaluationsPerStep
    self.stochastic = stochastic
    self.adaptive = adaptive
    self.summary = summary
    self.reference = reference
  }

  /// Denoiser evaluations a sample on a grid of n positive levels.
  public func evaluations(steps: Int) -> Int { (steps - 1) * evaluationsPerStep + 1 }

  /// The same method where a step takes another number of evaluations.
  func taking(_ evaluations: Int) -> SamplerFacts {
    SamplerFacts(
      name: name, order: order, evaluationsPerStep: evaluations, stochastic: stochastic,
      adaptive: adaptive, summary: summary, reference: reference)
  }
}

/// One method: how a state at σ becomes a state at σ′.
///
/// States are x, in data units, whatever the noise process: a method that steps z = s x in the
/// time of its process writes the step as a combination of x, D and noise. Every method ends with
/// D itself, at σ′ = 0: noise left in is the commonest fault of samplers.
public protocol Sampler: Sendable {
  /// Name, order, cost and source.
  static var facts: SamplerFacts { get }

  /// The same, where a setting of the method changes the cost of a step.
  var facts: SamplerFacts { get }

  /// How many batches of scratch points `step` uses, `walk.scratch[0]` and up.
  static var scratchCount: Int { get }

  /// How many earlier D a multistep method looks back on, `walk.past[0]` and up.
  static var pastCount: Int { get }

  /// Moves `walk.x` from one level to the next.
  func step(_ walk: inout Walk, from level: Level, to next: Level, with score: some Score)
}

extension Sampler {
  /// The facts of the type.
  public var facts: SamplerFacts { Self.facts }
  /// No scratch.
  public static var scratchCount: Int { 0 }
  /// No memory: a step starts from its state alone.
  public static var pastCount: Int { 0 }
}
