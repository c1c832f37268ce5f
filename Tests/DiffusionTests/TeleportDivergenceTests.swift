import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// d KL(p_σ ‖ q_σ)/dσ = −E‖D_p − D_q‖² σ⁻³ (de Bruijn): the integral from σ_T to σ is the fall of
/// KL between the noised laws, whatever they are.
@Suite struct TeleportDivergenceTests {
  /// KL(N(μ, V + σ²) ‖ N(m, W + σ²)).
  private static func nats(_ p: GaussianScore, _ q: GaussianScore, at sigma: Double) -> Double {
    let d = p.dimension
    func factor(_ score: GaussianScore) -> [Double] {
      choleskyFactor(score.covariance.adding(sigma * sigma).matrix.values, d)
    }
    let (a, b) = (factor(p), factor(q))
    let pull = forward(b, d, zip(p.mean, q.mean).map { $0 - $1 })
    var result = pull.reduce(0) { $0 + $1 * $1 } / 2 - Double(d) / 2
    for i in 0..<d {
      result += log(b[i * d + i] / a[i * d + i])
      // tr W⁻¹ V = ‖L_W⁻¹ L_V‖².
      let column = (0..<d).map { a[$0 * d + i] }
      result += forward(b, d, column).reduce(0) { $0 + $1 * $1 } / 2
    }
    return result
  }

  /// Rows until the standard error is 2 %: four of them and 1 % for the interpolation.
  @Test func `between two Gaussians it is their Kullback-Leibler divergence`() {
    let model = TeleportCase.gaussian
    let surrogate = GaussianScore(
      mean: zip(model.mean, [0.3, -0.2, 0.1]).map { $0 + $1 },
      covariance: .diagonal([0.5, 0.3, 0.4]))
    // σ → 0 and σ_T → ∞: that of the clean laws.
    let exact = Self.nats(model, surrogate, at: 0)
    let curve = PathCalibration(from: 300, to: 1e-3, budget: exact)
      .measure(model, against: surrogate)
    let nats = curve.highestNats
    let error = curve.standardError(at: curve.lowest) ?? 1
    #expect(abs(nats - exact) < 4 * error + 0.01 * exact)
    #expect(error < 0.03 * exact)
    // The control: another surrogate's divergence is told apart.
    let other = Self.nats(model, TeleportCase.wrong, at: 0)
    #expect(abs(nats - other) > 4 * error + 0.01 * exact)
    // On the way it is the fall of the divergence.
    for sigma in [3.0, 1, 0.3] {
      let fall =
        Self.nats(model, surrogate, at: sigma) - Self.nats(model, surrogate, at: 300)
      let found = curve.nats(at: sigma) ?? 0
      #expect(abs(found - fall) < 4 * (curve.standardError(at: sigma) ?? 0) + 0.02 * fall)
    }
  }

  @Test func `on a mixture it is the fall of the divergence of the noised laws, and bounds it`() {
    let (model, surrogate) = (TeleportCase.line, TeleportCase.lineGaussian)
    let (mean, variance) = (surrogate.mean[0], surrogate.covariance.trace)
    let start = 50.0
    for budget in [1e-4, 0.01, 0.1] {
      let curve = PathCalibration(from: start, to: 1e-3, budget: budget)
        .measure(model, against: surrogate)
      let sigma = curve.sigma(spending: budget)
      let error = curve.standardError(at: sigma) ?? 0
      #expect(error < 0.035 * budget)
      func fall(_ q: MixtureScore) -> Double {
        LineLaw(model, at: sigma).distances(to: LineLaw(q, at: sigma)).nats
          - LineLaw(model, at: start).distances(to: LineLaw(q, at: start)).nats
      }
      let gaussian = MixtureScore([
        .init(weight: 1, mean: [mean], covariance: surrogate.covariance)
      ])
      #expect(abs(fall(gaussian) - budget) < 4 * error + 0.02 * budget)
      // The control: variances too small by three tenths.
      let wrong = MixtureScore([
        .init(weight: 1, mean: [mean], covariance: .isotropic(0.7 * variance, dimension: 1))
      ])
      #expect(abs(fall(wrong) - budget) > 4 * error + 0.02 * budget)
      // What the jump makes of p(·; σ_T) lies within the budget of p(·; σ).
      let jumped = LineLaw(model, at: start).jumped(by: mean, variance, from: start, to: sigma)
      let (nats, variation) = LineLaw(model, at: sigma).distances(to: jumped)
      #expect(nats < budget + 4 * error)
      #expect(variation < ((budget + 4 * error) / 2).squareRoot())
      #expect(variation > 0)
    }
  }

