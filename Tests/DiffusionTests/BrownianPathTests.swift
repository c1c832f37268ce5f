import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Noise addressed by noise level: its law, and one path under every grid.
@Suite struct BrownianPathTests {
  static let samples = Samples(seed: 21, count: 4000)

  /// The normals of a step between two levels.
  private func increment(
    _ high: Double, _ low: Double, _ samples: Samples = samples, dimension: Int = 2
  ) -> Points {
    let levels = NoiseLevels(sigmas: low > 0 ? [high, low] : [high]).levels
    var normals = Points(count: samples.count, dimension: dimension)
    BrownianPath().fill(
      &normals, for: samples, step: 0, from: levels[0], to: levels[1],
      workers: Workers(count: 2))
    return normals
  }

  /// √(log₂ σ/σ′).
  private func width(_ high: Double, _ low: Double) -> Double { log2(high / low).squareRoot() }

  /// Within a cell, at its edges, over several, tiny and huge, and to nothing.
  static let intervals: [(high: Double, low: Double)] = [
    (1.9, 1.1), (2, 1), (1.5, 1.4), (80, 0.002), (5, 3.9), (1e-3, 9.9e-4), (1e12, 1e-12),
    (1.00001, 1), (0.7, 0),
  ]

  // n = 8000 normals an interval, 9 intervals, 4 statistics each; the standard errors are 0.011 of
  // the mean, 0.016 of the variance, and 4.5 of them leave one false alarm in 4000 runs.
  @Test(arguments: intervals)
  func `increments are standard normal`(high: Double, low: Double) {
    let numbers = increment(high, low).values.map(Double.init)
    #expect(Estimate(numbers).deviation(from: 0) < 4.5)
    #expect(Estimate(numbers.map { $0 * $0 }).deviation(from: 1) < 4.5)
    #expect(Estimate(numbers.map { $0 * $0 * $0 * $0 }).deviation(from: 3) < 4.5)
    #expect(kolmogorov(numbers, normalDistribution) < 2.2)
  }

  @Test func `increments over disjoint intervals are independent`() {
    // Neighbours that share many levels of the tree, and the step to nothing.
    let grid = [3, 2.2, 2, 1.7, 1.69, 1.5, 1.49, 1.1, 0.3, 0.02, 0]
    let columns = zip(grid, grid.dropFirst()).map { increment($0, $1).values.map(Double.init) }
    // n = 8000, 45 pairs: the standard error of a correlation is 0.011.
    for i in columns.indices {
      for j in 0..<i {
        let products = zip(columns[i], columns[j]).map { $0 * $1 }
        #expect(Estimate(products).deviation(from: 0) < 4.5, "intervals \(i) and \(j)")
      }
    }
    // And so are samples and coordinates.
    let one = increment(3, 2)
    let rows = (0..<one.count).map { one.doubles($0) }
    #expect(Estimate(rows.map { $0[0] * $0[1] }).deviation(from: 0) < 4.5)
    #expect(
      Estimate(zip(rows, rows.dropFirst()).map { $0[0] * $1[0] }).deviation(from: 0) < 4.5)
  }

  @Test func `overlapping intervals share what they overlap in`() {
    // Cov = overlap: the control of the test before.
    let (wide, part) = (increment(4, 1), increment(2, 1))
    let products = zip(wide.values, part.values).map { Double($0) * Double($1) }
    #expect(Estimate(products).deviation(from: 0.5.squareRoot()) < 4.5)
  }

  @Test(arguments: [3, 10, 57])
  func `a coarse increment is the sum of the finer ones`(parts: Int) {
    let (high, low) = (37.0, 0.013)
    let levels = NoiseLevels(.karras, steps: parts, from: high, to: low).levels.dropLast()
    var sum = [Double](repeating: 0, count: Self.samples.count * 2)
    for (level, next) in zip(levels, levels.dropFirst()) {
      let fine = increment(level.sigma, next.sigma)
      let width = width(level.sigma, next.sigma)
      for i in sum.indices { sum[i] += width * Double(fine.values[i]) }
    }
    let whole = increment(high, low).values
    // W differs by a few; each of some 40 terms a part is rounded at 2⁻²⁴, and levels at 2⁻²¹ of an
    // octave enter the widths here, which the path itself divides out.
    let gap = zip(sum, whole).map { abs($0 - width(high, low) * Double($1)) }.max() ?? 1
    Measured.record("brownian sum of \(parts)", gap)
    #expect(gap < 5e-5)
  }

  @Test func `W at a level is the same from any grid`() {
    // W(σ) − W(1), directly and by way of levels above and below.
    for sigma in [0.0123, 0.9, 1.7, 1024, 3.3e5] {
      let (high, low) = (max(sigma, 1), min(sigma, 1))
      let direct = increment(high, low).values.map { Double($0) * width(high, low) }
      let (top, bottom) = (high * 1.37, low * 0.61)
      let around = increment(top, bottom).values.map { Double($0) * width(top, bottom) }
      let above = increment(top, high).values.map { Double($0) * width(top, high) }
      let below = increment(low, bottom).values.map { Double($0) * width(low, bottom) }
      let gap = direct.indices.map { abs(direct[$0] - (around[$0] - above[$0] - below[$0])) }
      #expect((gap.max() ?? 1) < 1e-4, "σ = \(sigma)")
    }
  }

  @Test func `a sample's path does not depend on its batch`() {
    let whole = increment(7, 0.2)
    let part = increment(7, 0.2, Samples(seed: 21, first: 100, count: 5))
    #expect(part.bitPatterns == whole.rows(100..<105).bitPatterns)
    let other = increment(7, 0.2, Samples(seed: 22, count: 4000))
    let products = zip(whole.values, other.values).map { Double($0) * Double($1) }
    #expect(Estimate(products).deviation(from: 0) < 4.5)
  }

  @Test func `a run with batches of several sizes reuses one path value`() {
    let path = BrownianPath()
    let levels = NoiseLevels(sigmas: [3, 1]).levels
    for count in [5, 9, 2] {
      var normals = Points(count: count, dimension: 2)
      path.fill(
        &normals, for: Samples(seed: 21, count: count), step: 4, from: levels[0], to: levels[1],
        workers: .all)
      #expect(normals == increment(3, 1).rows(0..<count))
    }
  }
}
