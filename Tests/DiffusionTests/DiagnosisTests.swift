import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Shares, asymmetry and excess of scores whose every answer is known.
@Suite struct DiagnosisTests {
  static let sigmas = [0.01, 0.3, 3, 100.0]

  /// D of a Gaussian, plus c R (x − μ) with R a quarter turn of coordinates 1 and 2, 3 and 4, …
  struct TurnedScore: Score {
    let base: GaussianScore
    let turn: Double

    var dimension: Int { base.dimension }
    var turned: Int { dimension / 2 * 2 }

    func denoise(
      _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
    ) {
      base.denoise(x, at: noise, into: &clean, in: workspace)
      for row in 0..<x.count {
        for first in stride(from: 0, to: turned, by: 2) {
          let (a, b) = (first, first + 1)
          let (u, v) = (Double(x[row, a]) - base.mean[a], Double(x[row, b]) - base.mean[b])
          clean[row, a] = Float(Double(clean[row, a]) - turn * v)
          clean[row, b] = Float(Double(clean[row, b]) + turn * u)
        }
      }
    }
  }

  static func gaussian(_ d: Int) -> GaussianScore {
    GaussianScore(
      mean: (0..<d).map { 0.3 * Double($0 % 5) - 0.5 },
      covariance: .diagonal((0..<d).map { 0.25 + 0.5 * Double($0 % 4) }))
  }

  static func noised(_ score: GaussianScore, _ sigma: Double, _ samples: Samples) -> Points {
    score.noisedDraws(at: sigma, samples: samples)
  }

  // MARK: Asymmetry

  // J = diag(g) + c R: J − Jᵀ = 2 c R, J + Jᵀ = 2 diag(g), so A = c² d′/Σ g² for d′ turned
  // coordinates. D is linear, so that differences are exact but for rounding of x at ±h, some
  // 10⁻⁴ of J at the lowest and the highest level: 1 % of A where norms are exact (d ≤ 4), 4.5
  // standard errors besides where probes are random.
  @Test(arguments: [2, 3, 4, 16], sigmas)
  func `an added turn shows at its size`(d: Int, sigma: Double) {
    let base = Self.gaussian(d)
    let samples = Samples(seed: 3, count: 400)
    let x = Self.noised(base, sigma, samples)
    let gains = base.covariance.variances.map { $0 / ($0 + sigma * sigma) }
    let square = gains.reduce(0) { $0 + $1 * $1 }
    let asymmetry = JacobianAsymmetry()
    let straight = asymmetry.estimate(of: base, at: x, sigma: sigma, samples: samples)
    Measured.record("diagnosis: asymmetry of a Gaussian", straight.value)
    #expect(straight.value < 1e-6)

    let turn = 0.1 * (square / Double(d)).squareRoot()
    let score = TurnedScore(base: base, turn: turn)
    let wanted = turn * turn * Double(score.turned) / square
    let found = asymmetry.estimate(of: score, at: x, sigma: sigma, samples: samples)
    let allowed = 0.01 * wanted + (d > 4 ? 4.5 * found.standardError : 0)
    Measured.record("diagnosis: asymmetry of a turn", abs(found.value / wanted - 1))
    #expect(abs(found.value - wanted) < allowed, "\(found), wanted \(wanted)")
    // A turn by a fifth more is told apart (400 × 6 pairs of normal probes: error some 4 %).
    #expect(abs(found.value - 1.44 * wanted) > allowed)
  }

  // A third derivative of D adds h⁴ of what it is: nothing beside a turn of a hundredth.
  @Test(arguments: ["two-moons", "checkerboard", "s-curve"])
  func `exact scores are gradients`(name: String) throws {
    let toy = try #require(Toy.named(name))
    let samples = Samples(seed: 1, count: 300)
    let clean = toy.draws(samples)
    for sigma in [0.01, 0.1, 0.5, 2, 50] {
      var x = samples.normals(dimension: clean.dimension, for: .evaluation)
      x.combine(.uniform(Float(sigma)), plus: .uniform(1), clean)
      let found = JacobianAsymmetry().estimate(
        of: toy.score, at: x, sigma: sigma, samples: samples)
      Measured.record("diagnosis: asymmetry of a toy", found.value)
      #expect(found.value < 1e-4, "σ = \(sigma): \(found)")
    }
  }

  // MARK: Shares

