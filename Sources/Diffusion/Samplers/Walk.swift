public import Arrays

/// A batch on its way down the grid: what a step reads and changes.
///
/// All memory is here before the first step; a step allocates none.
public struct Walk {
  /// States at the present level, B × d, in data units.
  public var x: Points { didSet { isKnownFinite = false } }
  /// Whether whatever wrote `x` last found it finite.
  var isKnownFinite = false
  /// The last D(x; σ) evaluated at the states.
  public internal(set) var clean: Points
  /// A method's own room.
  public var scratch: [Points]
  /// D at earlier levels, as many as the method looks back on, the latest first.
  public private(set) var past: [Points]
  /// The levels of `past`, as many as have been remembered so far.
  public private(set) var pastLevels: [Level] = []
  /// The noise process whose times the levels carry.
  public let process: NoiseProcess
  /// Steps done.
  public internal(set) var step = 0
  /// Denoiser evaluations of each row.
  public internal(set) var evaluations: Int = 0
  /// Moves of each row that were taken back.
  public private(set) var rejected: [Int]
  /// The normals drawn last, B × d; no rows where the method draws none.
  public private(set) var normals: Points
  /// How many rows of numbers ``drawNormals(for:)`` and ``drawUniforms(for:)`` have drawn for each
  /// sample: the same for all rows, so that a sample's numbers do not depend on its batch.
  private var draws: UInt32 = 0
  let workspace: Workspace
  private let increments: any Increments

  init(
    _ start: Points, method: any Sampler, process: NoiseProcess, workspace: Workspace,
    increments: any Increments
  ) {
    // Each batch is made by itself: copies would share memory until the first step parts them.
    let blank = { Points(count: start.count, dimension: start.dimension) }
    x = start
    clean = blank()
    scratch = (0..<type(of: method).scratchCount).map { _ in blank() }
    past = (0..<type(of: method).pastCount).map { _ in blank() }
    pastLevels.reserveCapacity(past.count + 1)
    rejected = [Int](repeating: 0, count: start.count)
    normals = method.facts.stochastic ? blank() : Points(count: 0, dimension: start.dimension)
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

  /// (x − D)/σ of `scratch[source]`, into `scratch[target]`, by the score's own difference.
  mutating func noise(
    scratch source: Int, at sigma: Double, into target: Int, with score: some Score
  ) {
    scratch[target] = score.noise(scratch[source], at: .uniform(sigma), in: workspace)
    evaluations += 1
  }

  /// What x − D may be multiplied by where both are rounded: the roundings, 2⁻²⁴ of x each, then
  /// add 2⁻¹⁶ of x to a step.
  static let mostOfRounded = 256.0

  /// Keeps D at `level` for later steps; `clean` is free afterwards.
  public mutating func remember(_ level: Level) {
    guard let last = past.indices.last else { return }
    for index in past.indices.reversed().dropLast() { past.swapAt(index, index - 1) }
    swap(&past[0], &clean)
    if pastLevels.count > last { pastLevels.removeLast() }
    pastLevels.insert(level, at: 0)
  }

  /// x = a x + b D.
  public mutating func combine(_ a: Double, plus b: Double) {
    isKnownFinite = x.combine(
      .uniform(Float(a)), plus: .uniform(Float(b)), clean, workers: workers)
  }

  /// x = a x + b D + c `scratch[0]` + e `scratch[1]`.
  mutating func combine(_ a: Double, plus b: Double, scratch c: Double, _ e: Double) {
    isKnownFinite = x.combine(
      .uniform(Float(a)), plus: .uniform(Float(b)), clean, plus: .uniform(Float(c)), scratch[0],
      plus: .uniform(Float(e)), scratch[1], workers: workers)
  }

  /// x = a x + b D + c n with the normals n of this step.
  public mutating func combine(
    _ a: Double, plus b: Double, noise c: Double, from level: Level, to next: Level
  ) {
    combine(a, plus: b, past: nil, nil, noise: c, from: level, to: next)
  }

  /// x = a x + b D + c D₁ + e D₂ + f n with the latest D₁ and D₂ that were remembered, where c and
  /// e are given, and the normals n of this step.
  mutating func combine(
    _ a: Double, plus b: Double, past c: Double?, _ e: Double?, noise f: Double,
    from level: Level, to next: Level
  ) {
    let factor = { (value: Double) in PerRow.uniform(Float(value)) }
    let (first, second) = (c.map { _ in past[0] }, e.map { _ in past[1] })
    let rows = increments.rows(for: workspace.samples, step: step, from: level, to: next)
    if rows == nil { drawNormals(from: level, to: next) }
    // Out of the walk for a moment: both are changed at once.
    var (x, normals) = (Points(count: 0, dimension: 1), Points(count: 0, dimension: 1))
    swap(&self.x, &x)
    swap(&self.normals, &normals)
    let isFinite =
      if let rows {
        x.combine(
          factor(a), plus: factor(b), clean, plus: factor(c ?? 0), first,
          plus: factor(e ?? 0), second, plus: factor(f), drawing: rows, into: &normals,
          workers: workers)
      } else {
        x.combine(
          factor(a), plus: factor(b), clean, plus: factor(c ?? 0), first,
          plus: factor(e ?? 0), second, plus: factor(f), normals, workers: workers)
      }
    swap(&self.x, &x)
    swap(&self.normals, &normals)
    isKnownFinite = isFinite
  }

  /// x += c n with the normals n of this step.
  public mutating func addNoise(_ c: Double, from level: Level, to next: Level) {
    drawNormals(from: level, to: next)
    isKnownFinite = x.combine(.uniform(1), plus: .uniform(Float(c)), normals, workers: workers)
  }

  /// The last step of every method: x = D(x; σ).
  public mutating func finish(from level: Level, with score: some Score) {
    denoise(at: level.sigma, with: score)
    combine(0, plus: 1)
  }

  /// Normals of a move that is no step of the grid, into `normals`; new ones at every call.
  public mutating func drawNormals(for purpose: Purpose) {
    RandomStream(seed: workspace.samples.seed, for: purpose)
      .fillNormals(&normals, samples: workspace.samples.indices, draw: draws, workers: workers)
    draws += 1
  }

  /// A number uniform in (0, 1) for each row; new ones at every call.
  public mutating func drawUniforms(for purpose: Purpose) -> [Double] {
    defer { draws += 1 }
    return workspace.samples.uniforms(for: purpose, draw: draws)
  }

  /// Counts a move of one row that was taken back.
  public mutating func reject(row: Int) { rejected[row] += 1 }

  private mutating func drawNormals(from level: Level, to next: Level) {
    increments.fill(
      &normals, for: workspace.samples, step: step, from: level, to: next, workers: workers)
  }
}
