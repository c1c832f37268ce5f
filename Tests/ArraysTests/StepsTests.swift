import Arrays
import TestSupport
import Testing

@Suite struct StepsTests {
  /// Three products and two sums, each rounded once or together: 4 · 2⁻²⁴ of the magnitudes.
  @Test(arguments: [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 70], [1, 2, 5, 40])
  func `combinations agree with the formula for every size of tail`(_ d: Int, _ count: Int) {
    var inputs = Inputs(seed: UInt64(d * 100 + count))
    let (x, y, z) = (inputs.points(count, d), inputs.points(count, d), inputs.points(count, d))
    let rows = (0..<count).map { Float($0 + 1) / 3 }
    let coefficients: [(PerRow<Float>, PerRow<Float>, PerRow<Float>)] = [
      (.uniform(0.7), .uniform(-1.3), .uniform(2.1)),
      (.each(rows), .each(rows.reversed()), .each(rows.map { -$0 })),
      (.uniform(-1), .each(rows), .uniform(0.25)),
    ]
    for (a, b, c) in coefficients {
      for workers in [Workers(count: 1), Workers(count: 2)] {
        var three = x
        three.combine(a, plus: b, y, plus: c, z, workers: workers)
        var two = x
        two.combine(a, plus: b, y, workers: workers)
        var same = x
        same.combine(a, plus: b, x, plus: c, x, workers: workers)
        var scaled = x
        scaled.scale(by: a)
        for row in 0..<count {
          for i in 0..<d {
            let (p, q, r) = (Double(x[row, i]), Double(y[row, i]), Double(z[row, i]))
            let (a, b, c) = (Double(a[row]), Double(b[row]), Double(c[row]))
            let tolerance = 0x1p-22 * (abs(a * p) + abs(b * q) + abs(c * r) + abs((b + c) * p))
            #expect(abs(Double(three[row, i]) - (a * p + b * q + c * r)) <= tolerance)
            #expect(abs(Double(two[row, i]) - (a * p + b * q)) <= tolerance)
            #expect(abs(Double(same[row, i]) - (a + b + c) * p) <= tolerance + 0x1p-22 * abs(c * p))
            #expect(abs(Double(scaled[row, i]) - a * p) <= tolerance)
          }
        }
      }
    }
  }

  @Test func `a row's combination is the same alone and among others`() {
    var inputs = Inputs(seed: 2)
    for d in [1, 2, 17, 33] {
      let (x, y) = (inputs.points(50, d), inputs.points(50, d))
      var whole = x
      whole.combine(.uniform(0.9), plus: .uniform(0.1), y)
      var each = x
      each.combine(.each(Array(repeating: 0.9, count: 50)), plus: .uniform(0.1), y)
      #expect(each.bitPatterns == whole.bitPatterns)
      for row in 0..<50 {
        var one = x.rows(row..<row + 1)
        one.combine(.uniform(0.9), plus: .uniform(0.1), y.rows(row..<row + 1))
        #expect(one.bitPatterns == whole.rows(row..<row + 1).bitPatterns)
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `the first row that is not finite is found wherever it is`(_ bad: Float) {
    for (count, d) in [(1, 1), (3, 5), (4, 16), (7, 17), (2, 40)] {
      var points = Points(
        count: count, dimension: d,
        values: [Float](repeating: -.greatestFiniteMagnitude, count: count * d))
      #expect(points.firstNotFiniteRow == nil)
      for row in (0..<count).reversed() {
        points[row, (row * 3) % d] = bad
        #expect(points.firstNotFiniteRow == row)
      }
    }
  }

  @Test func `groups shift and average`() {
    var inputs = Inputs(seed: 6)
    let (x, shifts) = (inputs.points(5, 3), inputs.points(20, 3))
    let scale = PerRow.each([0, 1, 2, 3, 0.5])
    var shifted = Points(count: 12, dimension: 3)
    shifted.setShifted(x, rows: 1..<4, times: 4, scale: scale, shifts)
    var means = x
    means.setGroupMeans(rows: 1..<4, of: shifted, size: 4)
    for row in 0..<5 {
      for i in 0..<3 {
        let expected = (0..<4).reduce(0.0) {
          $0 + (Double(x[row, i]) + scale[row] * Double(shifts[row * 4 + $1, i])) / 4
        }
        let inside = (1..<4).contains(row)
        #expect(abs(Double(means[row, i]) - (inside ? expected : Double(x[row, i]))) < 1e-6)
      }
    }
  }

  @Test(arguments: [1, 2, 5])
  func `every task is done once`(_ workers: Int) {
    for tasks in [0, 1, 2, 3, 100] {
      let done = Tally(tasks)
      Workers(count: workers).forEach(tasks) { worker, task in
        if worker < workers { done.add(task) }
      }
      #expect(done.counts == Array(repeating: 1, count: tasks))
    }
    let rows = Tally(1000)
    Workers(count: workers).forEachBlock(of: 1000, size: 37) { _, block in
      for row in block { rows.add(row) }
    }
    #expect(rows.counts.allSatisfy { $0 == 1 })
  }
}
