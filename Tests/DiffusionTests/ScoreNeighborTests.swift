import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct NearestNeighborScoreTests {
  private struct Case {
    let data: Points
    let x: Points
    let samples: Samples

    init(_ count: Int, _ dimension: Int, rows: Int) {
      var inputs = Inputs(seed: UInt64(count + dimension))
      data = inputs.points(count, dimension)
      x = inputs.points(rows, dimension, scale: 1.5)
      samples = Samples(seed: 77, indices: (0..<rows).map { UInt64($0) * 5 + 2 })
    }

    /// x + τ (1 + σ) e_m, in Double.
    func shifted(_ row: Int, _ shifts: Points, _ count: Int, _ m: Int, by scale: Double) -> [Double]
    {
      let d = x.dimension
      return (0..<d).map { Double(x[row, $0]) + scale * Double(shifts[row, m * d + $0]) }
    }
  }

  /// The shifts of a sample in one row.
  private func longRows(_ shifts: Points, _ count: Int) -> Points {
    Points(
      count: shifts.count / count, dimension: shifts.dimension * count, values: shifts.values)
  }

  @Test(arguments: [(200, 1), (50, 2), (300, 16), (5000, 3)], [0.2, 1.5])
  func `smoothing over all points is the mean of exact denoisers at shifted points`(
    _ shape: (Int, Int), _ smoothing: Double
  ) {
    let made = Case(shape.0, shape.1, rows: 19)
    let reference = EmpiricalReference(made.data)
    let sigmas = [0.05, 0.3, 1, 20]
    for count in [1, 4] {
      let score = NearestNeighborScore(made.data, smoothing: smoothing, shifts: count)
      let shifts = longRows(score.shifts(of: made.samples), count)
      let mixed = Noise.each((0..<19).map { sigmas[$0 % 4] })
      let workspace = Workspace(samples: made.samples)
      for noise in sigmas.map(Noise.uniform) + [mixed] {
        let denoised = score.denoised(made.x, at: noise, in: workspace)
        for row in 0..<19 {
          let sigma = noise[row]
          var expected = [Double](repeating: 0, count: shape.1)
          for m in 0..<count {
            let point = made.shifted(
              row, shifts, count, m, by: smoothing * (1 + sigma / score.deviation))
            let value = reference.values(point, [sigma])[0].denoised
            for i in expected.indices { expected[i] += value[i] / Double(count) }
          }
          // The shifted point is rounded to Float32; D moves by at most its Jacobian, (R/2σ)²,
          // times 2⁻²⁴ of the point.
          let error = distance(denoised.doubles(row), expected)
          Measured.record("smoothed D", error)
          let jacobian = 1 + 16 / (sigma * sigma)
          #expect(
            error < 2e-5 + jacobian * 0x1p-24 * 4
              * (1 + smoothing * (1 + sigma / score.deviation)))
        }
      }
    }
  }

  @Test func `no smoothing is the exact score`() {
    let made = Case(700, 3, rows: 21)
    let exact = EmpiricalScore(made.data)
    let smoothed = NearestNeighborScore(made.data, smoothing: 0, shifts: 4)
    let some = NearestNeighborScore(made.data, smoothing: 0.1, shifts: 4)
    for sigma in [0.01, 0.5, 5] {
      let expected = exact.denoised(made.x, at: .uniform(sigma)).bitPatterns
      #expect(smoothed.denoised(made.x, at: .uniform(sigma)).bitPatterns == expected)
      #expect(some.denoised(made.x, at: .uniform(sigma)).bitPatterns != expected)
    }
    #expect(smoothed.mean == exact.mean && smoothed.totalVariance == exact.totalVariance)
  }

  @Test func `as many neighbors as points are all points`() {
    let made = Case(30, 2, rows: 21)
    let all = NearestNeighborScore(made.data, smoothing: 0.3, shifts: 2)
    let workspace = Workspace(samples: made.samples)
    let expected = all.denoised(made.x, at: .uniform(0.4), in: workspace).bitPatterns
    for (k, l) in [(30, 0), (20, 10), (1, 40)] {
      let score = NearestNeighborScore(
        made.data, smoothing: 0.3, shifts: 2, neighbors: .nearest(k, remainder: l))
      #expect(score.neighbors == .all)
      let denoised = score.denoised(
        made.x, at: .uniform(0.4), in: Workspace(samples: made.samples))
      #expect(denoised.bitPatterns == expected)
    }
    // One short of all: the random one stands for itself and one more, yet K sees nearly all.
    let nearly = NearestNeighborScore(
      made.data, smoothing: 0.3, shifts: 2, neighbors: .nearest(28, remainder: 1))
    let denoised = nearly.denoised(made.x, at: .uniform(0.4), in: Workspace(samples: made.samples))
    #expect(denoised.bitPatterns != expected)
    #expect(
      distance(
        denoised.doubles(3),
        all.denoised(
          made.x, at: .uniform(0.4), in: workspace
        ).doubles(3)) < 0.2)
  }

  /// The random points as documented: the first L of K + L different ones, drawn for the sample,
  /// that are not among the K nearest.
  private func remainder(_ k: Int, _ l: Int, of count: Int, sample: UInt64, seed: UInt64) -> [Int] {
    let stream = RandomStream(seed: seed, for: .remainder)
    var numbers: [Int] = []
    var draw: UInt32 = 0
    while numbers.count < k + l {
      for uniform in stream.uniforms(k + l, sample: sample, draw: draw) where numbers.count < k + l
      {
        let number = Int(uniform * Double(count))
        if !numbers.contains(number) { numbers.append(number) }
      }
      draw += 1
    }
    return numbers
  }

  @Test(arguments: [(5, 0, 1), (5, 7, 1), (15, 15, 4), (1, 3, 2)], [2, 16])
  func `the estimator is the softmax over its points`(_ choice: (Int, Int, Int), _ d: Int) {
    let (k, l, m) = choice
    let made = Case(4500, d, rows: 18)
    let score = NearestNeighborScore(
      made.data, smoothing: 0.4, shifts: m, neighbors: .nearest(k, remainder: l))
    let shifts = longRows(score.shifts(of: made.samples), m)
    let workspace = Workspace(samples: made.samples)
    let rows = made.data.doubleRows
    let mixed = Noise.each((0..<18).map { 0.05 * Double($0 + 1) })
    for noise in [.uniform(0.02), .uniform(0.6), .uniform(9), mixed] as [Noise] {
      let denoised = score.denoised(made.x, at: noise, in: workspace)
      for row in 0..<18 {
        let point = made.x.doubles(row)
        let order = rows.indices.sorted {
          (distance(rows[$0], point), $0) < (distance(rows[$1], point), $1)
        }
        let nearest = Array(order.prefix(k))
        let others = remainder(
          k, l, of: 4500, sample: made.samples.indices[row], seed: made.samples.seed
        ).filter { !nearest.contains($0) }.prefix(l)
        let reference = EmpiricalReference(made.data.rows(at: nearest + others))
        let weights =
          [Double](repeating: 0, count: k)
          + [Double](repeating: log(Double(4500 - k) / Double(max(1, l))), count: l)
        var expected = [Double](repeating: 0, count: d)
        for shift in 0..<m {
          let at = made.shifted(
            row, shifts, m, shift, by: 0.4 * (1 + noise[row] / score.deviation))
          let value = reference.values(at, [noise[row]], logWeights: weights)[0].denoised
          for i in 0..<d { expected[i] += value[i] / Double(m) }
        }
        let error = distance(denoised.doubles(row), expected)
        Measured.record("estimator D", error)
        #expect(error < 1e-6 * (1 + norm(expected)))
      }
    }
  }

  /// Over n samples' random points the estimated normaliser Σ_near w + (N − K)/L Σ_random w is
  /// unbiased: its mean lies within 4.5 standard errors. Read off D in one dimension with data
  /// ±1 beyond the nearest: where σ is large all weights are alike and D = Σ w x / Σ w.
  @Test func `random points stand for all others on average`() {
    let n = 4000
    var inputs = Inputs(seed: 31)
    let data = inputs.points(600, 1)
    let samples = Samples(seed: 5, count: n)
    let score = NearestNeighborScore(
      data, smoothing: 0, neighbors: .nearest(10, remainder: 20))
    let x = Points(count: n, dimension: 1, values: [Float](repeating: 0.8, count: n))
    // All weights are one: D = (Σ_near x + 590/20 Σ_random x)/600, linear in the random points.
    let denoised = score.denoised(x, at: .uniform(1e4), in: Workspace(samples: samples))
    let estimate = Estimate(denoised.values.map(Double.init))
    let exact = EmpiricalScore(data).mean[0]
    #expect(estimate.deviation(from: exact) < 4.5, "n = \(n): \(estimate)")
    #expect(estimate.standardError > 0 && estimate.standardError < 0.01)
    // The control: without their weight the random points stand for themselves alone.
    #expect(estimate.deviation(from: exact + 0.05) > 4.5)
  }

  @Test func `a sharp softmax ends on a mean of data points`() {
    let made = Case(500, 2, rows: 30)
    let score = NearestNeighborScore(made.data, smoothing: 0.5, shifts: 2)
    let denoised = score.denoised(
      made.x, at: .uniform(1e-4), in: Workspace(samples: made.samples))
    let shifts = longRows(score.shifts(of: made.samples), 2)
    let reference = EmpiricalReference(made.data)
    for row in 0..<30 {
      let ends = (0..<2).map { m in
        made.data.doubles(
          reference.gaps(made.shifted(row, shifts, 2, m, by: 0.5 * 1.0001)).nearest)
      }
      let mean = zip(ends[0], ends[1]).map { ($0 + $1) / 2 }
      #expect(distance(denoised.doubles(row), mean) < 1e-6)
    }
  }
}
