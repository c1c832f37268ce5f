import Arrays
import Foundation
import TestSupport
import Testing

/// Remembered products change nothing but the time: the bits are those of passes over all data.
@Suite struct ProductHistoryTests {
  /// Rows of a batch on their way, with shifts that sum to zero.
  private struct Walk {
    let cloud: PointCloud
    let data: Points
    let start: Points
    var shifts: Points?
    static let sigmas = [30, 18, 10, 6, 3.5, 2, 1.1, 0.6, 0.3, 0.12, 0.04, 1e-2, 1e-3, 1e-4]

    init(_ data: Points, _ rows: Int, shifts count: Int = 0, offset: Double = 0) {
      self.data = data
      cloud = PointCloud(data)
      let d = data.dimension
      var inputs = Inputs(seed: UInt64(data.count + d))
      start = inputs.points(rows, d, scale: 30, offset: offset)
      guard count > 0 else { return }
      var shifts = inputs.points(rows * count, d)
      for row in 0..<rows where count > 1 {
        for i in 0..<d {
          let mean = (0..<count).reduce(Float(0)) { $0 + shifts[row * count + $1, i] }
          for m in 0..<count { shifts[row * count + m, i] -= mean / Float(count) }
        }
      }
      self.shifts = shifts
    }

    func history(
      _ rows: Range<Int>? = nil, anchors: Int = 3, memory: Int = 1 << 28, workers: Int = 2
    ) -> ProductHistory {
      let rows = rows ?? 0..<start.count
      let count = shifts.map { $0.count / start.count } ?? 0
      return ProductHistory(
        for: cloud, rows: rows.count,
        shifts: shifts?.rows(rows.lowerBound * count..<rows.upperBound * count),
        anchors: anchors, memory: memory, workers: Workers(count: workers))
    }

    func scale(_ sigma: Double) -> PerRow<Double>? {
      shifts == nil ? nil : .uniform(0.2 * (1 + sigma))
    }

    func mean(_ x: Points, _ sigma: Double, _ history: ProductHistory) -> Points {
      var means = x
      cloud.softmaxMean(
        at: x, sigma: .uniform(sigma), scale: scale(sigma), into: &means, history: history)
      return means
    }

    /// x by Euler's method to the next level.
    func next(_ x: Points, _ mean: Points, _ step: Int) -> Points {
      var next = x
      let ratio = Float(Self.sigmas[min(step + 1, Self.sigmas.count - 1)] / Self.sigmas[step])
      next.combine(.uniform(ratio), plus: .uniform(1 - ratio), mean)
      return next
    }
  }

  /// Most coordinates hold `usual`, as the paper of a drawing does; some columns nothing else.
  private static func drawn(
    _ count: Int, _ d: Int, usual: Float, scale: Double = 1
  ) -> Points {
    var inputs = Inputs(seed: 21)
    var data = inputs.points(count, d, scale: scale)
    let ink = inputs.points(count, d)
    for row in 0..<count {
      for i in 0..<d where ink[row, i] < 1 || i % 11 == 5 { data[row, i] = usual }
    }
    return data
  }

  enum Kind: CaseIterable { case spread, clumped, drawn }

  private static func data(_ kind: Kind, _ count: Int, _ d: Int) -> Points {
    var inputs = Inputs(seed: UInt64(count))
    switch kind {
    case .spread: return inputs.points(count, d, scale: 1)
    case .clumped: return clumps(count, d)
    case .drawn: return drawn(count, d, usual: -1)
    }
  }

  @Test func `what is usual is found where it is, and only there`() {
    #expect(PointCloud(Self.drawn(900, 40, usual: -1)).leavesOutUsual)
    #expect(PointCloud(Self.drawn(900, 40, usual: 0)).leavesOutUsual)
    #expect(!PointCloud(Self.data(.spread, 900, 40)).leavesOutUsual)
    var speckled = Self.drawn(900, 40, usual: -1)
    // Half of the paper is of another colour.
    for row in 0..<900 where row % 2 == 0 {
      for i in 0..<40 where speckled[row, i] == -1 { speckled[row, i] = 1 }
    }
    #expect(!PointCloud(speckled).leavesOutUsual)
  }

