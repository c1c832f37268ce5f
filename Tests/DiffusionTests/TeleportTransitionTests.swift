import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct TeleportTransitionTests {
  static let n = 40_000

  /// x(σ) = x(σ′) + noise: both moments of the pair are those of x₀ and the two σ.
  ///
  /// n = 40,000; 6 means and 21 products, each within 4.8 standard errors (4 in a million).
  @Test(arguments: [[20.0, 1], [20, 4, 1]])
  func `one jump or two have the joint law of the path`(_ steps: [Double]) {
    let score = TeleportCase.gaussian
    let samples = Samples(seed: 77, count: Self.n)
    let (first, last) = (steps[0], steps[steps.count - 1])
    func deviation(_ surrogate: GaussianScore) -> Double {
      let start = score.noisedDraws(at: first, samples: samples)
      var points = start
      let workspace = Workspace(samples: samples)
      for (index, (from, to)) in zip(steps, steps.dropFirst()).enumerated() {
        ReverseJump(surrogate, kind: "gaussian-transition", draw: UInt32(index))
          .jump(&points, from: from, to: to, in: workspace)
      }
      let pairs = (0..<Self.n).map { points.doubles($0) + start.doubles($0) }
      let v = score.covariance.matrix
      return momentDeviation(pairs, mean: score.mean + score.mean) { i, j in
        let both = i < 3 || j < 3
        return v[i % 3, j % 3] + (i % 3 == j % 3 ? (both ? last * last : first * first) : 0)
      }
    }
    #expect(deviation(score) < 4.8)
    #expect(deviation(TeleportCase.wrong) > 4.8)
  }

  /// The reverse SDE in small steps from one point. n = 10,000 each; five moments, each within 4.5
  /// standard errors of the difference. Euler-Maruyama in 400 steps of log σ is off by 1/400 of the
  /// moments, a fifth of a standard error.
  @Test func `a mixture's transition is what the reverse diffusion comes to`() {
    let (n, sigma, next) = (10_000, 3.0, 0.6)
    let samples = Samples(seed: 5, count: n)
    let start = Points(rows: Array(repeating: [0.8, -0.6], count: n))
    let steps = 400
    let sigmas = (0...steps).map { sigma * pow(next / sigma, Double($0) / Double(steps)) }
    var run = SamplingRun(
      from: start, down: NoiseLevels(sigmas: sigmas), by: EulerMaruyama(),
      with: TeleportCase.plane, samples: samples)
    for _ in 0..<steps { _ = run.advance() }
    let path = moments(run.states)
    func deviation(_ surrogate: MixtureScore) -> Double {
      var points = start
      ReverseJump(surrogate, kind: "mixture-transition")
        .jump(&points, from: sigma, to: next, in: Workspace(samples: samples))
      return zip(moments(points), path).reduce(0) { worst, pair in
        let (a, b) = pair
        let error =
          (a.standardError * a.standardError + b.standardError * b.standardError).squareRoot()
        return max(worst, abs(a.mean - b.mean) / error)
      }
    }
    #expect(deviation(TeleportCase.plane) < 4.5)
    let wider = MixtureScore(
      TeleportCase.plane.components.map {
        .init(
          weight: $0.weight, mean: $0.mean,
          covariance: .isotropic($0.covariance.trace, dimension: 2))
      })
    #expect(deviation(wider) > 4.5)
  }

  /// About zero, which both share.
  private func moments(_ points: Points) -> [Estimate] {
    let rows = points.doubleRows
    return [
      Estimate(rows.map { $0[0] }), Estimate(rows.map { $0[1] }),
      Estimate(rows.map { $0[0] * $0[0] }), Estimate(rows.map { $0[0] * $0[1] }),
      Estimate(rows.map { $0[1] * $0[1] }),
    ]
  }

  @Test func `a jump shares no random numbers with starts and steps`() {
    let samples = Samples(seed: 3, count: 4)
    let score = GaussianScore(mean: [0, 0], covariance: .isotropic(0, dimension: 2))
    var points = Points(count: 4, dimension: 2)
    // From x = 0 with no variance: x(σ′) is σ′ √(1 − σ′²/σ²) n.
    ReverseJump(score, kind: "gaussian-transition")
      .jump(&points, from: 10, to: 1, in: Workspace(samples: samples))
    points.scale(by: .uniform(Float(1 / (1 - 0.01 as Double).squareRoot())))
    for purpose in Purpose.allCases {
      for draw in 0..<20 as Range<UInt32> {
        let normals = samples.normals(dimension: 2, for: purpose, draw: draw)
        let gap = (0..<4).reduce(0) { $0 + distance(points.doubles($1), normals.doubles($1)) }
        #expect((gap < 1e-5) == (purpose == .transition && draw == 0))
      }
    }
  }
}
