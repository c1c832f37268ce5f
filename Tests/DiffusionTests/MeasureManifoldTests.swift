import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Precision, recall, mode weights and novelty.
@Suite struct MeasureManifoldTests {
  @Test func `equal sets cover each other and distant ones do not`() {
    let sets = NormalSets(dimension: 3)
    let (x, far) = (sets.set(1, 200), sets.set(2, 150, shift: 50))
    for metric in [ManifoldPrecision(), ManifoldRecall()] as [any SetMetric] {
      #expect(metric.estimate(x, against: x, workers: .all).value == 1)
      #expect(metric.estimate(x, against: far, workers: .all).value == 0)
      #expect(metric.estimate(far, against: x, workers: .all).standardError > 0)
    }
  }

  /// Half of the reference is far away: samples are all fine, and half of the law is missing. n =
  /// 400, within four standard errors of the count about what near sets give.
  @Test func `a missing half lowers recall and leaves precision`() {
    let sets = NormalSets(dimension: 2)
    let (x, near) = (sets.set(1, 400), sets.set(2, 200))
    var both = Points(count: 400, dimension: 2)
    both.replaceRows(from: 0, with: near)
    both.replaceRows(from: 200, with: sets.set(3, 200, shift: 40))
    let usual = ManifoldPrecision().estimate(x, against: near)
    let precision = ManifoldPrecision().estimate(x, against: both)
    let recall = ManifoldRecall().estimate(x, against: both)
    #expect(abs(precision.value - usual.value) < 4 * usual.standardError)
    #expect(recall.value < 0.5 + 4 * recall.standardError && recall.value > 0.4)
    #expect(ManifoldRecall().estimate(both, against: x).value == precision.value, "they mirror")
  }

  /// The formula by a sort, in Double.
  @Test func `precision is the share of the definition`() {
    let sets = NormalSets(dimension: 2)
    let (x, y) = (sets.set(4, 60, shift: 1), sets.set(5, 70))
    let rows = y.doubleRows
    let radii = rows.map { row in rows.map { distance(row, $0) }.sorted()[3] }
    let inside = x.doubleRows.count { point in
      zip(rows, radii).contains { distance(point, $0) <= $1 }
    }
    #expect(ManifoldPrecision().estimate(x, against: y).value == Double(inside) / 60)
    #expect(ManifoldPrecision(neighbors: 20).estimate(x, against: y).value > Double(inside) / 60)
  }

  /// 80 repeats against one manifold, n = 200; a spread over 80 repeats is known to 0.08.
  @Test func `shares scatter by the stated error`() {
    let sets = NormalSets(dimension: 2)
    let reference = sets.set(1, 300)
    let found = ErrorRatio(repeats: 80) {
      ManifoldPrecision().estimate(sets.set(10 + $0, 200, shift: 1.5), against: reference)
    }
    #expect((0.7...1.4).contains(found.ratio), "\(found.ratio)")
  }

  /// 300 pairs of draws, n = 400 and m = 600 of eight modes and of overlapping ones; Kolmogorov's
  /// bound is passed once in a thousand times.
  @Test(arguments: [0.2, 1.5])
  func `p-values between equal laws are uniform`(_ width: Double) {
    let law = mixture(width, first: 1)
    let modes = ModeWeights(law)
    let values = (0..<300).map { number in
      let x = law.draws(Samples(seed: UInt64(2 * number), count: 400))
      let y = law.draws(Samples(seed: UInt64(2 * number + 1), count: 600))
      return modes.test(x, against: y).pValue
    }
    #expect(kolmogorov(values) { $0 } < 1.95)
  }

  @Test func `a mode of another weight is seen`() {
    let (law, other) = (mixture(0.2, first: 1), mixture(0.2, first: 2))
    let y = law.draws(Samples(seed: 1, count: 1000))
    let x = other.draws(Samples(seed: 2, count: 1000))
    let found = ModeWeights(law).test(x, against: y)
    #expect(found.pValue < 1e-4 && found.degreesOfFreedom == 4)
    #expect(ModeWeights(law).test(y, against: y).pValue == 1)
    #expect(ModeWeights(law).counts(of: y).reduce(0, +) == 1000)
  }

  /// Five components on a circle.
  private func mixture(_ width: Double, first: Double) -> MixtureScore {
    MixtureScore(
      (0..<5).map { index in
        let angle = 2 * Double.pi * Double(index) / 5
        return .init(
          weight: index == 0 ? first : 1, mean: [2 * cos(angle), 2 * sin(angle)],
          covariance: .isotropic(width * width, dimension: 2))
      })
  }

  /// n = 500 in two dimensions, a training set of 1000; a fifth of the samples are training points.
  @Test func `planted copies are found, and points of the law are none`() {
    let sets = NormalSets(dimension: 2)
    let (training, held, fresh) = (sets.set(1, 1000), sets.set(2, 500), sets.set(3, 500))
    let honest = Novelty(of: fresh, training: training, heldOut: held)
    #expect(abs(honest.ratio.value - 1) < 4 * honest.ratio.standardError)
    #expect(abs(honest.copies.value - 0.01) < 4 * honest.copies.standardError + 0.01)
    var planted = fresh
    planted.replaceRows(from: 0, with: training.rows(0..<100))
    let found = Novelty(of: planted, training: training, heldOut: held)
    #expect(found.copies.value > 0.2 && found.copies.value < 0.23)
    #expect(found.ratio.value < honest.ratio.value)
    let copied = Novelty(of: training.rows(0..<100), training: training, heldOut: held)
    #expect(copied.ratio.value == 0 && copied.copies.value == 1)
    #expect(abs(honest.ratioFloor.mean - 1) < 0.3 && honest.copiesFloor.mean < 0.1)
    let alone = Novelty(
      of: fresh, training: training, heldOut: held, workers: Workers(count: 1))
    #expect(alone.ratio == honest.ratio && alone.copies == honest.copies)
  }

  /// 60 repeats, n = 300 and as many held out, one training set.
  @Test func `medians scatter by the stated error`() {
    let sets = NormalSets(dimension: 2)
    let training = sets.set(1, 500)
    let found = ErrorRatio(repeats: 60) {
      Novelty(
        of: sets.set(10 + 2 * $0, 300), training: training, heldOut: sets.set(11 + 2 * $0, 300)
      ).ratio
    }
    #expect((0.7...1.45).contains(found.ratio), "\(found.ratio)")
  }

  @Test func `a random choice keeps different rows in their order`() {
    let points = Points(count: 100, dimension: 1, values: (0..<100).map(Float.init))
    let some = points.randomRows(30, seed: 1)
    #expect(some.count == 30 && zip(some.values, some.values.dropFirst()).allSatisfy { $0 < $1 })
    #expect(points.randomRows(30, seed: 1) == some && points.randomRows(30, seed: 2) != some)
    #expect(points.randomRows(100, seed: 1) == points)
  }
}