  private static func clumps(_ count: Int, _ d: Int) -> Points {
    var inputs = Inputs(seed: 8)
    let centers = inputs.points(12, d, scale: 3)
    var data = inputs.points(count, d, scale: 0.3)
    for row in 0..<count {
      for i in 0..<d { data[row, i] += centers[row % 12, i] }
    }
    return data
  }

  /// N, d, M.
  static let shapes = [
    (1, 3, 0), (7, 1, 1), (300, 1, 0), (1000, 2, 4), (900, 33, 2), (5000, 64, 0), (5000, 64, 1),
    (5000, 64, 4), (1200, 784, 0), (1200, 784, 4), (12_000, 40, 4),
  ]

  @Test(arguments: shapes, Kind.allCases)
  func `remembered products give the bits of a pass`(_ shape: (Int, Int, Int), _ kind: Kind) {
    let walk = Walk(Self.data(kind, shape.0, shape.1), 37, shifts: shape.2)
    let remembered = walk.history()
    let others = [
      walk.history(anchors: 0), walk.history(memory: 0), walk.history(anchors: 1),
      walk.history(anchors: 4, workers: 1),
    ]
    let (head, tail) = (walk.history(0..<5), walk.history(5..<37))
    var x = walk.start
    for (step, sigma) in Walk.sigmas.enumerated() {
      let mean = walk.mean(x, sigma, remembered)
      for other in others {
        #expect(walk.mean(x, sigma, other).bitPatterns == mean.bitPatterns, "σ \(sigma)")
      }
      let parts =
        walk.mean(x.rows(0..<5), sigma, head).values + walk.mean(x.rows(5..<37), sigma, tail).values
      let bits = parts.map { $0.bitPattern }
      #expect(bits == mean.bitPatterns, "σ \(sigma), in two batches")
      x = walk.next(x, mean, step)
    }
    // A pass each time without anchors, whatever the memory; fewer with them.
    #expect(others[0].passes == 37 * Walk.sigmas.count && others[1].passes == others[0].passes)
    if shape.0 >= 900 { #expect(remembered.passes < others[0].passes) }
  }

  /// The formula in Double at x + a e_m. The products of a pass are off by the bound of the
  /// class, about 10⁻⁴ of |x| |x_i| at most and hundreds of times less in fact.
  @Test(arguments: shapes, [Kind.spread, .drawn])
  func `one product serves all shifts`(_ shape: (Int, Int, Int), _ kind: Kind) {
    let (count, d, shifts) = shape
    let walk = Walk(Self.data(kind, count, d), 4, shifts: shifts)
    let reference = EmpiricalReference(walk.data)
    let history = walk.history()
    var x = walk.start
    for (step, sigma) in Walk.sigmas.enumerated() {
      let mean = walk.mean(x, sigma, history)
      for row in 0..<4 where step % 2 == 0 {
        var expected = [Double](repeating: 0, count: d)
        let m = max(1, shifts)
        for shift in 0..<m {
          let point = (0..<d).map { i in
            Double(x[row, i])
              + (walk.shifts.map { 0.2 * (1 + sigma) * Double($0[row * m + shift, i]) } ?? 0)
          }
          let value = reference.values(point, [sigma])[0].denoised
          for i in 0..<d { expected[i] += value[i] / Double(m) }
        }
        let error = distance(mean.doubles(row), expected) / Double(d).squareRoot()
        Measured.record("products of shifts \(shape)", error)
        #expect(error < 2e-5, "σ \(sigma), row \(row)")
      }
      x = walk.next(x, mean, step)
    }
  }

  @Test(arguments: [(40, 1), (3000, 2), (5000, 64), (1200, 784)])
  func `remembered products find the nearest`(_ shape: (Int, Int)) {
    var inputs = Inputs(seed: UInt64(shape.0))
    let walk = Walk(inputs.points(shape.0, shape.1), 19)
    let (remembered, fresh) = (walk.history(), walk.history(anchors: 0))
    let other = walk.history()
    var x = walk.start
    var (a, b) = ([Int32](repeating: 0, count: 19 * 9), [Int32](repeating: 0, count: 19 * 9))
    for (step, sigma) in Walk.sigmas.enumerated() {
      walk.cloud.nearest(7, to: x, into: &a, stride: 9, history: remembered)
      walk.cloud.nearest(7, to: x, into: &b, stride: 9, history: fresh)
      #expect(a == b, "σ \(sigma)")
      if step % 5 == 0 {
        for row in 0..<19 {
          let squares = walk.cloud.squaredDistances(to: x, row: row)
          let order = squares.indices.sorted { (squares[$0], $0) < (squares[$1], $1) }
          let expected = order.prefix(7).map { Int32($0) }
          #expect(Array(a[row * 9..<row * 9 + 7]) == expected)
        }
      }
      x = walk.next(x, walk.mean(x, sigma, other), step)
    }
    if shape.0 >= 1000 { #expect(remembered.passes < fresh.passes) }
  }

  /// Places that have nothing to do with each other, and rows that leave.
  @Test func `jumps and rows that finish change no bits`() {
    var inputs = Inputs(seed: 6)
    let walk = Walk(inputs.points(4000, 40), 30, shifts: 4)
    let history = walk.history()
    var rows = Array(0..<30)
    for step in 0..<24 {
      let scale = [0.1, 1, 40, 1e4][step % 4]
      let sigma = [1e-4, 0.05, 1, 7, 1e4][step % 5]
      let x = inputs.points(30, 40, scale: scale)
      let kept = x.rows(at: rows)
      if step % 8 == 7 {
        let places = rows.indices.filter { $0 % 5 != step % 5 }
        history.keep(places)
        rows = places.map { rows[$0] }
      }
      let left = x.rows(at: rows)
      #expect(kept.count >= left.count)
      let expected = walk.mean(x, sigma, walk.history(anchors: 0)).rows(at: rows)
      #expect(walk.mean(left, sigma, history).bitPatterns == expected.bitPatterns)
    }
    #expect(rows.count < 20)
  }

  private static func adversaries() -> [(String, Points)] {
    var inputs = Inputs(seed: 3)
    let some = inputs.points(700, 40)
    var outlier = some
    for i in 0..<40 { outlier[350, i] = i % 2 == 0 ? 1e4 : -1e4 }
    var corners = Points(count: 80, dimension: 40)
    for i in 0..<40 { (corners[2 * i, i], corners[2 * i + 1, i]) = (1, -1) }
    return [
      ("one", some.rows(0..<1)), ("few", some.rows(0..<5)),
      ("equal", some.rows(at: [Int](repeating: 3, count: 900))),
      ("zero", Points(count: 50, dimension: 40)),
      ("copies", some.rows(at: (0..<6000).map { $0 % 60 })), ("outlier", outlier),
      ("ties", corners), ("far", inputs.points(700, 40, offset: 1e5)),
      ("drawn", drawn(700, 40, usual: -1)), ("counts", drawn(700, 40, usual: 0)),
      ("offset", drawn(700, 40, usual: 1e3)), ("faint", drawn(700, 40, usual: -1, scale: 1e-3)),
      ("uneven", drawn(700, 40, usual: 0.1, scale: 100)),
      ("huge", inputs.points(100, 40, scale: 1e13)), ("tiny", inputs.points(700, 40, scale: 1e-12)),
    ]
  }

  @Test(arguments: adversaries(), [0, 4])
  func `ties, copies, outliers and empty space change no bits`(
    _ adversary: (String, Points), _ shifts: Int
  ) {
    let (name, data) = adversary
    let walk = Walk(data, 20, shifts: shifts, offset: name == "far" ? 1e5 : 0)
    let (remembered, fresh) = (walk.history(), walk.history(anchors: 0))
    let scratch = PointCloud.SoftmaxScratch(for: walk.cloud, workers: .all)
    var x = walk.start
    for row in 0..<3 { for i in 0..<40 { x[row, i] = data[(row * 7) % data.count, i] } }
    for i in 0..<40 { x[3, i] = 0 }
    var (near, expected) = ([Int32](repeating: 0, count: 20), [Int32](repeating: 0, count: 20))
    let scale = walk.cloud.totalVariance.squareRoot() / 6
    for step in Walk.sigmas.indices {
      let sigma = Walk.sigmas[step] * max(1e-12, min(scale, 1e13))
      let mean = walk.mean(x, sigma, remembered)
      #expect(walk.mean(x, sigma, fresh).bitPatterns == mean.bitPatterns, "\(name), σ \(sigma)")
      let isFinite = mean.values.allSatisfy { $0.isFinite }
      #expect(isFinite)
      if shifts == 0 {
        var dense = x
        walk.cloud.softmaxMean(at: x, sigma: .uniform(sigma), into: &dense, scratch: scratch)
        // Further away squared distances in Double are the same for all.
        for row in 0..<20 where norm(x.doubles(row)) < 1e6 * max(scale, 1e-6) {
          let error = distance(dense.doubles(row), mean.doubles(row))
          let size = norm(mean.doubles(row)) * 0x1p-23 + 6 * scale * 1e-4
          #expect(error <= size, "\(name), σ \(sigma), row \(row): \(error)")
        }
      }
      walk.cloud.nearest(1, to: x, into: &near, stride: 1, history: remembered)
      walk.cloud.nearest(1, to: x, into: &expected, stride: 1, history: fresh)
      #expect(near == expected, "\(name)")
      x = walk.next(x, mean, step)
    }
  }

  @Test func `rows that are not finite are told apart from the others`() {
    var inputs = Inputs(seed: 12)
    let walk = Walk(inputs.points(600, 40), 6, shifts: 4)
    let history = walk.history()
    var x = inputs.points(6, 40)
    (x[1, 3], x[2, 0], x[3, 5]) = (.nan, .infinity, 1e30)
    var near = [Int32](repeating: 5, count: 12)
    for _ in 0..<2 {
      let mean = walk.mean(x, 0.5, history)
      for row in 0..<6 {
        let lost = mean.row(row).count { $0.isNaN }
        let finite = mean.row(row).count { $0.isFinite }
        #expect(lost == (row == 1 || row == 2 ? 40 : 0) && finite == 40 - lost)
      }
      walk.cloud.nearest(2, to: x, into: &near, stride: 2, history: history)
      for row in 0..<6 { #expect((near[2 * row] == -1) == (row == 1 || row == 2)) }
    }
  }

  /// Where x jumps, nothing is known of products, and a bound of nothing names wrong points.
  @Test(arguments: [Kind.spread, .drawn])
  func `a bound that is too small is noticed`(_ kind: Kind) {
    var inputs = Inputs(seed: 5)
    let walk = Walk(Self.data(kind, 5000, 64), 37, shifts: 4)
    let (careless, careful) = (walk.history(), walk.history())
    let fresh = walk.history(anchors: 0)
    careless.caution = 0
    var differences = (careless: 0, careful: 0)
    for _ in 0..<6 {
      let x = inputs.points(37, 64)
      let mean = walk.mean(x, 0.2, fresh).bitPatterns
      if walk.mean(x, 0.2, careless).bitPatterns != mean { differences.careless += 1 }
      if walk.mean(x, 0.2, careful).bitPatterns != mean { differences.careful += 1 }
    }
    #expect(differences.careless > 0 && differences.careful == 0)
  }
}
