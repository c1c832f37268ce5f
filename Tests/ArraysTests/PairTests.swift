import Arrays
import Foundation
import TestSupport
import Testing

@Suite struct PairTests {
  private static let functions: [PairFunction] = [.distance, .gaussian(width: 1.3)]
  private let workers = Workers(count: 2)

  /// f in Double, by the formula.
  private func value(_ function: PairFunction, _ a: [Double], _ b: [Double]) -> Double {
    let r = distance(a, b)
    switch function {
    case .distance: return r
    case .gaussian(let width): return exp(-r * r / (2 * width * width))
    }
  }

  /// A distance is within 2⁻²⁰ of itself, and sums of 128 squares in Float32 within 2⁻¹⁷ at worst, so
  /// that 10⁻⁵ bounds both; a kernel of many deviations rounds with its exponent, and then is small.
  @Test(
    arguments: [(1, 1, 1), (17, 130, 2), (70, 257, 3), (33, 128, 65), (5, 300, 784)], 0...1)
  func `sums over pairs are those of the formula`(_ shape: (Int, Int, Int), _ index: Int) {
    let (n, m, d) = shape
    var inputs = Inputs(seed: UInt64(n))
    let (x, y) = (inputs.points(n, d, offset: 20), inputs.points(m, d, offset: 20))
    let function = Self.functions[index]
    let found = x.pairTotals(function, with: y, workers: workers)
    let all = x.doubleRows.map { a in y.doubleRows.map { value(function, a, $0) } }
    for row in 0..<n {
      #expect(isClose(found.own.sums[row], all[row].reduce(0, +)))
      #expect(isClose(found.own.squares[row], all[row].reduce(0) { $0 + $1 * $1 }))
    }
    for row in 0..<m {
      #expect(isClose(found.other.sums[row], all.reduce(0) { $0 + $1[row] }))
      #expect(isClose(found.other.squares[row], all.reduce(0) { $0 + $1[row] * $1[row] }))
    }
    let alone = x.pairTotals(function, with: y, workers: Workers(count: 1))
    #expect(alone.own == found.own && alone.other == found.other)
  }

  private func isClose(_ found: Double, _ exact: Double) -> Bool {
    abs(found - exact) <= 1e-5 * exact + 1e-9
  }

  @Test(arguments: [1, 2, 16, 64, 65, 200, 1500])
  func `a point is a pair with every other and none with itself`(_ count: Int) {
    var inputs = Inputs(seed: 8)
    let x = inputs.points(count, 3)
    let function = PairFunction.gaussian(width: 2)
    let all = x.pairTotals(function, with: x, workers: workers).own
    let others = x.pairTotals(function, workers: workers)
    for row in 0..<count {
      #expect(abs(all.sums[row] - others.sums[row] - 1) < 1e-5 * Double(count) + 1e-6)
      #expect(abs(all.squares[row] - others.squares[row] - 1) < 1e-5 * Double(count) + 1e-6)
    }
    #expect(x.pairTotals(function, workers: Workers(count: 1)) == others)
  }

  /// Powers of two round nothing, so that bits follow the unit to where Float32 ends; products of
  /// squared sizes are then beyond its range.
  @Test(arguments: [-100, -40, 40, 63, 110])
  func `distances follow the unit to the bit`(_ exponent: Int) {
    var inputs = Inputs(seed: 3)
    let (x, y) = (inputs.points(70, 3), inputs.points(90, 3))
    let unit = Float(sign: .plus, exponent: exponent, significand: 1)
    let far = { (points: Points) in
      Points(count: points.count, dimension: 3, values: points.values.map { $0 * unit })
    }
    let sums = x.pairTotals(.distance, with: y, workers: workers).own.sums
    let found = far(x).pairTotals(.distance, with: far(y), workers: workers).own.sums
    #expect(found == sums.map { $0 * Double(unit) })
    #expect(
      far(y).medianPairDistance(workers: workers)
        == y.medianPairDistance(workers: workers) * Double(unit))
  }

  /// Two clusters 10⁶ widths from the origin and one row ten times as far away: squared sizes of 10¹²
  /// have no digit left of a squared distance of one.
  @Test func `distances far from the origin keep their digits`() {
    var inputs = Inputs(seed: 5)
    var x = inputs.points(200, 2)
    for row in 0..<200 {
      for i in 0..<2 { x[row, i] = (x[row, i] * 1024).rounded() / 16 + (row == 9 ? 1e7 : 1e6) }
    }
    let found = x.pairTotals(.distance, workers: workers).sums
    let rows = x.doubleRows
    for row in 0..<200 where row != 9 {
      let near = rows.indices.filter { $0 != 9 }.reduce(0) { $0 + distance(rows[row], rows[$1]) }
      let exact = near + distance(rows[row], rows[9])
      #expect(abs(found[row] - exact) < 1e-5 * near + 2, "one far pair rounds to 1.5")
    }
  }

  /// Ranks and balls are decided in Double, equal distances included.
  @Test(arguments: [1, 3, 70], [false, true])
  func `ranks and balls are those of the formula`(_ d: Int, _ onLattice: Bool) {
    var inputs = Inputs(seed: UInt64(d))
    var (x, y) = (inputs.points(150, d), inputs.points(300, d))
    if onLattice {
      for row in 0..<150 { for i in 0..<d { x[row, i] = x[row, i].rounded() } }
      for row in 0..<300 { for i in 0..<d { y[row, i] = y[row, i].rounded() } }
    }
    let square = { (a: [Double], b: [Double]) in
      zip(a, b).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let (own, rows) = (x.doubleRows, y.doubleRows)
    let ranks = rows.map { a in rows.map { square(a, $0) }.sorted()[3] }
    #expect(y.squaredDistances(toNearest: 4, workers: workers) == ranks)
    let inside = own.map { a in zip(rows, ranks).contains { square(a, $0) <= $1 } }
    #expect(x.areInside(ballsAt: y, squaredRadii: ranks, workers: workers) == inside)
    if d < 70 { #expect(inside.contains(true)) }
  }

  /// Within the rounding of one squared distance; half of the rows are one point, where the median
  /// is that of pairs that differ.
  @Test(arguments: [false, true])
  func `the median distance is that of all pairs in any order`(_ hasCopies: Bool) {
    var inputs = Inputs(seed: 4)
    var x = inputs.points(301, 2)
    if hasCopies { for row in 0..<250 { x.copyRow(250, of: x, to: row) } }
    let rows = x.doubleRows
    var all = rows.indices.flatMap { i in (0..<i).map { distance(rows[i], rows[$0]) } }
    if hasCopies { all.removeAll { $0 == 0 } }
    let exact = all.sorted()[all.count / 2]
    let found = x.medianPairDistance(workers: workers)
    #expect(abs(found - exact) < 1e-6 * exact)
    let back = x.rows(at: (0..<301).reversed())
    #expect(back.medianPairDistance(workers: Workers(count: 1)) == found)
    #expect(x.rows(at: [300, 300]).medianPairDistance(workers: workers) == 0)
  }

  @Test(arguments: [0, 1, 2, 50, 5000])
  func `numbers are put in rising order`(_ count: Int) {
    var inputs = Inputs(seed: 6)
    var numbers = (0..<count).map { _ in inputs.bell() * exp(40 * inputs.bell()) }
    if count > 2 { (numbers[0], numbers[1]) = (.infinity, -.infinity) }
    let sorted = numbers.sorted()
    numbers.sortRising()
    #expect(numbers == sorted)
  }
}
