public import Arrays

/// What a score is like at each level of noise: how near simpler scores come to it, whether it is a
/// gradient, and how far it is from the truth where that is known.
///
/// Points are x = x₀ + σ n, with the same x₀ and the same n at every level, so that curves over σ
/// are smooth; the rows of one level are independent. Each number has the standard error of a ratio
/// of two means (``Estimate/init(ratioOf:to:)``).
///
/// - Reference: Wang, Vastola 2024, <https://arxiv.org/abs/2412.09726>: learned scores are those of a
///   Gaussian where noise is high, and the share explained tells where that ends.
public struct ScoreDiagnosis: Sendable {
  /// How much of a score another one, R, explains.
  public struct Share: Sendable, Equatable {
    /// 1 − E‖D − R‖²/E‖D − x̄‖²: of what the denoiser knows beyond the mean x̄ of the data. It
    /// tells most where noise is high; a network's own error may exceed all there is to know, and
    /// the share is negative then.
    public let ofDenoiser: Estimate
    /// 1 − E‖D − R‖²/E‖D − x‖²: of the score (D − x)/σ². Near 1 at high noise for every R that
    /// stays with the data, because the score then points to it from afar.
    public let ofScore: Estimate
  }

  /// What was found at one level.
  public struct Level: Sendable, Equatable {
    /// σ.
    public let sigma: Double
    /// ``JacobianAsymmetry`` of the score.
    public let asymmetry: Estimate
    /// The same of a score that is a gradient: what rounding and differences make of zero.
    public let asymmetryFloor: Estimate
    /// What each of the simpler scores explains, in their order.
    public let shares: [Share]
    /// E‖D − D*‖²/E‖x₀ − D*‖² with D* the exact denoiser; nil where it is not known.
    public let excess: Estimate?
  }

  /// The score in question.
  public let model: any Score
  /// The simpler scores.
  public let references: [any Score]
  /// A score that is a gradient, to see what rounding and differences make of it; nil for the first
  /// of the references.
  public var gradient: (any Score)?
  /// The exact score of the data, where it is known.
  public var truth: (any DensityScore)?
  /// How asymmetry is measured.
  public var asymmetry = JacobianAsymmetry()

  /// A diagnosis of one score against others.
  public init(of model: any Score, against references: [any Score]) {
    precondition(!references.isEmpty, "A score is held against another one.")
    precondition(
      references.allSatisfy { $0.dimension == model.dimension }, "Scores of one dimension compare.")
    self.model = model
    self.references = references
  }

  /// Evaluations of the model that a level costs for each point.
  public var cost: Int { 1 + 2 * min(asymmetry.probes, model.dimension) }

  /// The diagnosis at one level.
  ///
  /// Random numbers: normals of purpose `evaluation`, and those of ``JacobianAsymmetry``.
  ///
  /// - Parameters:
  ///   - sigma: σ, positive.
  ///   - clean: x₀, B × d, independent draws of the data.
  ///   - mean: x̄, d numbers.
  ///   - samples: Whose rows these are.
  ///   - workers: The threads to use.
  /// - Returns: What was found at this level.
  public func level(
    at sigma: Double, clean: Points, mean: [Double], samples: Samples, workers: Workers = .all
  ) -> Level {
    precondition(
      clean.dimension == model.dimension && mean.count == model.dimension && sigma > 0,
      "Points of the model's dimension are noised.")
    var x = samples.normals(dimension: clean.dimension, for: .evaluation, workers: workers)
    x.combine(.uniform(Float(sigma)), plus: .uniform(1), clean, workers: workers)
    // D − x: D itself has lost what it differs by where σ is small.
    let own = residual(model, x, sigma, samples, workers)
    let (known, pull) = (Self.squares(own, plus: x, less: mean), Self.squares(own))
    let shares = references.map { reference in
      let missed = Self.gaps(own, residual(reference, x, sigma, samples, workers))
      return Share(
        ofDenoiser: Estimate(ratioOf: missed, to: known).complement,
        ofScore: Estimate(ratioOf: missed, to: pull).complement)
    }
    return Level(
      sigma: sigma,
      asymmetry: asymmetry.estimate(
        of: model, at: x, sigma: sigma, samples: samples, workers: workers),
      asymmetryFloor: asymmetry.estimate(
        of: gradient ?? references[0], at: x, sigma: sigma, samples: samples, workers: workers),
      shares: shares, excess: excess(own, x, sigma, samples, workers))
  }

  private func excess(
    _ own: Points, _ x: Points, _ sigma: Double, _ samples: Samples, _ workers: Workers
  ) -> Estimate? {
    guard let truth else { return nil }
    let gaps = Self.gaps(own, residual(truth, x, sigma, samples, workers))
    // tr Cov[x₀ | x] = σ² tr J, without the scatter of x₀ itself.
    let variances = truth.jacobianTrace(
      x, at: .uniform(sigma), in: Workspace(samples: samples, workers: workers)
    ).map { $0 * sigma * sigma }
    return Estimate(ratioOf: gaps, to: variances)
  }

  private func residual(
    _ score: any Score, _ x: Points, _ sigma: Double, _ samples: Samples, _ workers: Workers
  ) -> Points {
    score.residual(x, at: .uniform(sigma), in: Workspace(samples: samples, workers: workers))
  }

  /// ‖a − b‖² of each row.
  private static func gaps(_ a: Points, _ b: Points) -> [Double] {
    (0..<a.count).map { row in
      zip(a.row(row), b.row(row)).reduce(0) {
        let gap = Double($1.0) - Double($1.1)
        return $0 + gap * gap
      }
    }
  }

  /// ‖a‖² of each row.
  private static func squares(_ a: Points) -> [Double] {
    (0..<a.count).map { row in a.row(row).reduce(0) { $0 + Double($1) * Double($1) } }
  }

  /// ‖a + x − m‖² of each row.
  private static func squares(_ a: Points, plus x: Points, less m: [Double]) -> [Double] {
    (0..<a.count).map { row in
      zip(zip(a.row(row), x.row(row)), m).reduce(0) {
        let gap = Double($1.0.0) + (Double($1.0.1) - $1.1)
        return $0 + gap * gap
      }
    }
  }
}
