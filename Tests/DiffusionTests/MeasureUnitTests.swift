import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Measures between sets in any unit, at any origin, with rows far from the rest.
@Suite struct MeasureUnitTests {
  static let metrics: [(metric: any SetMetric, power: Double)] = [
    (EnergyDistance(), 1), (SlicedWasserstein(directions: 16), 1), (MaximumMeanDiscrepancy(), 0),
    (FrechetDistance(), 2), (ManifoldPrecision(), 0), (ManifoldRecall(), 0),
  ]

  private func moved(_ points: Points, times a: Double, plus b: Double) -> Points {
    Points(
      count: points.count, dimension: points.dimension,
      values: points.values.map { Float(Double($0) * a + b) })
  }

  /// Numbers that Float32 holds to 2⁻²⁴ of themselves: distances of three deviations are 10⁻⁶ of
  /// themselves off, and between sets of 300 a metric by as much of its own scale, which is that of a
  /// deviation to its power. A share changes by whole points where a ball ends.
  @Test(arguments: metrics.indices, [1e-12, 1e-3, 255, 1e12, 1e19, 1e30])
  func `a metric follows the unit`(_ index: Int, _ unit: Double) {
    let sets = NormalSets(dimension: 3)
    let (x, y) = (sets.set(1, 300, shift: 0.3), sets.set(2, 400))
    let (metric, power) = Self.metrics[index]
    let one = metric.estimate(x, against: y, workers: .all)
    let other = metric.estimate(
      moved(x, times: unit, plus: 0), against: moved(y, times: unit, plus: 0), workers: .all)
    let scale = pow(unit, power)
    #expect(abs(other.value / scale - one.value) < 1e-5, "\(other.value / scale) \(one.value)")
    #expect(abs(other.standardError / scale - one.standardError) < 1e-5)
  }

  /// At 10⁴ deviations from the origin Float32 keeps 5 · 10⁻⁴ of one, which moves the metric of 300
  /// points by less than a tenth of its standard error, and shares by less than one.
  @Test(arguments: metrics.indices, [1e2, 1e4])
  func `a metric does not see the origin`(_ index: Int, _ origin: Double) {
    let sets = NormalSets(dimension: 3)
    let (x, y) = (sets.set(1, 300, shift: 0.3), sets.set(2, 400))
    let metric = Self.metrics[index].metric
    let one = metric.estimate(x, against: y, workers: .all)
    let other = metric.estimate(
      moved(x, times: 1, plus: origin), against: moved(y, times: 1, plus: origin), workers: .all)
    let allowed = (index < 4 ? 0.1 : 1) * one.standardError
    #expect(abs(other.value - one.value) < allowed, "\(other.value) \(one.value)")
  }

  /// 2 A − B − C in Double.
  private func energy(_ x: Points, _ y: Points, _ distance: ([Double], [Double]) -> Double)
    -> Double
  {
    func mean(_ a: [[Double]], _ b: [[Double]], _ pairs: Int) -> Double {
      a.reduce(0) { sum, row in sum + b.reduce(0) { $0 + distance(row, $1) } } / Double(pairs)
    }
    let (a, b) = (x.doubleRows, y.doubleRows)
    return 2 * mean(a, b, a.count * b.count) - mean(a, a, a.count * (a.count - 1))
      - mean(b, b, b.count * (b.count - 1))
  }

  /// One row of 400 at 0 or −999, m = 10⁴, s = 1: the distance to it rounds to 5 · 10⁻⁴, of which a
  /// mean over 400 keeps 10⁻⁵. The control is |x|² + |y|² − 2 x y of numbers about zero, which is what
  /// centring on a mean that such a row keeps from being exact comes to.
  @Test(arguments: [0, -999] as [Float], [0, 1.5] as [Float])
  func `one far row leaves the energy distance what it is`(_ missing: Float, _ shift: Float) {
    let sets = NormalSets(dimension: 1)
    let x = moved(sets.set(1, 300, shift: shift), times: 1, plus: 1e4)
    var y = moved(sets.set(2, 400), times: 1, plus: 1e4)
    y[17, 0] = missing
    let exact = energy(x, y, distance)
    let found = EnergyDistance().estimate(x, against: y)
    #expect(abs(found.value - exact) < 2e-5, "\(found.value) \(exact)")
    #expect(shift == 0 ? abs(exact) < 0.02 : found.value > max(1, 5 * found.standardError))
    let expanded = energy(x, y) { a, b in
      let (p, q) = (Float(a[0]), Float(b[0]))
      return Double(max(0, p * p + q * q - 2 * p * q).squareRoot())
    }
    #expect(abs(expanded - exact) > 0.005, "control: \(expanded)")
  }

