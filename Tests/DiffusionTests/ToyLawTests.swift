import Arrays
import Diffusion
import Foundation
import Testing

/// Samples and score of a toy come from one definition: laws that hold for no other score.
@Suite struct ToyLawTests {
  /// Draws a law test takes: the same cost in 256 coordinates as in two.
  private static func count(_ toy: Toy) -> Int { toy.image == nil ? 20_000 : 2_000 }

  private static let levels = [0.1, 0.5, 2]

  /// n = 20 000 (2 000 pictures), each within five standard errors.
  @Test(arguments: Toy.all)
  func `draws have the mean and the variance of the score`(_ toy: Toy) {
    let x = toy.draws(Samples(seed: 5, count: Self.count(toy)))
    let score = toy.score
    for axis in 0..<toy.dimension {
      let column = ToyAverage((0..<x.count).lazy.map { Double(x[$0, axis]) })
      #expect(column.deviations(from: score.mean[axis]) < 5)
    }
    #expect(Self.squaredRadii(x, about: score.mean).deviations(from: score.totalVariance) < 5)
  }

  /// ‖x − mean‖² averaged over rows.
  private static func squaredRadii(_ x: Points, about mean: [Double]) -> ToyAverage {
    ToyAverage(
      (0..<x.count).lazy.map { row in
        zip(x.row(row), mean).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
      })
  }

  /// The same bound fails for the variance with a little noise added.
  @Test(arguments: Toy.all)
  func `control: noised draws do not have the variance of the score`(_ toy: Toy) {
    let x = NoisedDraws(toy, sigma: 0.3, count: Self.count(toy)).noised
    let score = toy.score
    #expect(Self.squaredRadii(x, about: score.mean).deviations(from: score.totalVariance) > 5)
  }

  /// All pairs of coordinates, n = 20 000 each; the two averages have independent errors.
  @Test(arguments: Toy.all.filter { $0.image == nil })
  func `the matched start has the covariance of the draws`(_ toy: Toy) {
    let samples = Samples(seed: 6, count: Self.count(toy))
    let start = toy.score.matchedStart(at: 1e-3, samples: samples, workers: .all)
    let draws = toy.draws(samples)
    for first in 0..<toy.dimension {
      for second in 0...first {
        let (a, b) = (
          ToyAverage((0..<start.count).lazy.map { Double(start[$0, first] * start[$0, second]) }),
          ToyAverage((0..<draws.count).lazy.map { Double(draws[$0, first] * draws[$0, second]) })
        )
        let error = hypot(a.standardError, b.standardError)
        #expect(abs(a.mean - b.mean) < 5 * error)
      }
    }
  }

  /// n as above; five standard errors for each of up to 769 means.
  @Test(arguments: Toy.all)
  func `what the denoiser leaves is orthogonal to every function of the noised point`(_ toy: Toy) {
    for sigma in Self.levels {
      let draws = NoisedDraws(toy, sigma: sigma, count: Self.count(toy))
      let denoised = toy.score.denoised(draws.noised, at: .uniform(sigma))
      #expect(draws.orthogonality(of: denoised) < 5, "σ = \(sigma)")
    }
  }

  @Test(arguments: Toy.all)
  func `control: a denoiser for another noise level is not orthogonal`(_ toy: Toy) {
    for sigma in Self.levels {
      let draws = NoisedDraws(toy, sigma: sigma, count: Self.count(toy))
      let denoised = toy.score.denoised(draws.noised, at: .uniform(1.2 * sigma))
      #expect(draws.orthogonality(of: denoised) > 5, "σ = \(sigma)")
    }
  }

  @Test(arguments: zip(Toy.plane, Toy.plane.dropFirst() + Toy.plane.prefix(1)))
  func `control: the denoiser of another toy is not orthogonal`(_ toy: Toy, _ other: Toy) {
    for sigma in [0.1, 0.5] {
      let draws = NoisedDraws(toy, sigma: sigma, count: Self.count(toy))
      let denoised = other.score.denoised(draws.noised, at: .uniform(sigma))
      #expect(draws.orthogonality(of: denoised) > 5, "σ = \(sigma)")
    }
  }

  /// E‖x₀ − D‖² = E tr Cov[x₀ | x] = σ² E tr J_D, n as above, within five standard errors; at
  /// another level it fails.
  @Test(arguments: Toy.all)
  func `the error of the denoiser is the noise times its divergence`(_ toy: Toy) {
    for sigma in Self.levels {
      let draws = NoisedDraws(toy, sigma: sigma, count: Self.count(toy))
      let space = toyWorkspace(for: draws.noised)
      let errors = draws.squaredErrors(
        of: toy.score.denoised(draws.noised, at: .uniform(sigma), in: space))
      let traces = toy.score.jacobianTrace(draws.noised, at: .uniform(sigma), in: space)
      let gaps = zip(errors, traces).map { $0 - sigma * sigma * $1 }
      #expect(ToyAverage(gaps).deviations(from: 0) < 5, "σ = \(sigma)")
      let wrong = zip(errors, traces).map { $0 - 1.44 * sigma * sigma * $1 }
      #expect(ToyAverage(wrong).deviations(from: 0) > 5, "control, σ = \(sigma)")
    }
  }

  @Test(arguments: Toy.all)
  func `a sample is the same in every batch`(_ toy: Toy) {
    let all = Samples(seed: 3, count: 40)
    let some = Samples(seed: 3, indices: [29, 17])
    let (x, y) = (toy.draws(all), toy.draws(some))
    #expect(y.row(0) == x.row(29) && Array(y.row(1)) == Array(x.row(17)))
    #expect(toy.labels(all).map { [$0[29], $0[17]] } == toy.labels(some))
    let other = toy.draws(Samples(seed: 4, count: 40))
    #expect((0..<40).allSatisfy { Array(x.row($0)) != Array(other.row($0)) }, "control")
  }

  /// The deviations that the documentation states.
  @Test func `toys are known by name and have the deviation stated`() throws {
    let stated = [
      "gaussian": 1.12, "eight-gaussians": 1.43, "grid": 1.42, "two-moons": 1.41,
      "swiss-roll": 1.36, "checkerboard": 1.15, "rings": 1.45, "spiral": 1.58, "pinwheel": 1.48,
      "s-curve": 0.98, "glyphs": 0.53,
    ]
    #expect(Set(Toy.all.map(\.name)) == Set(stated.keys))
    for (name, deviation) in stated {
      let toy = try #require(Toy.named(name))
      #expect(abs(toy.score.deviation - deviation) < 0.0051, "\(name): \(toy.score.deviation)")
      #expect(toy.image != nil || toy.score.mean.allSatisfy { abs($0) < 0.5 }, "\(name)")
    }
    #expect(Toy.named("no-such-toy") == nil)
  }
}

extension Toy {
  /// The toys of two coordinates.
  static let plane = all.filter { $0.dimension == 2 }
}