  @Test func `a mixture as surrogate spends less and goes further`() {
    let model = TeleportCase.plane
    let half = GaussianScore(mean: model.mean, covariance: model.covariance)
    let near = MixtureScore(
      model.components.map {
        .init(
          weight: $0.weight, mean: $0.mean.map { $0 + 0.02 }, covariance: $0.covariance)
      })
    let walk = PathCalibration(from: 50, to: 1e-3, budget: 0.01)
    let curves = [half, near].map { (surrogate: any Score) in
      walk.measure(model, against: surrogate)
    }
    #expect(curves[1].sigma(spending: 0.01) < curves[0].sigma(spending: 0.01))
  }

  @Test func `a model that is its surrogate goes to the floor, one far from it nowhere`() {
    let model = TeleportCase.gaussian
    let walk = PathCalibration(from: 50, to: 0.01, budget: 0.01)
    let same = walk.measure(model, against: model)
    #expect(same.sigma(spending: 0.01) == 0.01)
    #expect(same.highestNats < 1e-6)
    let far = GaussianScore(
      mean: model.mean.map { $0 + 100 }, covariance: .isotropic(1, dimension: 3))
    let other = walk.measure(model, against: far)
    #expect(other.sigma(spending: 0.01) == 50)
  }

  @Test func `evaluations are those that the model is asked for`() {
    let counting = CountedModel(TeleportCase.line)
    let curve = PathCalibration(from: 50, to: 1e-3, budget: 0.01)
      .measure(counting, against: TeleportCase.lineGaussian)
    // A model without draws: its own samples are counted too.
    #expect(curve.evaluations == counting.rows)
    let drawn = PathCalibration(from: 50, to: 1e-3, budget: 0.01)
      .measure(TeleportCase.line, against: TeleportCase.lineGaussian)
    #expect(drawn.evaluations < curve.evaluations)
    let (a, b) = (curve.sigma(spending: 0.01), drawn.sigma(spending: 0.01))
    // Two samples of one law: the same σ to a few percent.
    #expect(abs(log(a / b)) < 0.05)
  }

  /// g = σ⁻⁶: the integral is ((1/σ)⁶ − (1/σ_T)⁶)/6 exactly, between levels too.
  @Test func `between levels the rate is a power of the noise`() {
    func spent(_ sigma: Double) -> Double { (pow(sigma, -6) - pow(8.0, -6)) / 6 }
    let sigmas: [Double] = [8, 5, 2, 1, 0.5]
    let curve = PathDivergence(
      nodes: sigmas.map {
        .init(sigma: $0, rate: pow($0, -6), nats: spent($0), standardError: 0)
      }, evaluations: 0)
    for sigma in [7.0, 5, 3, 1.1, 0.6, 0.5] {
      #expect(abs((curve.nats(at: sigma) ?? 0) / spent(sigma) - 1) < 1e-10)
      if sigma < 5 {
        #expect(abs(curve.sigma(spending: spent(sigma)) / sigma - 1) < 1e-10)
      }
    }
    #expect(curve.nats(at: 9) == 0 && curve.nats(at: 0.4) == nil)
    #expect(curve.sigma(spending: spent(6)) == 8)
    #expect(curve.sigma(spending: 1e9) == 0.5)
  }

  /// Counts rows; has no draws.
  private final class CountedModel: MomentScore, @unchecked Sendable {
    let base: MixtureScore
    private(set) var rows = 0

    init(_ base: MixtureScore) { self.base = base }

    var dimension: Int { base.dimension }
    var mean: [Double] { base.mean }
    var totalVariance: Double { base.totalVariance }

    func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
      base.matchedStart(at: sigma, samples: samples, workers: workers)
    }

    func denoise(
      _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
    ) {
      rows += x.count
      base.denoise(x, at: noise, into: &clean, in: workspace)
    }
  }
}
