import Arrays
import TestSupport
import Testing

@Suite struct PointCloudTests {
  private func found(
    _ wanted: Int, of data: Points, near x: Points, workers: Int = 2
  ) -> [[Int32]] {
    let cloud = PointCloud(data)
    let scratch = PointCloud.NearestScratch(
      for: cloud, wanted: wanted, workers: Workers(count: workers))
    let stride = wanted + 2
    var rows = [Int32](repeating: -7, count: x.count * stride)
    cloud.nearest(to: x, into: &rows, stride: stride, scratch: scratch)
    return (0..<x.count).map { row in
      // What lies beyond the wanted ones is not ours to write.
      #expect(rows[row * stride + wanted] == -7 && rows[row * stride + wanted + 1] == -7)
      return Array(rows[row * stride..<row * stride + wanted])
    }
  }

  /// All rows sorted by the squared distance in Double, equal ones by index.
  private func sorted(_ wanted: Int, of data: Points, near x: [Double]) -> [Int32] {
    let rows = data.doubleRows
    let squares = rows.map { row in
      zip(row, x).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    return rows.indices.sorted { (squares[$0], $0) < (squares[$1], $1) }.prefix(wanted)
      .map(Int32.init)
  }

  @Test(
    arguments: [(1, 1, 1), (20, 2, 3), (1000, 1, 9), (5000, 3, 40), (9000, 64, 15), (700, 784, 5)],
    [0.5, 3, 1000])
  func `the nearest are those of a sort`(_ shape: (Int, Int, Int), _ spread: Double) {
    let (count, d, wanted) = shape
    var inputs = Inputs(seed: UInt64(count))
    let (data, x) = (inputs.points(count, d), inputs.points(21, d, scale: spread))
    let nearest = found(wanted, of: data, near: x)
    for row in 0..<x.count {
      #expect(nearest[row] == sorted(wanted, of: data, near: x.doubles(row)), "row \(row)")
    }
    #expect(found(wanted, of: data, near: x, workers: 1) == nearest)
  }

  @Test func `equal distances keep the order of the data`() {
    var inputs = Inputs(seed: 4)
    // A grid has many ties, copies still more; 9000 rows lie in two segments.
    let data = Points(
      count: 9000, dimension: 2,
      values: (0..<18000).map { _ in Float(inputs.bits() % 12) })
    let x = Points(rows: [[5, 5], [5.5, 5.5], [0.5, 11], [-3, 40]])
    let nearest = found(12, of: data, near: x)
    for row in 0..<x.count {
      #expect(nearest[row] == sorted(12, of: data, near: x.doubles(row)))
    }
  }

  @Test func `points far from the origin and close together are told apart`() {
    var inputs = Inputs(seed: 14)
    let data = inputs.points(3000, 2, scale: 1, offset: 4e4)
    var crowd = data
    for row in 0..<2000 { crowd[row, 0] = 4e4 + Float(row) / 256; crowd[row, 1] = 0 }
    let x = inputs.points(10, 2, scale: 1, offset: 4e4)
    for points in [data, crowd] {
      let nearest = found(7, of: points, near: x)
      for row in 0..<x.count {
        #expect(nearest[row] == sorted(7, of: points, near: x.doubles(row)))
      }
    }
  }

  @Test func `distances, points and moments are the data's`() {
    var inputs = Inputs(seed: 24)
    let data = inputs.points(100, 5, offset: 3)
    let cloud = PointCloud(data)
    let x = inputs.points(3, 5)
    for row in 0..<3 {
      let squares = cloud.squaredDistances(to: x, row: row)
      for index in 0..<100 {
        let expected = distance(x.doubles(row), data.doubles(index))
        #expect(abs(squares[index].squareRoot() - expected) < 1e-12 * expected)
      }
    }
    #expect((0..<100).allSatisfy { cloud.point($0) == data.doubles($0) })
    for i in 0..<5 {
      #expect(abs(cloud.mean[i] - Estimate(data.doubleRows.map { $0[i] }).mean) < 1e-12)
    }
    let variance = (0..<5).reduce(0) { sum, i in
      sum + Estimate(data.doubleRows.map { $0[i] }).variance
    }
    #expect(abs(cloud.totalVariance - variance) < 1e-12 * variance)
  }

  @Test(arguments: [1, 5, 128, 129, 1500])
  func `normal combinations are the stated sums`(_ count: Int) {
    var inputs = Inputs(seed: UInt64(count))
    let data = inputs.points(count, 3, offset: 7)
    let cloud = PointCloud(data)
    let stream = RandomStream(seed: 6, purpose: 7)
    let samples: [UInt64] = (0..<70).map { $0 * 3 }
    let combinations = cloud.normalCombinations(
      samples: samples, stream: stream, workers: Workers(count: 2))
    for (row, sample) in samples.enumerated() {
      var expected = [0.0, 0, 0]
      for block in 0...(count - 1) / 128 {
        let normals = stream.normals(
          count: 1, dimension: 128, first: sample, draw: UInt32(block))
        for index in block * 128..<min(count, (block + 1) * 128) {
          for i in 0..<3 {
            expected[i] +=
              Double(normals[0, index % 128]) * (Double(data[index, i]) - cloud.mean[i])
          }
        }
      }
      let scale = 1 / Double(count).squareRoot()
      #expect(distance(combinations.doubles(row), expected.map { $0 * scale }) < 2e-5)
    }
    let alone = cloud.normalCombinations(
      samples: [samples[33]], stream: stream, workers: Workers(count: 1))
    #expect(alone.bitPatterns == combinations.rows(33..<34).bitPatterns)
  }
}
