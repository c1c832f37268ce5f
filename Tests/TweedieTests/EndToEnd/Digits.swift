import Arrays
import Files
import Foundation

/// The digits of MNIST and what tells good samples of them from bad ones.
struct Digits {
  /// Grey levels 0…255, a row an image.
  private let pixels: [Int16]
  private let labels: [Int]
  private let dimension: Int
  /// Grey levels a unit of [−1, 1].
  private static let levels = 127.5

  init(images: String, labels: String) throws {
    let array = try IDX.read(images)
    pixels = array.values.map { Int16($0) }
    dimension = array.shape[1] * array.shape[2]
    self.labels = try IDX.read(labels).values.map { Int($0) }
  }

  /// What is measured of a sample.
  struct Measure {
    /// The distance to the nearest training image, in units of [−1, 1].
    let distance: Double
    /// The share of the most common label among the ten nearest.
    let agreement: Double
    /// The share of pixels neither black nor white, |v| < 0.65; the test set has 0.07.
    let grey: Double
  }

  /// Measures one sample, rounded to grey levels, which moves it by less than 0.1.
  func measure(_ sample: [Float]) -> Measure {
    let rounded = sample.map { Int16(((Double($0) + 1) * Self.levels).rounded()) }
    let nearest = distances(to: rounded).enumerated().sorted { $0.element < $1.element }.prefix(10)
    let counts = nearest.reduce(into: [Int: Int]()) { $0[labels[$1.offset], default: 0] += 1 }
    return Measure(
      distance: Double(nearest.first?.element ?? 0).squareRoot() / Self.levels,
      agreement: Double(counts.values.max() ?? 0) / 10,
      grey: Double(sample.count { abs($0) < 0.65 }) / Double(sample.count))
  }

  /// Squared distances in whole grey levels: whole numbers add in any order, hence in parallel.
  private func distances(to sample: [Int16]) -> [Int32] {
    (0..<labels.count).map { row in
      let start = row * dimension
      var sum: Int32 = 0
      for index in 0..<dimension {
        let gap = Int32(pixels[start + index]) - Int32(sample[index])
        sum &+= gap &* gap
      }
      return sum
    }
  }
}

/// Mean and standard error of some numbers.
func meanAndError(_ values: [Double]) -> (mean: Double, error: Double) {
  let n = Double(values.count)
  let mean = values.reduce(0, +) / n
  let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
  return (mean, (variance / n).squareRoot())
}