  /// The same law, with the far row: by what a float64 formula with the same kernel width gives.
  @Test func `one far row leaves the discrepancy what it is`() {
    let sets = NormalSets(dimension: 1)
    let x = moved(sets.set(1, 300, shift: 1.5), times: 1, plus: 1e4)
    var y = moved(sets.set(2, 400), times: 1, plus: 1e4)
    y[17, 0] = 0
    let rows = y.doubleRows
    let all = rows.indices.flatMap { i in (0..<i).map { distance(rows[i], rows[$0]) } }.sorted()
    let width = all[all.count / 2]
    // No point is paired with itself.
    let exact =
      -energy(x, y) { exp(-pow(distance($0, $1) / width, 2) / 2) } - 1.0 / 299 - 1.0 / 399
    let found = MaximumMeanDiscrepancy().estimate(x, against: y)
    #expect(abs(found.value - exact) < 1e-6 && exact > 0.2, "\(found.value) \(exact)")
  }

  /// 2000 rows by falling distance from the middle at every second place, near ones between: a width
  /// from every second row was that of the far half.
  @Test func `the order of rows does not matter to the discrepancy`() {
    let sets = NormalSets(dimension: 2)
    let (x, y) = (sets.set(1, 500, shift: 0.3), sets.set(2, 1000))
    let rising = (0..<1000).sorted { norm(y.doubles($0)) < norm(y.doubles($1)) }
    let mixed = (0..<500).flatMap { [rising[$0], rising[999 - $0]] }
    let metric = MaximumMeanDiscrepancy()
    let found = metric.estimate(x, against: y)
    let other = metric.estimate(x, against: y.rows(at: mixed))
    #expect(abs(other.value - found.value) < 1e-7)
    #expect(
      MaximumMeanDiscrepancy.medianDistance(y)
        == MaximumMeanDiscrepancy.medianDistance(y.rows(at: mixed)))
    let half = MaximumMeanDiscrepancy.medianDistance(y.rows(at: (0..<500).map { mixed[2 * $0] }))
    #expect(abs(half / MaximumMeanDiscrepancy.medianDistance(y) - 1) > 0.1, "control")
  }

  /// Two clusters of width 0.01 at ±100: their own law is inside as any is, and six widths off nothing
  /// is, while a slack of 10⁻⁶ of the total variance is a tenth and takes all in.
  @Test func `points beside tight clusters are not precise`() {
    let sets = NormalSets(dimension: 2)
    let clusters = { (number: Int, off: Double) in
      var points = self.moved(sets.set(number, 1000), times: 0.01, plus: 0)
      for row in 0..<1000 { points[row, 0] += (row < 500 ? -100 : 100) + Float(off) }
      return points
    }
    let reference = clusters(1, 0)
    let same = ManifoldPrecision().estimate(clusters(2, 0), against: reference)
    let off = ManifoldPrecision().estimate(clusters(2, 0.06), against: reference)
    let plain = ManifoldPrecision().estimate(sets.set(2, 1000), against: sets.set(1, 1000))
    #expect(abs(same.value - plain.value) < 4 * plain.standardError)
    // Balls of points at the edge are wide, and take a few in.
    #expect(off.value < 0.1, "\(off)")
    let (rows, points) = (reference.doubleRows, clusters(2, 0.06).doubleRows)
    let slack = (1e-6 * 1e4).squareRoot()
    let taken = points.count { point in rows.contains { distance(point, $0) < slack } }
    #expect(taken > 900, "control: \(taken)")
  }

  /// F of the moments in two dimensions, in closed form: tr (V^½ W V^½)^½ = √(tr V W + 2 √det V W).
  private func frechet(_ x: Points, _ y: Points) -> (value: Double, leadingAlone: Double) {
    let moments = { (rows: [[Double]]) in
      let n = Double(rows.count)
      let mean = (0..<2).map { j in rows.reduce(0) { $0 + $1[j] } / n }
      let at = { (i: Int, j: Int) in
        rows.reduce(0) { $0 + ($1[i] - mean[i]) * ($1[j] - mean[j]) } / (n - 1)
      }
      return (mean, at(0, 0), at(0, 1), at(1, 1))
    }
    let ((m, a, b, c), (n, p, q, r)) = (moments(x.doubleRows), moments(y.doubleRows))
    let gap = pow(m[0] - n[0], 2) + pow(m[1] - n[1], 2)
    let product = a * p + 2 * b * q + c * r
    let determinants = ((a * c - b * b) * (p * r - q * q)).squareRoot()
    let rest = gap + a + c + p + r
    return (
      rest - 2 * (product + 2 * determinants).squareRoot(),
      rest - 2 * product.squareRoot()
    )
  }

  /// Columns of 1000 and 1, the wide one the same in both sets. The control drops the thin direction
  /// and has 1.98 where 0.003 is right.
  @Test func `a thin direction keeps its part of the Fréchet distance`() {
    let sets = NormalSets(dimension: 2)
    var (x, y) = (sets.set(1, 500), sets.set(2, 500))
    for row in 0..<500 {
      x[row, 0] *= 1000
      y[row, 0] = x[row, 0]
    }
    let (exact, dropped) = frechet(x, y)
    let found = FrechetDistance().estimate(x, against: y)
    #expect(abs(found.value - exact) < 1e-6, "\(found.value) \(exact)")
    #expect(exact < 0.05 && dropped > 1.5, "control: \(dropped)")
    #expect(found.standardError > 0 && found.standardError < 0.1)
  }

  /// tr V + tr W − 2 Σ σ(X Yᵀ)/√((n − 1)(m − 1)) of centred rows, whatever the dimension. Thirty
  /// points had three directions.
  @Test(arguments: [100, 300])
  func `few points lose no direction`(_ d: Int) {
    let sets = NormalSets(dimension: d)
    let centred = { (points: Points) in
      let rows = points.doubleRows
      let mean = (0..<d).map { j in rows.reduce(0) { $0 + $1[j] } / Double(rows.count) }
      return (mean, rows.flatMap { zip($0, mean).map { $0 - $1 } })
    }
    let (x, y) = (sets.set(1, 30, scale: 2), sets.set(2, 40))
    let ((mean, a), (other, b)) = (centred(x), centred(y))
    let product = Matrix(rows: 30, columns: d, values: a).times(
      Matrix(rows: 40, columns: d, values: b), transposed: true)
    let nuclear = product.times(product, transposed: true).symmetricEigen.values.reduce(0) {
      $0 + max(0, $1).squareRoot()
    }
    let squares = { (values: [Double]) in values.reduce(0) { $0 + $1 * $1 } }
    let exact =
      squares(zip(mean, other).map { $0 - $1 }) + squares(a) / 29 + squares(b) / 39
      - 2 * nuclear / (29.0 * 39).squareRoot()
    let found = FrechetDistance().estimate(x, against: y)
    #expect(abs(found.value - exact) < 1e-6 * exact, "\(found.value) \(exact)")
    let three = FrechetDistance(coordinates: 3).estimate(x, against: y).value
    #expect(three < 0.3 * exact, "control: \(three)")
  }

  /// Columns of 1, 10³ and 10⁶; the thin one is shifted by two deviations. Raw distances do not see it
  /// and proportional ones do, whose columns all have deviation 10⁶/√3.
  @Test func `columns in proportion show a thin one`() {
    let sets = NormalSets(dimension: 3)
    let scales: [Float] = [1, 1e3, 1e6]
    var (x, y) = (sets.set(1, 500), sets.set(2, 500))
    for row in 0..<500 {
      x[row, 0] += 2
      for i in 0..<3 {
        x[row, i] *= scales[i]
        y[row, i] *= scales[i]
      }
    }
    let units = ColumnUnits(of: y)
    for column in ColumnUnits(of: units.apply(to: y)).deviations {
      #expect(abs(column / (1e6 / 3.0.squareRoot()) - 1) < 0.1)
    }
    let raw = EnergyDistance().estimate(x, against: y)
    let metric = ColumnMetric(EnergyDistance(), in: units)
    let seen = metric.estimate(x, against: y)
    #expect(raw.value < 4 * raw.standardError && seen.value > 10 * seen.standardError)
    #expect(metric.value(x, against: y, workers: .all) == seen.value)
    let flat = ColumnUnits(of: Points(rows: [[3, 1], [3, 2], [3, 3]]))
    #expect(flat.divisors[0] == 1 && flat.extremes?.least == flat.extremes?.most)
  }

  @Test(arguments: metrics.indices)
  func `a value alone is that of the estimate`(_ index: Int) {
    let sets = NormalSets(dimension: 2)
    let (x, y) = (sets.set(1, 130), sets.set(2, 170))
    let metric = Self.metrics[index].metric
    let one = metric.estimate(x, against: y, workers: .all).value
    #expect(metric.value(x, against: y, workers: Workers(count: 1)) == one)
    let settled = metric.settled(on: y, workers: .all)
    #expect(settled.estimate(x, against: y, workers: .all).value == one)
  }

  @Test func `numbers that stand for none are found`() {
    var y = NormalSets(dimension: 2).set(1, 200)
    #expect(FarRow(from: y).beyond(in: y) == nil)
    y[41, 1] = -999
    #expect(FarRow(from: y).beyond(in: y) == nil)
    y[40, 1] = 9.97e36
    #expect(FarRow(from: y).beyond(in: y)?.row == 40)
  }
}
