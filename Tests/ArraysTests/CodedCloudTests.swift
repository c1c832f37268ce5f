import Arrays
import Foundation
import TestSupport
import Testing

/// Numbers held as codes of levels are the numbers that were given: every result has the bits that it
/// has without.
@Suite struct CodedCloudTests {
  /// Drawings on 256 levels: most is paper, one column nothing else, one column nothing but ink.
  private static func drawings(
    _ count: Int, _ d: Int, _ line: (Double) -> Double, paper: Int = 0
  ) -> Points {
    var points = Points(count: count, dimension: d)
    for row in 0..<count {
      for i in 0..<d {
        let hash = UInt32(truncatingIfNeeded: (row * d + i + 1) &* 0x9e37_79b9) >> 8
        let isInk = i % 13 == 4 || (i % 13 != 5 && hash % 10 < 2)
        points[row, i] = Float(line(Double(isInk ? Int(hash / 16 % 256) : paper)))
      }
    }
    // Both ends are there.
    (points[0, 4], points[count - 1, 4]) = (Float(line(0)), Float(line(255)))
    return points
  }

  private static let lines: [(String, @Sendable (Double) -> Double)] = [
    ("-1...1", { (2 * $0 - 255) / 255 }), ("0...1", { $0 / 255 }), ("bytes", { $0 }),
    ("counts", { ($0 / 32).rounded(.down) }), ("-3...5", { (8 * $0 - 765) / 255 }),
  ]

  @Test func `levels are found where they are even, and only there`() {
    for (name, line) in Self.lines {
      #expect(PointCloud(Self.drawings(300, 40, line)).holdsCodes, "\(name)")
    }
    // White paper as well as black.
    #expect(PointCloud(Self.drawings(300, 40, { $0 / 255 }, paper: 255)).holdsCodes)
    var off = Self.drawings(300, 40, { $0 / 255 })
    off[150, 4] = 0.5
    #expect(!PointCloud(off).holdsCodes)
    // By the last digit of one number.
    off[150, 4] = (Float(77) / 255).nextUp
    #expect(!PointCloud(off).holdsCodes)
    #expect(!PointCloud(Self.drawings(300, 40, { ($0 / 255).squareRoot() })).holdsCodes)
    // Too few coordinates, nothing but the usual, and a usual value far off.
    #expect(!PointCloud(Self.drawings(300, 31, { $0 / 255 })).holdsCodes)
    #expect(!PointCloud(Points(count: 50, dimension: 40)).holdsCodes)
    #expect(!PointCloud(Self.drawings(300, 40, { 1e6 + $0 })).holdsCodes)
    // So close together that a fused remainder is a denormal number.
    #expect(!PointCloud(Self.drawings(300, 40, { $0 * 0x1p-120 })).holdsCodes)
  }

  @Test(arguments: lines.indices, [(700, 40), (9000, 47), (300, 784), (1100, 64)])
  func `codes change no bits`(_ line: Int, _ shape: (Int, Int)) {
    let (count, d) = shape
    let data = Self.drawings(count, d, Self.lines[line].1)
    let (codes, numbers) = (PointCloud(data), PointCloud(data, usesCodes: false))
    #expect(codes.holdsCodes && !numbers.holdsCodes)
    #expect(codes.mean == numbers.mean && codes.totalVariance == numbers.totalVariance)
    #expect(codes.point(count - 1) == (0..<d).map { Double(data[count - 1, $0]) })
    let (a, b) = (Self.results(codes), Self.results(numbers))
    for (index, pair) in zip(a, b).enumerated() {
      #expect(pair.0.bitPatterns == pair.1.bitPatterns, "result \(index)")
    }
    // Another cloud is told apart by every one of them.
    var moved = data
    for row in 0..<count { moved[row, 4] = data[(row + 1) % count, 4] }
    let others = Self.results(PointCloud(moved))
    for (index, pair) in zip(a, others).enumerated() {
      #expect(pair.0.bitPatterns != pair.1.bitPatterns, "result \(index)")
    }
  }

  /// What a cloud is asked for, for points at its scale.
  private static func results(_ cloud: PointCloud) -> [Points] {
    let (d, deviation) = (cloud.dimension, cloud.totalVariance.squareRoot())
    var inputs = Inputs(seed: 4)
    let workers = Workers(count: 2)
    var results: [Points] = []
    let unit = deviation / Double(d).squareRoot()
    var x = inputs.points(21, d, scale: 2 * unit)
    for row in 0..<21 { for i in 0..<d { x[row, i] += Float(cloud.mean[i]) } }
    var shifts = inputs.points(21 * 2, d, scale: unit)
    for row in 0..<21 { for i in 0..<d { shifts[2 * row + 1, i] = -shifts[2 * row, i] } }
    let (plain, shifted) = (
      ProductHistory(for: cloud, rows: 21, workers: workers),
      ProductHistory(for: cloud, rows: 21, shifts: shifts, workers: workers)
    )
    let scan = PointCloud.SoftmaxScratch(for: cloud, workers: workers)
    var means = x
    for share in [5, 1, 0.4, 0.1, 0.01] {
      let sigma = PerRow.uniform(share * unit)
      cloud.softmaxMean(at: x, sigma: sigma, scale: nil, into: &means, history: plain)
      results.append(means)
      cloud.softmaxMean(
        at: x, sigma: sigma, scale: .uniform(0.5), into: &means, history: shifted)
      results.append(means)
      cloud.softmaxMean(at: x, sigma: sigma, into: &means, scratch: scan)
      results.append(means)
    }
    let density = cloud.softmaxDensity(at: x, sigma: .uniform(unit), scratch: scan)
    results.append(column(density.logMean.map { Float($0) }))
    results.append(column(cloud.squaredDistances(to: x, row: 3).map { Float($0) }))
    var chosen = [Int32](repeating: 0, count: 21 * 5)
    let nearest = PointCloud.NearestScratch(for: cloud, wanted: 5, workers: workers)
    cloud.nearest(to: x, into: &chosen, stride: 5, scratch: nearest)
    cloud.shiftedMean(
      at: x, over: chosen, logWeights: [0, 0, 0, 1, 2], shifts: shifts, scale: .uniform(0.5),
      sigma: .uniform(unit), into: &means, workers: workers)
    results.append(means)
    results.append(
      cloud.normalCombinations(
        samples: (0..<21).map { $0 }, stream: RandomStream(seed: 1, purpose: 7), workers: workers))
    return results
  }

  private static func column(_ values: [Float]) -> Points {
    Points(count: values.count, dimension: 1, values: values)
  }
}
