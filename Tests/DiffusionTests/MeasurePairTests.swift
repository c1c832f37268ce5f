import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Energy distance and maximum mean discrepancy: what is measured over pairs of points.
@Suite struct MeasurePairTests {
  static let metrics: [any SetMetric] = [
    EnergyDistance(), MaximumMeanDiscrepancy(width: 1.5), MaximumMeanDiscrepancy(),
  ]

  /// E|Z| of Z ~ N(gap, deviation²).
  private func absolute(_ gap: Double, _ deviation: Double) -> Double {
    deviation * (2 / Double.pi).squareRoot() * exp(-gap * gap / (2 * deviation * deviation))
      + gap * erf(gap / (deviation * 2.0.squareRoot()))
  }

  /// n = m = 3000 on the line, within four standard errors; with another shift it fails.
  @Test func `energy distance of two Gaussians is the closed form`() {
    let sets = NormalSets(dimension: 1)
    let found = EnergyDistance().estimate(
      sets.set(1, 3000), against: sets.set(2, 3000, shift: 0.5, scale: 1.5))
    let form = { (shift: Double) in
      2 * absolute(shift, 3.25.squareRoot()) - absolute(0, 2.0.squareRoot())
        - absolute(0, 1.5 * 2.0.squareRoot())
    }
    #expect(abs(found.value - form(0.5)) < 4 * found.standardError)
    #expect(abs(found.value - form(0.9)) > 4 * found.standardError, "control")
  }

  /// X − Y ~ N(δ, (s² + t²) I): E k = Π (h²/(h² + s² + t²))^½ e^(−δ²/2(h² + s² + t²)); n = m = 3000
  /// in three dimensions, within four standard errors.
  @Test func `discrepancy of two Gaussians is the closed form`() {
    let sets = NormalSets(dimension: 3)
    let h = 1.5
    let kernel = { (gap: Double, variance: Double) in
      pow(h * h / (h * h + variance) * exp(-gap * gap / (h * h + variance)), 1.5)
    }
    let found = MaximumMeanDiscrepancy(width: h).estimate(
      sets.set(3, 3000), against: sets.set(4, 3000, shift: 0.3, scale: 1.2))
    let form = { (gap: Double) in
      kernel(0, 2) + kernel(0, 2 * 1.44) - 2 * kernel(gap, 1 + 1.44)
    }
    #expect(abs(found.value - form(0.3)) < 4 * found.standardError)
    #expect(abs(found.value - form(0.5)) > 4 * found.standardError, "control")
  }

  /// 200 repeats, n = 80 against m = 120 in three dimensions. The mean lies within four standard
  /// errors of zero, or not at all with a shift. A spread over 200 repeats is known to 0.05, and
  /// five of these are allowed for; between equal laws the stated error is an upper bound, by a
  /// factor below that of the plain jackknife, √2.
  @Test(arguments: metrics.indices, [0, 0.5] as [Float])
  func `values scatter by the stated error, about zero between equal laws`(
    _ index: Int, _ shift: Float
  ) {
    let sets = NormalSets(dimension: 3)
    let found = ErrorRatio(repeats: 200) { number in
      Self.metrics[index].estimate(
        sets.set(2 * number, 80, shift: shift), against: sets.set(2 * number + 1, 120),
        workers: .all)
    }
    let range = shift == 0 ? 0.95...1.4 : 0.8...1.25
    #expect(range.contains(found.ratio), "\(found.ratio)")
    let deviation = Estimate(found.values).deviation(from: 0)
    #expect(shift == 0 ? deviation < 4 : deviation > 40, "\(deviation)")
    Measured.record("error ratio of pairs \(index) at \(shift)", abs(log(found.ratio)))
  }

  /// Sums of pairs in another order differ by rounding alone; far from the origin coordinates
  /// themselves round to 4e-6.
  @Test(arguments: metrics.indices)
  func `order and place of the points do not matter`(_ index: Int) {
    let metric = Self.metrics[index]
    let sets = NormalSets(dimension: 4)
    let (x, y) = (sets.set(5, 300, shift: 0.4), sets.set(6, 400))
    let found = metric.estimate(x, against: y, workers: .all)
    let back = metric.estimate(x.reversed(), against: y.reversed(), workers: .all)
    #expect(abs(back.value - found.value) < 1e-6)
    #expect(abs(back.standardError - found.standardError) < 1e-6)
    let moved = metric.estimate(
      x.reversed(movedBy: 64), against: y.reversed(movedBy: 64), workers: .all)
    #expect(abs(moved.value - found.value) < 2e-5)
    let apart = metric.estimate(x.reversed(movedBy: 0.2), against: y, workers: .all)
    #expect(abs(apart.value - found.value) > 1e-3, "control: one set moved")
    for count in [1, 3] {
      #expect(metric.estimate(x, against: y, workers: Workers(count: count)) == found)
    }
  }

  /// Sixteen pairs of sets of 500; the floor of an unbiased metric is its spread under equality,
  /// which one pair states as its standard error. Sixteen repeats of a skewed number know a root mean
  /// square to a third, and three of those are allowed for as a factor of three.
  @Test(arguments: metrics.indices)
  func `the floor is the spread between exact sets`(_ index: Int) {
    let metric = Self.metrics[index]
    let law = GaussianScore(mean: [1, -2], covariance: .diagonal([1, 4]))
    let x = law.draws(Samples(seed: 3, count: 500), purpose: .data)
    let y = law.draws(Samples(seed: 4, count: 500), purpose: .data)
    let error = metric.estimate(x, against: y, workers: .all).standardError
    let drawn = floor(metric, law, seed: 1)
    let split = floor(metric, law.draws(Samples(seed: 5, count: 4000), purpose: .data))
    for floor in [drawn, split] {
      #expect((0.33...3).contains(floor.level / error), "\(floor.level) \(error)")
      #expect(floor.counts == (500, 500))
    }
    #expect(floor(metric, law, seed: 1) == drawn)
    #expect(floor(metric, law, seed: 2) != drawn)
    let small = floor(metric, x)
    #expect(small.counts == (250, 250) && small.level > 0)
  }

  private func floor(_ metric: some SetMetric, _ law: GaussianScore, seed: UInt64) -> Floor {
    Floor(of: metric, drawing: law, count: 500, referenceCount: 500, seed: seed)
  }

  private func floor(_ metric: some SetMetric, _ data: Points) -> Floor {
    Floor(of: metric, splitting: data, count: 500, referenceCount: 500)
  }

  /// A hundred copies of one point: distances are zero but for rounding.
  @Test func `points that are all equal are no distance apart`() {
    let x = Points(count: 100, dimension: 2, values: [Float](repeating: 3.3, count: 200))
    for metric in Self.metrics {
      let found = metric.estimate(x, against: x, workers: .all)
      #expect(abs(found.value) < 1e-3 && found.standardError < 1e-3)
    }
  }
}
