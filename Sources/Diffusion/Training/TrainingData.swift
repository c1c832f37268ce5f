public import Arrays

/// What a network is trained on.
public struct TrainingData: Sendable {
  /// Where points come from.
  enum Source: Sendable {
    /// A finite set; rows are picked at random with replacement.
    case points(Points)
    /// A law: fresh points for ever, under a seed.
    case toy(Toy, seed: UInt64)
  }

  let source: Source
  /// Points that training never sees.
  public let heldOut: Points
  /// The exact denoiser, where it is known.
  public let truth: (any DensityScore & MomentScore)?
  /// E[x₀], d numbers.
  public let mean: [Double]
  /// Cov[x₀].
  public let covariance: Covariance

  /// Points of a law whose denoiser is known, drawn for ever.
  ///
  /// - Parameters:
  ///   - toy: The law.
  ///   - seed: Key of the draws.
  public init(_ toy: Toy, seed: UInt64) {
    source = .toy(toy, seed: seed)
    truth = toy.score
    heldOut = toy.draws(Samples(seed: seed, first: Self.heldOutFirst, count: Self.heldOutCount))
    let probe = toy.draws(
      Samples(
        seed: seed, first: Self.heldOutFirst + Self.heldOutCount,
        count: min(1 << 18, Self.probeSize / toy.dimension)))
    (mean, covariance) = Self.moments(probe)
  }

  /// A finite set of which a share is held out.
  ///
  /// - Parameters:
  ///   - points: At least two points that are not all equal.
  ///   - share: The share that training does not see; at least one point.
  ///   - truth: The exact denoiser of the law they come from, where it is known.
  ///   - seed: Key of the split.
  public init(
    _ points: Points, heldOut share: Double, truth: (any DensityScore & MomentScore)? = nil,
    seed: UInt64
  ) {
    precondition(points.count >= 2, "A split needs two points.")
    let stream = RandomStream(seed: seed, for: .evaluation)
    let order = (0..<points.count).map { (stream.uniforms(1, sample: UInt64($0), draw: 3)[0], $0) }
      .sorted { $0 < $1 }.map(\.1)
    let kept = max(1, min(points.count - 1, Int((share * Double(points.count)).rounded())))
    heldOut = points.rows(at: order.prefix(kept).sorted())
    let training = points.rows(at: order.dropFirst(kept).sorted())
    source = .points(training)
    self.truth = truth
    (mean, covariance) = Self.moments(training)
  }

  /// Held-out draws of a toy lie beyond those of any training run.
  private static let heldOutFirst = 1 << 48
  private static let heldOutCount = 1 << 13
  /// Numbers drawn for the moments, whose sampling error is 0.3 % in the plane.
  private static let probeSize = 1 << 22

  /// d.
  public var dimension: Int { mean.count }
  /// σ_d = √(tr Cov[x₀]/d).
  public var deviation: Double { (covariance.trace / Double(dimension)).squareRoot() }

  /// Full covariances of more coordinates take longer to factor than they help a start.
  private static let fullCovarianceLimit = 1024

  private static func moments(_ points: Points) -> ([Double], Covariance) {
    let isFull = points.dimension <= fullCovarianceLimit
    let moments = SampleMoments(points, covariance: isFull, workers: .all)
    if let matrix = moments.covariance, let full = Covariance.full(matrix) {
      return (moments.mean, full)
    }
    return (moments.mean, .diagonal(moments.variances))
  }

  /// Points that the steps of a generation may read, with clean scores where they are wanted.
  func pool(generation: Int, scores isWanted: Bool, workers: Workers) -> TrainingPool {
    var pool: TrainingPool
    switch source {
    case .points(let points): pool = TrainingPool(points: points)
    case .toy(let toy, let seed):
      let (size, parts) = (Self.poolSize, 16)
      let drawn = workers.results(of: parts) { part in
        let first = generation * size + part * (size / parts)
        return toy.draws(Samples(seed: seed, first: first, count: size / parts))
      }
      pool = TrainingPool(
        points: Points(count: size, dimension: toy.dimension, values: drawn.flatMap(\.values)))
    }
    if isWanted, let truth { pool.addScores(of: truth, at: Self.cleanLevel * deviation, workers) }
    return pool
  }

  /// Steps that one pool serves; nil where there is one pool for all.
  func stepsPerPool(batchSize: Int) -> Int? {
    if case .points = source { return nil }
    return max(1, Self.uses * Self.poolSize / batchSize)
  }

  /// Draws of a toy that serve a generation of steps.
  private static let poolSize = 1 << 14
  /// Times that each draw is used, with other noise at other levels: drawing costs more than noise.
  private static let uses = 8
  /// The noise, in deviations of the data, at which a score passes for the clean one.
  private static let cleanLevel = 1e-3
}

/// Points that steps pick from.
struct TrainingPool: Sendable {
  let points: Points
  /// ∇ log p₀ at each point; nil unless labels are mixed with it.
  private(set) var scores: Points?
  /// τ² = d/E‖∇ log p₀‖²: the variance of the law where it is a round Gaussian.
  private var variance = 0.0

  init(points: Points) { self.points = points }

  mutating func addScores(of truth: any DensityScore, at sigma: Double, _ workers: Workers) {
    let workspace = Workspace(samples: Samples(seed: 0, count: points.count), workers: workers)
    let scores = truth.score(points, at: .uniform(sigma), in: workspace)
    let squares = scores.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    variance = Double(scores.values.count) / squares
    self.scores = scores
  }

  /// τ²/(τ² + σ²), which leaves no variance at all for a round Gaussian: then
  /// x₀ (1 − share) + share (x − σ² x₀/τ²) = share x = D.
  func scoreShare(at sigma: Double) -> Double { variance / (variance + sigma * sigma) }
}
