import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Log-densities through the flow, against those that are known.
@Suite struct LikelihoodTests {
  private static func workspace(_ x: Points) -> Workspace {
    Workspace(samples: Samples(seed: 3, count: x.count))
  }

  /// The step error and rounding: Float32 moves x by 6e-8 of its size at each of 128 steps, and the
  /// log-density falls by up to four deviations of 1/σ for each unit of x, which makes 1e-3 at σ =
  /// 0.02 with room for the curvature of narrow modes.
  @Test(arguments: Toy.all.filter { $0.image == nil })
  func `the flow gives the density of the model`(_ toy: Toy) {
    let score = toy.score
    let flow = FlowLikelihood(from: 0.02, to: 100)
    let x = toy.draws(Samples(seed: 3, count: 24))
    let space = Self.workspace(x)
    let found = flow.logDensities(of: x, under: score, in: space)
    let own = score.logDensity(x, at: .uniform(0.02), in: space)
    for row in 0..<x.count {
      let gap = abs(found.logDensities[row] - own[row])
      #expect(gap < 1e-3 + 15 * found.stepErrors[row], "row \(row): \(gap)")
      Measured.record("flow log-density of \(toy.name)", gap)
    }
  }

  /// In 30 dimensions, correlated: every direction has a scale of its own. 30 terms of rounding.
  @Test func `Gaussians of many scales agree with the formula`() {
    let variances = (0..<30).map { pow(10, Double($0) / 10 - 2) }
    let score = GaussianScore(
      mean: (0..<30).map { Double($0) / 10 }, covariance: .diagonal(variances))
    let x = score.draws(Samples(seed: 1, count: 20), purpose: .data)
    let flow = FlowLikelihood(from: 0.05, to: 500)
    let space = Self.workspace(x)
    let found = flow.logDensities(of: x, under: score, in: space)
    for (row, value) in found.logDensities.enumerated() {
      let formula = variances.enumerated().reduce(0.0) { sum, part in
        let (i, v) = (part.offset, part.element + 0.05 * 0.05)
        let away = Double(x[row, i]) - Double(i) / 10
        return sum - away * away / (2 * v) - log(2 * .pi * v) / 2
      }
      #expect(abs(value - formula) < 3e-3 + 15 * found.stepErrors[row])
    }
    // The path alone, without the divergence along it.
    let ends = score.logDensity(
      score.flow(x, from: 0.05, to: 500), at: .uniform(500), in: space)
    for (row, value) in found.logDensities.enumerated() {
      #expect(abs(ends[row] - value) > 1, "control")
    }
  }

  /// Halving the step divides the error by 2⁴: the slope over three halvings lies within a half of
  /// four, in a range of steps where rounding (1e-5) is far below. A first-order rule fails.
  @Test func `the error falls at the fourth order`() {
    let score = GaussianScore(mean: [0.5, -1], covariance: .diagonal([1, 0.04]))
    let x = score.draws(Samples(seed: 2, count: 16), purpose: .data)
    let space = Self.workspace(x)
    let exact = score.logDensity(x, at: .uniform(0.1), in: space)
    let errors = [8, 16, 32].map { steps in
      let found = FlowLikelihood(from: 0.1, to: 10, steps: steps)
        .logDensities(of: x, under: score, in: space).logDensities
      return zip(found, exact).reduce(0) { $0 + abs($1.0 - $1.1) } / 16
    }
    let slopes = zip(errors, errors.dropFirst()).map { log2($0 / $1) }
    #expect(slopes.allSatisfy { (3.3...5).contains($0) }, "\(errors) \(slopes)")
  }

  /// A score that hides its density leaves only probes: the mean of 64 lies within five of their
  /// errors, and the error of the Gaussian at σ_max = 200, about (σ_data/σ_max)² a coordinate.
  @Test func `random probes agree with the exact trace`() throws {
    let law = Toy.eightGaussians.score
    let hidden = HiddenScore(base: law)
    let x = Toy.eightGaussians.draws(Samples(seed: 5, count: 12))
    let flow = FlowLikelihood(from: 0.1, to: 200)
    let space = Self.workspace(x)
    let exact = flow.logDensities(of: x, under: law, in: space).logDensities
    let found = flow.logDensities(of: x, under: hidden, probes: 64, in: space)
    let errors = try #require(found.probeErrors)
    for row in 0..<x.count {
      #expect(abs(found.logDensities[row] - exact[row]) < 5 * errors[row] + 5e-3)
    }
    #expect(errors.contains { $0 > 1e-4 })
    let single = flow.logDensities(of: x, under: hidden, probes: 1, in: space)
    #expect(single.probeErrors == nil)
    #expect(flow.logDensities(of: x, under: hidden, probes: 64, in: space) == found)
  }

  /// On a sphere every probe of signs gives the trace itself: d terms that do not depend on the sign.
  @Test func `one probe is exact where the Jacobian is diagonal`() throws {
    let law = GaussianScore(mean: [1, 2, 3], covariance: .diagonal([0.3, 1, 2]))
    let x = law.draws(Samples(seed: 6, count: 8), purpose: .data)
    let flow = FlowLikelihood(from: 0.3, to: 300, steps: 64)
    let space = Self.workspace(x)
    let found = flow.logDensities(of: x, under: HiddenScore(base: law), probes: 2, in: space)
    let own = law.logDensity(x, at: .uniform(0.3), in: space)
    for row in 0..<8 { #expect(abs(found.logDensities[row] - own[row]) < 5e-3) }
  }

  /// Rows of a batch know nothing of each other.
  @Test func `threads and neighbours in a batch change no bit`() {
    let score = Toy.twoMoons.score
    let x = Toy.twoMoons.draws(Samples(seed: 7, count: 9))
    let flow = FlowLikelihood(from: 0.05, to: 50, steps: 20)
    let all = flow.logDensities(of: x, under: score, in: Self.workspace(x))
    let one = Workspace(samples: Samples(seed: 3, count: 9), workers: Workers(count: 1))
    #expect(flow.logDensities(of: x, under: score, in: one) == all)
    let last = x.rows(8..<9)
    let alone = flow.logDensities(of: last, under: score, in: Self.workspace(last))
    #expect(alone.logDensities[0] == all.logDensities[8])
  }
}

/// A score that tells no more than its denoiser and its moments.
private struct HiddenScore: MomentScore {
  let base: any DensityScore & MomentScore
  var dimension: Int { base.dimension }
  var mean: [Double] { base.mean }
  var totalVariance: Double { base.totalVariance }
  func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    base.denoise(x, at: noise, into: &clean, in: workspace)
  }
  func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    base.matchedStart(at: sigma, samples: samples, workers: workers)
  }
}
