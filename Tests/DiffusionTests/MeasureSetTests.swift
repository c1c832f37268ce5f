import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Sliced Wasserstein and Fréchet distances.
@Suite struct MeasureSetTests {
  static let metrics: [any SetMetric] = [
    SlicedWasserstein(directions: 16), FrechetDistance(), FrechetDistance(coordinates: 2),
  ]

  /// N(0, I) against N(ν, t² I): (s − t)² along every direction, and ‖ν‖²/d on the line. n = m =
  /// 4000, within four standard errors and the bias, below the distance between equal laws.
  @Test(arguments: [1, 3])
  func `sliced distance of two Gaussians is the closed form`(_ d: Int) {
    let sets = NormalSets(dimension: d)
    let shift: Float = d == 1 ? 0.7 : 0
    let metric = SlicedWasserstein(directions: 32)
    let found = metric.estimate(
      sets.set(1, 4000), against: sets.set(2, 4000, shift: shift, scale: 1.5))
    let equal = metric.estimate(sets.set(3, 4000), against: sets.set(4, 4000)).value
    let form = { (scale: Double) in
      (Double(shift) * Double(shift) + (scale - 1) * (scale - 1)).squareRoot()
    }
    let allowed = 4 * found.standardError + equal * equal / found.value
    #expect(abs(found.value - form(1.5)) < allowed, "\(found) \(form(1.5))")
    #expect(abs(found.value - form(1.75)) > allowed, "control")
  }

  /// Sets of two sizes: {0} twice against {0, 3} moves half of the mass by 3, whatever the counts.
  @Test func `quantiles of unequal sets are those of the definition`() {
    let x = Points(count: 3, dimension: 1, values: [0, 0, 0])
    let y = Points(count: 2, dimension: 1, values: [3, 0])
    let found = SlicedWasserstein(directions: 3).estimate(x, against: y).value
    #expect(abs(found - 4.5.squareRoot()) < 1e-12)
  }

  /// ‖ν‖² + d (s − t)² for isotropic Gaussians, and for diagonal ones the sum over axes; n = m =
  /// 20 000, within four standard errors and a bias of d²/n.
  @Test func `Fréchet distance of two Gaussians is the closed form`() throws {
    let sets = NormalSets(dimension: 3)
    let x = sets.set(1, 20_000)
    let scales: [Float] = [0.5, 1, 2]
    var y = sets.set(2, 20_000)
    for row in 0..<y.count { for i in 0..<3 { y[row, i] = 0.4 + scales[i] * y[row, i] } }
    let found = FrechetDistance().estimate(x, against: y)
    let form = 3 * 0.16 + 0.25 + 1
    #expect(abs(found.value - form) < 4 * found.standardError + 9.0 / 20_000)
    #expect(abs(found.value - form) < 0.1 && found.standardError > 0)
    #expect(abs(found.value - 3 * 0.16) > 4 * found.standardError, "control: covariances matter")
  }

  /// One value from correlated covariances whose root is not diagonal: a rotation of both sets
  /// changes nothing, a rotation of one does.
  @Test func `a common rotation changes no distance between laws`() {
    let sets = NormalSets(dimension: 2)
    let turn = { (points: Points, angle: Double, stretch: Float) in
      Points(
        count: points.count, dimension: 2,
        values: (0..<points.count).flatMap { row in
          let (a, b) = (points[row, 0] * stretch, points[row, 1])
          let (c, s) = (Float(cos(angle)), Float(sin(angle)))
          return [c * a - s * b, s * a + c * b]
        })
    }
    let (x, y) = (sets.set(5, 2000), sets.set(6, 2000))
    let metric = FrechetDistance()
    let found = metric.estimate(turn(x, 0, 3), against: turn(y, 0.4, 2)).value
    let both = metric.estimate(turn(x, 1, 3), against: turn(y, 1.4, 2)).value
    let one = metric.estimate(turn(x, 1, 3), against: turn(y, 0.4, 2)).value
    #expect(abs(both - found) < 1e-4 * found)
    #expect(abs(one - found) > 0.1 * found, "control")
  }

  /// 100 repeats, n = 200 against m = 300 in three dimensions, shifted by a half: a spread over 100
  /// repeats is known to 0.07, and the jackknife's own error and four of these are allowed for.
  /// Between equal laws the root and the square degenerate, and the stated error is an upper bound.
  /// Principal directions of a round law are no two times the same and are left out.
  @Test(arguments: 0...1, [0, 0.5] as [Float])
  func `values scatter by the stated error`(_ index: Int, _ shift: Float) {
    let sets = NormalSets(dimension: 3)
    let found = ErrorRatio(repeats: 100) { number in
      Self.metrics[index].estimate(
        sets.set(2 * number, 200, shift: shift), against: sets.set(2 * number + 1, 300),
        workers: .all)
    }
    Measured.record("error ratio of sets \(index) at \(shift)", abs(log(found.ratio)))
    #expect(shift == 0 ? found.ratio > 0.8 : (0.7...1.4).contains(found.ratio), "\(found.ratio)")
  }

  /// The floor is the metric under equality, so that a set of the law lies within three of its
  /// spreads of its mean, and one of another law does not. n = m = 400.
  @Test(arguments: metrics.indices)
  func `exact sets are at the floor and shifted ones above`(_ index: Int) {
    let metric = Self.metrics[index]
    let law = GaussianScore(mean: [0, 0, 0], covariance: .isotropic(1, dimension: 3))
    let floor = Floor(of: metric, drawing: law, count: 400, referenceCount: 400)
    let sets = NormalSets(dimension: 3)
    let near = metric.estimate(sets.set(1, 400), against: sets.set(2, 400), workers: .all)
    let far = metric.estimate(
      sets.set(1, 400, shift: 0.5), against: sets.set(2, 400), workers: .all)
    #expect(near.value < floor.mean + 4 * floor.spread)
    #expect(far.value > floor.mean + 10 * floor.spread, "control")
    for count in [1, 3] {
      let again = metric.estimate(
        sets.set(1, 400), against: sets.set(2, 400), workers: Workers(count: count))
      #expect(again == near)
    }
  }

  /// In 300 dimensions 44 lie beside the leading directions; their means and total variances count.
  /// 12 repeats, n = 400 against m = 500, shifted by one: a spread over 12 repeats is known to a fifth.
  @Test func `what lies beside the leading directions counts`() {
    let sets = NormalSets(dimension: 300)
    let found = ErrorRatio(repeats: 12) { number in
      FrechetDistance().estimate(
        sets.set(2 * number, 400, shift: 1), against: sets.set(2 * number + 1, 500), workers: .all)
    }
    // ‖μ − ν‖² = 300, of which the directions alone see 256, and a bias of the order of d²/n.
    #expect(found.values.allSatisfy { (300..<500).contains($0) }, "\(found.values)")
    #expect((0.5...2).contains(found.ratio), "\(found.ratio)")
  }
}
