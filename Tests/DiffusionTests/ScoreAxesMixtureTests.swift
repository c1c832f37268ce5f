import Arrays
import Diffusion
import TestSupport
import Testing

/// Mixtures along the axes in many dimensions: components ruled out in Float32 first.
///
/// With one σ a row none is ruled out; the two ways have to give the same bits.
@Suite struct `Mixtures along the axes` {
  private static let (count, components, dimension) = (300, 37, 21)

  /// Means `spread` apart about `middle`, variances of every size, every third component a sphere.
  private static func mixture(spread: Double, middle: Double) -> MixtureScore {
    var inputs = Inputs(seed: 5)
    return MixtureScore(
      (0..<components).map { k in
        let mean = inputs.row(dimension, scale: spread).map { middle + $0 }
        let widths = inputs.row(dimension, scale: 1).map { 0.1 + $0 * $0 }
        return MixtureScore.Component(
          weight: 1 / Double(k + 1), mean: mean,
          covariance: k % 3 == 0
            ? .isotropic(widths[0], dimension: dimension) : .diagonal(widths))
      })
  }

  /// Rows about the means, some far from all of them.
  private static func rows(of score: MixtureScore, sigma: Double) -> Points {
    var points = score.noisedDraws(at: sigma, samples: Samples(seed: 3, count: count))
    for (row, size) in zip(0..., [Float(1e3), 1e9, 1e17, 1e20, 1e37, -1e30]) {
      for i in 0..<dimension { points[row, i] = size * Float(i % 3 - 1) }
    }
    return points
  }

  @Test(arguments: [0.01, 0.3, 1, 5], [0.0, 100])
  func `what is ruled out leaves no trace`(spread: Double, middle: Double) {
    let score = Self.mixture(spread: spread, middle: middle)
    for sigma in [1e-3, 0.2, 1, 4, 80] {
      let x = Self.rows(of: score, sigma: sigma)
      let samples = Samples(seed: 1, count: x.count)
      let together = score.denoised(
        x, at: .uniform(sigma), in: Workspace(samples: samples, workers: Workers(count: 2)))
      let apart = score.denoised(
        x, at: .each([Double](repeating: sigma, count: x.count)),
        in: Workspace(samples: samples, workers: Workers(count: 1)))
      #expect(
        together.values.map(\.bitPattern) == apart.values.map(\.bitPattern),
        "spread \(spread), sigma \(sigma)")
      // A row by itself has the same bits as among others.
      let one = score.denoised(
        x.rows(17..<18), at: .uniform(sigma),
        in: Workspace(samples: Samples(seed: 1, count: 1), workers: Workers(count: 1)))
      #expect(one.values == Array(together.row(17)))
    }
  }

  @Test(arguments: [0, 1, 2])
  func `far from all others a component has all the weight`(k: Int) {
    let (sigma, dimension) = (0.5, Self.dimension)
    let samples = Samples(seed: 4, count: 40)
    // Neighbours 3000 apart lie thousands of standard deviations away; at 0.3 they overlap.
    for (spread, isAlone) in [(3000, true), (0.3, false)] {
      let score = Self.mixture(spread: spread, middle: 0)
      let one = MixtureScore([
        MixtureScore.Component(
          weight: 1, mean: score.components[k].mean, covariance: score.components[k].covariance)
      ])
      let x = one.noisedDraws(at: sigma, samples: samples)
      #expect(x.dimension == dimension)
      let (among, alone) = (
        score.denoised(x, at: .uniform(sigma), in: Workspace(samples: samples)),
        one.denoised(x, at: .uniform(sigma), in: Workspace(samples: samples))
      )
      #expect(
        (among.values.map(\.bitPattern) == alone.values.map(\.bitPattern)) == isAlone,
        "spread \(spread)")
    }
  }

  @Test func `the nearest component need not be the likeliest`() {
    // Needles, some 200 from clouds. A row three units off a needle in every direction across, thirty
    // noised widths, is a cloud's, though over the needle's length it is near the needle.
    var inputs = Inputs(seed: 6)
    let (dimension, sigma) = (16, 0.1)
    let score = MixtureScore(
      (0..<32).map { k in
        let widths = [100] + [Double](repeating: 1e-4, count: dimension - 1)
        return MixtureScore.Component(
          weight: 1, mean: inputs.row(dimension, scale: 40),
          covariance: k % 2 == 0
            ? .diagonal(widths) : .isotropic(100, dimension: dimension))
      })
    var x = Points(count: 64, dimension: dimension)
    for row in 0..<x.count {
      for (i, away) in inputs.row(dimension, scale: 3).enumerated() {
        x[row, i] = Float(score.components[row % 16 * 2].mean[i] + away)
      }
    }
    let samples = Samples(seed: 1, count: x.count)
    let together = score.denoised(x, at: .uniform(sigma), in: Workspace(samples: samples))
    let apart = score.denoised(
      x, at: .each([Double](repeating: sigma, count: x.count)), in: Workspace(samples: samples))
    #expect(together.values.map(\.bitPattern) == apart.values.map(\.bitPattern))
    // The needle's own denoiser would move it onto the needle, by some 3 √15; a cloud's moves it by
    // 10⁻⁴ of its distance.
    for row in 0..<x.count {
      let moved = zip(x.row(row), together.row(row)).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      #expect(moved < 1)
    }
  }

  @Test func `a component a little heavier leaves one`() {
    let score = Self.mixture(spread: 0.3, middle: 0)
    var parts = score.components
    parts[0].weight *= 1.001
    let x = Self.rows(of: score, sigma: 1)
    let samples = Samples(seed: 1, count: x.count)
    let (a, b) = (
      score.denoised(x, at: .uniform(1), in: Workspace(samples: samples)),
      MixtureScore(parts).denoised(x, at: .uniform(1), in: Workspace(samples: samples))
    )
    #expect(a != b)
  }
}
