import Arrays
import Foundation
import TestSupport
import Testing

@Suite struct PairTests {
  private static let functions: [PairFunction] = [
    .distance, .gaussian(width: 1.3), .inside(radii: []),
  ]

  /// f in Double, by the formula.
  private func value(_ function: PairFunction, _ a: [Double], _ b: [Double], _ radius: Double)
    -> Double
  {
    let r = distance(a, b)
    switch function {
    case .distance: return r
    case .gaussian(let width): return exp(-r * r / (2 * width * width))
    case .inside: return r <= radius ? 1 : 0
    }
  }

  /// Squares of distances err by 2⁻²⁴ of the squared sizes for each of their roundings, which a root
  /// makes larger for close points only; sums of thousands of them err by less than 10⁻⁵ each.
  @Test(
    arguments: [(1, 1, 1), (17, 130, 2), (70, 257, 3), (33, 128, 65), (5, 300, 784)], 0...2)
  func `sums over pairs are those of the formula`(_ shape: (Int, Int, Int), _ index: Int) {
    let (n, m, d) = shape
    var inputs = Inputs(seed: UInt64(n))
    let (x, y) = (inputs.points(n, d, offset: 20), inputs.points(m, d, offset: 20))
    let radii = (0..<m).map { Double(d).squareRoot() * (1 + Double($0 % 7) / 10) }
    let function = index == 2 ? .inside(radii: radii) : Self.functions[index]
    let found = PointCloud(y).pairSums(function, from: x, workers: Workers(count: 2))
    for row in 0..<n {
      let values = (0..<m).map { value(function, x.doubles(row), y.doubles($0), radii[$0]) }
      // A distance on the very edge of a ball may fall to either side.
      let allowed = index == 2 ? 0.5 : 2e-5 * Double(m) * Double(d).squareRoot()
      #expect(abs(found.sums[row] - values.reduce(0, +)) < allowed)
      #expect(
        abs(found.squares[row] - values.reduce(0) { $0 + $1 * $1 })
          < allowed * Double(d).squareRoot())
    }
    #expect(PointCloud(y).pairSums(function, from: x, workers: Workers(count: 1)) == found)
  }

  /// Numbers between 64 and 128 lie 8e-6 apart in Float32, and a block of 128 is one sum of them.
  @Test(arguments: [1, 16, 64, 200])
  func `a point is no pair with itself`(_ count: Int) {
    var inputs = Inputs(seed: 8)
    let x = inputs.points(count, 3)
    let cloud = PointCloud(x)
    let workers = Workers(count: 2)
    let function = PairFunction.gaussian(width: 2)
    let all = cloud.pairSums(function, from: x, workers: workers)
    let others = cloud.pairSums(function, from: x, excludingSelf: true, workers: workers)
    for row in 0..<count {
      #expect(abs(all.sums[row] - others.sums[row] - 1) < 1e-4)
      #expect(abs(all.squares[row] - others.squares[row] - 1) < 1e-4)
    }
  }
}
