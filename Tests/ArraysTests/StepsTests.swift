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

  /// Five products and four sums: 6 · 2⁻²⁴ of the magnitudes.
  @Test(arguments: [1, 2, 16, 17, 70], [1, 5, 40])
  func `sums of four and five terms agree with the formula`(_ d: Int, _ count: Int) {
    var inputs = Inputs(seed: UInt64(d * 100 + count))
    let points = (0..<5).map { _ in inputs.points(count, d) }
    let rows = PerRow.each((0..<count).map { Float($0 + 1) / 3 })
    let factors: [PerRow<Float>] = [
      .uniform(0.7), .uniform(-1.3), rows, .uniform(2.1), .uniform(-0.4),
    ]
    func agrees(_ sum: Points, _ terms: [Int]) -> Bool {
      (0..<count).allSatisfy { row in
        (0..<d).allSatisfy { i in
          let parts = terms.map { Double(factors[$0][row]) * Double(points[$0][row, i]) }
          let size = parts.reduce(0) { $0 + abs($1) }
          return abs(Double(sum[row, i]) - parts.reduce(0, +)) <= 6 * 0x1p-24 * size
        }
      }
    }
    var (x, y, z) = (points[0], points[0], points[1])
    x.combine(
      factors[0], plus: factors[1], points[1], plus: factors[2], points[2], plus: factors[3],
      points[3], plus: factors[4], points[4])
    #expect(agrees(x, [0, 1, 2, 3, 4]))
    y.combine(
      factors[0], plus: factors[1], points[1], plus: factors[2], nil, plus: factors[3], points[3])
    #expect(agrees(y, [0, 1, 3]))
    z.set(
      factors[0], points[0], plus: factors[1], points[1], plus: factors[2], points[2],
      plus: factors[3], points[3])
    #expect(agrees(z, [0, 1, 2, 3]))
    #expect(!agrees(x, [0, 1, 2, 3]) && !agrees(y, [0, 1, 2, 3]) && !agrees(z, [0, 1, 3]))
  }

  @Test(arguments: [1, 2, 3, 16, 784], [1, 40, 5000])
  func `normals drawn on the way are those of their address`(_ d: Int, _ count: Int) {
    guard count * d < 100_000 else { return }
    var inputs = Inputs(seed: 4)
    let (x, y, z) = (inputs.points(count, d), inputs.points(count, d), inputs.points(count, d))
    let stream = RandomStream(seed: 3, purpose: 1)
    let samples = (0..<count).map { UInt64($0 + 1) }
    var (normals, blank) = (x, x)
    stream.fillNormals(&normals, samples: samples, draw: 7)
    var expected = x
    expected.combine(
      .uniform(0.9), plus: .uniform(0.1), y, plus: .uniform(3), z, plus: .uniform(0.2), normals)
    for workers in [1, 2] {
      for draw in [7, 8] as [UInt32] {
        var sum = x
        sum.combine(
          .uniform(0.9), plus: .uniform(0.1), y, plus: .uniform(3), z, plus: .uniform(0),
          nil, plus: .uniform(0.2), drawing: RandomRows(stream, samples: samples, draw: draw),
          into: &blank, workers: Workers(count: workers))
        #expect((blank.bitPatterns == normals.bitPatterns) == (draw == 7))
        #expect((sum.bitPatterns == expected.bitPatterns) == (draw == 7))
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `a combination tells whether it is finite`(_ bad: Float) {
    for (count, d) in [(1, 1), (3, 5), (7, 17), (40, 784)] {
      let ones = Points(
        count: count, dimension: d, values: [Float](repeating: 1, count: count * d))
      var sum = ones
      let isFinite = sum.combine(.uniform(1), plus: .uniform(-1), ones)
      #expect(isFinite)
      for row in 0..<count {
        var spoiled = ones
        spoiled[row, (row * 5) % d] = bad
        let remains = sum.combine(.uniform(1), plus: .uniform(0.5), spoiled)
        #expect(!remains)
        sum = ones
      }
      // Overflow in the sum alone.
      let huge = sum.combine(
        .uniform(.greatestFiniteMagnitude), plus: .uniform(.greatestFiniteMagnitude), ones)
      #expect(!huge)
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