  // D_a = g_a x and D_b = g_b x, row by row, so that shares are known without sampling error:
  // 1 − (g_a − g_b)²/g_a² of the denoiser, 1 − (g_a − g_b)²/(1 − g_a)² of the score. At σ = 0.01,
  // D − x is 10⁻⁴ of x and has rounding of 6 · 10⁻⁴ of itself.
  @Test(arguments: sigmas)
  func `one Gaussian explains another by their gains`(sigma: Double) {
    let (a, b) = (1.0, 0.7)
    let scores = [a, b].map {
      GaussianScore(mean: [0, 0, 0], covariance: .isotropic($0, dimension: 3))
    }
    let samples = Samples(seed: 4, count: 500)
    let level = ScoreDiagnosis(of: scores[0], against: [scores[1], scores[0]]).level(
      at: sigma, clean: scores[0].draws(samples, purpose: .toy), mean: [0, 0, 0],
      samples: samples)
    let (g, other) = (a / (a + sigma * sigma), b / (b + sigma * sigma))
    let gap = (g - other) * (g - other)
    let (ofDenoiser, ofScore) = (1 - gap / (g * g), 1 - gap / ((1 - g) * (1 - g)))
    let share = level.shares[0]
    #expect(abs(share.ofDenoiser.value - ofDenoiser) < 1e-3, "\(share), wanted \(ofDenoiser)")
    #expect(abs(share.ofScore.value - ofScore) < 1e-3, "\(share), wanted \(ofScore)")
    #expect(share.ofDenoiser.standardError < 1e-3 && share.ofScore.standardError < 1e-3)
    // Itself explains all, and not by a default: the two shares differ.
    #expect(level.shares[1].ofDenoiser.value == 1 && level.shares[1].ofScore.value == 1)
    #expect(abs(ofDenoiser - ofScore) > 1e-2 || sigma == 3)
  }

  // The same Gaussian by another basis: what is left is rounding of D, 10⁻⁷ of the mean, against
  // D − x̄, a hundredth at the highest level.
  @Test(arguments: sigmas)
  func `a Gaussian is explained by its moments`(sigma: Double) throws {
    let score = Self.gaussian(5)
    var matrix = Matrix(rows: 5, columns: 5)
    for i in 0..<5 { matrix[i, i] = score.covariance.variances[i] }
    let full = try #require(Covariance.full(matrix))
    let samples = Samples(seed: 5, count: 500)
    let level = ScoreDiagnosis(
      of: score, against: [GaussianScore(mean: score.mean, covariance: full)]
    ).level(
      at: sigma, clean: score.draws(samples, purpose: .toy), mean: score.mean, samples: samples)
    Measured.record("diagnosis: Gaussian unexplained", 1 - level.shares[0].ofDenoiser.value)
    #expect(abs(1 - level.shares[0].ofDenoiser.value) < 1e-8)
    #expect(abs(1 - level.shares[0].ofScore.value) < 1e-5)
    #expect(level.asymmetry.value < 1e-6 && level.asymmetryFloor.value < 1e-6)
  }

  static let mixture = MixtureScore([
    .init(weight: 1, mean: [-2, 0], covariance: .isotropic(0.04, dimension: 2)),
    .init(weight: 1, mean: [2, 0], covariance: .isotropic(0.04, dimension: 2)),
  ])
  /// Mean and covariance of the mixture.
  static let moments = GaussianScore(mean: [0, 0], covariance: .diagonal([4.04, 0.04]))

  private func levels(_ sigmas: [Double], _ references: [any Score]) -> [ScoreDiagnosis.Level] {
    let samples = Samples(seed: 6, count: 1000)
    let clean = Self.mixture.draws(samples, purpose: .toy)
    let diagnosis = ScoreDiagnosis(of: Self.mixture, against: references)
    return sigmas.map {
      diagnosis.level(at: $0, clean: clean, mean: [0, 0], samples: samples)
    }
  }

  // Along the line between its points the mixture's D is 2 tanh(2 x/s²) at large σ, the Gaussian's
  // the linear term of it: the gap is of relative order (2 x/s²)² ~ 4/σ², unexplained 16/σ⁴.
  @Test func `two points are Gaussian from afar and not from near`() {
    let left = levels([0.5, 8, 16, 32], [Self.moments]).map { 1 - $0.shares[0].ofDenoiser.value }
    Measured.record("diagnosis: fall of what moments leave, times 2⁴", left[1] / left[2] / 16)
    #expect(left[0] > 0.02 && left[3] < 1e-4, "\(left)")
    #expect((8...32).contains(left[1] / left[2]) && (8...32).contains(left[2] / left[3]), "\(left)")
  }

