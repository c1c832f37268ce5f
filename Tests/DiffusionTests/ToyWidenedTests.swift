import Arrays
import Diffusion
import Testing

/// Noise of w and then of σ is noise of √(w² + σ²).
@Suite struct ToyWidenedTests {
  private static let data = Toy.twoMoons.draws(Samples(seed: 9, count: 60))
  private static let widened = WidenedScore(EmpiricalScore(data), width: 0.2)
  private static func mixture(_ width: Double) -> MixtureScore {
    MixtureScore(
      (0..<data.count).map {
        .init(
          weight: 1, mean: data.row($0).map(Double.init),
          covariance: .isotropic(width * width, dimension: 2))
      })
  }

  /// The empirical score works in Float32: 10⁻⁵ of numbers of order one.
  private static func agrees(_ other: MixtureScore, sigma: Double) -> Bool {
    let x = NoisedDraws(.twoMoons, sigma: sigma, count: 300).noised
    let (first, second) = (toyWorkspace(for: x), toyWorkspace(for: x))
    let level = Noise.uniform(sigma)
    let pairs =
      Array(
        zip(
          widened.denoised(x, at: level, in: first).values.map(Double.init),
          other.denoised(x, at: level, in: second).values.map(Double.init)))
      + Array(
        zip(
          widened.logDensity(x, at: level, in: first), other.logDensity(x, at: level, in: second)))
      + Array(
        zip(
          widened.jacobianTrace(x, at: level, in: first),
          other.jacobianTrace(x, at: level, in: second)))
    return pairs.allSatisfy { abs($0.0 - $0.1) < 1e-5 * (1 + abs($0.1)) }
  }

  @Test(arguments: [1e-2, 0.1, 1, 10])
  func `a widened training set is a mixture of round Gaussians`(_ sigma: Double) {
    #expect(Self.agrees(Self.mixture(0.2), sigma: sigma))
    #expect(!Self.agrees(Self.mixture(0.25), sigma: sigma), "control")
  }

  @Test func `moments grow by the width`() {
    let mixture = Self.mixture(0.2)
    #expect(abs(Self.widened.totalVariance - mixture.totalVariance) < 1e-6)
    #expect(zip(Self.widened.mean, mixture.mean).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
