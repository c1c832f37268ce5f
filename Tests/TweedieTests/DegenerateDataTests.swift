import Arrays
import Files
import Foundation
import Testing

/// Data at the edge of sense: fits, samples and pictures still come out, and look like the data.
@Suite struct DegenerateDataTests {
  /// A name and what makes the numbers.
  static let data: [(name: String, width: Double, offset: Double, count: Int, dimension: Int)] = [
    ("small", 1e-6, 0, 300, 2), ("large", 1e6, 0, 300, 2), ("far", 1, 1e4, 300, 2),
    ("small, many dimensions", 1e-6, 0, 300, 16), ("large, many dimensions", 1e6, 0, 300, 16),
    ("far, many dimensions", 1, 1e4, 300, 16), ("small, line", 1e-6, 0, 300, 1),
    ("large, line", 1e6, 0, 300, 1), ("far, line", 1, 1e4, 300, 1),
    ("equal", 0, 2.5, 50, 3), ("zero", 0, 0, 5, 2), ("equal, line", 0, 0.1, 50, 1),
    ("one", 1, 0, 1, 2), ("one number", 1, 0, 1, 1), ("two", 1, 0, 2, 2),
  ]

  @Test(arguments: data.indices, ["gaussian", "mixture", "neighbors"])
  func `samples have the scale and place of the data`(index: Int, kind: String) throws {
    let (name, width, offset, count, dimension) = Self.data[index]
    let folder = try Folder()
    var dice = Dice(state: UInt64(index))
    let data = dice.points(count, dimension, width: width, at: offset)
    try folder.write(data, to: "data.npy")
    try Command.succeed(["fit", kind, "data.npy", "-o", "model.json"], in: folder)
    try Command.succeed(
      ["sample", "model.json", "--count", "400", "-o", "out.npy", "-o", "out.png"], in: folder)
    try Command.succeed(["show", "model.json", "-o", "shown.png"], in: folder)
    let samples = try folder.points("out.npy")
    #expect(samples.count == 400 && samples.dimension == dimension, "\(name)")
    let isFinite = samples.values.allSatisfy(\.isFinite)
    #expect(isFinite)

    let (mean, deviation) = Self.moments(data)
    let (found, spread) = Self.moments(samples)
    // Float32 keeps seven digits of the place.
    let rounding = 1e-6 * abs(mean)
    #expect(abs(found - mean) <= 0.5 * deviation + rounding, "\(name): mean \(found), not \(mean)")
    // Neighbours average M = 4 shifts: where they choose apart, as between two points, the spread
    // is half of the data's, and less yet for shifts that are centred. Rules widen where data are
    // few.
    #expect(spread >= 0.3 * deviation - rounding, "\(name): \(spread), not \(deviation)")
    #expect(spread <= 2.5 * deviation + rounding, "\(name): \(spread), not \(deviation)")
  }

  /// The mean of all numbers, and the root of the mean variance of a coordinate.
  private static func moments(_ points: Points) -> (mean: Double, deviation: Double) {
    let (n, d) = (points.count, points.dimension)
    let means = (0..<d).map { j in
      (0..<n).reduce(0.0) { $0 + Double(points[$1, j]) } / Double(n)
    }
    var sum = 0.0
    for i in 0..<n {
      for j in 0..<d {
        sum += (Double(points[i, j]) - means[j]) * (Double(points[i, j]) - means[j])
      }
    }
    return (means.reduce(0, +) / Double(d), (sum / Double(n * d)).squareRoot())
  }
}
