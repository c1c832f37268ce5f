public import Arrays

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

  /// Denoiser evaluations a sample on a grid of n positive levels.
  public func evaluations(steps: Int) -> Int { (steps - 1) * evaluationsPerStep + 1 }
}

/// One method: how a state at σ becomes a state at σ′.
///
/// States are x, in data units, whatever the noise process: a method that steps z = s x in the
/// time of its process writes the step as a combination of x, D and noise. Every method ends with
/// D itself, at σ′ = 0: noise left in is the commonest fault of samplers.
public protocol Sampler: Sendable {
  /// Name, order, cost and source.
  static var facts: SamplerFacts { get }

  /// How many batches of scratch points `step` uses, `walk.scratch[0]` and up.
  static var scratchCount: Int { get }

  /// Moves `walk.x` from one level to the next.
  func step(_ walk: inout Walk, from level: Level, to next: Level, with score: some Score)
}

extension Sampler {
  /// Name, order, cost and source.
  public var facts: SamplerFacts { Self.facts }
  /// No scratch.
  public static var scratchCount: Int { 0 }
}

/// A batch on its way down the grid: what a step reads and changes.
///
/// All memory is here before the first step; a step allocates none.
public struct Walk {
  /// States at the present level, B × d, in data units.
  public var x: Points
  /// The last D(x; σ) evaluated at the states.
  public internal(set) var clean: Points
  /// A method's own room.
  public var scratch: [Points]
  /// The noise process whose times the levels carry.
  public let process: NoiseProcess
  /// Steps done.
  public internal(set) var step = 0
  /// Denoiser evaluations of each row.
  public internal(set) var evaluations: Int = 0
  let workspace: Workspace
  private var normals: Points
  private let increments: any Increments

  init(
    _ start: Points, method: any Sampler, process: NoiseProcess, workspace: Workspace,
    increments: any Increments
  ) {
    let blank = Points(count: start.count, dimension: start.dimension)
    x = start
    clean = blank
    scratch = [Points](repeating: blank, count: type(of: method).scratchCount)
    normals = method.facts.stochastic ? blank : Points(count: 0, dimension: start.dimension)
    self.process = process
    self.workspace = workspace
    self.increments = increments
  }

  /// The threads that share the work.
  public var workers: Workers { workspace.workers }

  /// D(x; σ) of the states, into `clean`.
  public mutating func denoise(at sigma: Double, with score: some Score) {
    score.denoise(x, at: .uniform(sigma), into: &clean, in: workspace)
    evaluations += 1
  }

  /// D of `scratch[source]`, into `scratch[target]`.
  public mutating func denoise(
    scratch source: Int, at sigma: Double, into target: Int, with score: some Score
  ) {
    score.denoise(scratch[source], at: .uniform(sigma), into: &scratch[target], in: workspace)
    evaluations += 1
  }

  /// x = a x + b D.
  public mutating func combine(_ a: Double, plus b: Double) {
    x.combine(.uniform(Float(a)), plus: .uniform(Float(b)), clean, workers: workers)
  }

  /// x = a x + b D + c n with the normals n of this step.
  public mutating func combine(
    _ a: Double, plus b: Double, noise c: Double, from level: Level, to next: Level
  ) {
    drawNormals(from: level, to: next)
    x.combine(
      .uniform(Float(a)), plus: .uniform(Float(b)), clean, plus: .uniform(Float(c)), normals,
      workers: workers)
  }

  /// x += c n with the normals n of this step.
  public mutating func addNoise(_ c: Double, from level: Level, to next: Level) {
    drawNormals(from: level, to: next)
    x.combine(.uniform(1), plus: .uniform(Float(c)), normals, workers: workers)
  }

  /// The last step of every method: x = D(x; σ).
  public mutating func finish(from level: Level, with score: some Score) {
    denoise(at: level.sigma, with: score)
    combine(0, plus: 1)
  }

  private mutating func drawNormals(from level: Level, to next: Level) {
    increments.fill(
      &normals, for: workspace.samples, step: step, from: level, to: next, workers: workers)
  }
}

/// Where the noise of the steps comes from: standard normals for each sample and step.
public protocol Increments: Sendable {
  /// Fills row r with d standard normals that belong to `samples` row r and this step.
  func fill(
    _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
    workers: Workers)
}

/// Noise addressed by the number of the step.
public struct IndependentIncrements: Increments {
  /// The noise of every sampler unless another is given.
  public init() {}

  /// Row r gets the numbers of its sample and this step.
  public func fill(
    _ normals: inout Points, for samples: Samples, step: Int, from level: Level, to next: Level,
    workers: Workers
  ) {
    RandomStream(seed: samples.seed, for: .step)
      .fillNormals(&normals, samples: samples.indices, draw: UInt32(step), workers: workers)
  }
}