  // Means half a unit off: seen in the score where noise is low, in the denoiser where it is high.
  @Test func `a mixture explains itself, and another one does not`() {
    let other = MixtureScore([
      .init(weight: 1, mean: [-1.5, 0], covariance: .isotropic(0.04, dimension: 2)),
      .init(weight: 1, mean: [2.5, 0], covariance: .isotropic(0.04, dimension: 2)),
    ])
    for level in levels([0.1, 1, 10], [Self.mixture, other]) {
      #expect(level.shares[0].ofScore.value == 1)
      let other = level.shares[1]
      #expect(min(other.ofScore.value, other.ofDenoiser.value) < 0.99, "σ = \(level.sigma)")
    }
  }

  // MARK: Excess and errors

  // E‖D_b − D_a‖² = (g_b − g_a)² d (a + σ²) over the posterior variance d σ² g_a. 4000 rows of
  // three coordinates: the standard error is 1.3 %, and 20 % more is told apart.
  @Test(arguments: [0.3, 1, 10.0])
  func `excess is the error over the posterior variance`(sigma: Double) throws {
    let (a, b) = (1.0, 0.7)
    let scores = [a, b].map {
      GaussianScore(mean: [0, 0, 0], covariance: .isotropic($0, dimension: 3))
    }
    let samples = Samples(seed: 7, count: 4000)
    func excess(of model: GaussianScore) throws -> Diffusion.Estimate {
      var diagnosis = ScoreDiagnosis(of: model, against: [scores[0]])
      diagnosis.truth = scores[0]
      return try #require(
        diagnosis.level(
          at: sigma, clean: scores[0].draws(samples, purpose: .toy), mean: [0, 0, 0],
          samples: samples
        ).excess)
    }
    let (g, other) = (a / (a + sigma * sigma), b / (b + sigma * sigma))
    let wanted = (other - g) * (other - g) * (a + sigma * sigma) / (sigma * sigma * g)
    let found = try excess(of: scores[1])
    #expect(abs(found.value - wanted) < 4.5 * found.standardError, "\(found), wanted \(wanted)")
    #expect(abs(found.value - 1.2 * wanted) > 4.5 * found.standardError)
    #expect(try excess(of: scores[0]).value == 0)
  }

  // 100 sets of 200 rows: a standard deviation of 100 numbers is known to 7 %, four times that and
  // 2 % for what a ratio's error leaves out are allowed. Half the error would be noticed.
  @Test func `the standard error is what repeats show`() {
    let diagnosis = ScoreDiagnosis(of: Self.mixture, against: [Self.moments])
    let found = (0..<100).map { repetition in
      let samples = Samples(seed: 8, first: 200 * repetition, count: 200)
      return diagnosis.level(
        at: 0.7, clean: Self.mixture.draws(samples, purpose: .toy), mean: [0, 0],
        samples: samples
      ).shares[0].ofScore
    }
    let mean = found.reduce(0) { $0 + $1.value } / 100
    let spread = (found.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / 99).squareRoot()
    let told = (found.reduce(0) { $0 + $1.standardError * $1.standardError } / 100).squareRoot()
    Measured.record("diagnosis: standard error over spread", told / spread)
    #expect(abs(told / spread - 1) < 0.3, "\(told) and \(spread)")
  }

  @Test func `a ratio of proportional rows is certain, and one over nothing does not exist`() {
    let b = [1, 2, 5.0]
    let ratio = Diffusion.Estimate(ratioOf: b.map { 3 * $0 }, to: b)
    #expect(ratio.value == 3 && ratio.standardError == 0)
    // By hand: R = 8/8, residuals 1, −2, 1: √(6/(3 · 2))/(8/3).
    let other = Diffusion.Estimate(ratioOf: [2, 0, 6], to: b)
    #expect(other.value == 1 && abs(other.standardError - 0.375) < 1e-12)
    #expect(Diffusion.Estimate(ratioOf: [1, 1], to: [0, 0]).value.isNaN)
  }
}
