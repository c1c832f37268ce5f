import Arrays
import Diffusion
import Foundation
import TestSupport

/// In these tests an estimate is the mean of numbers; that of the library is `Diffusion.Estimate`.
typealias Estimate = TestSupport.Estimate

/// Sets of independent normals, a fresh one for each number.
struct NormalSets {
  let dimension: Int

  /// `count` rows of N(shift, scale² I).
  func set(
    _ number: Int, _ count: Int, shift: Float = 0, scale: Float = 1
  ) -> Points {
    let normals = RandomStream(seed: UInt64(number), purpose: 200).normals(
      count: count, dimension: dimension)
    return Points(
      count: count, dimension: dimension, values: normals.values.map { shift + scale * $0 })
  }
}

/// How the standard errors that a metric states compare with the spread of its values.
struct ErrorRatio {
  let values: [Double]
  let errors: [Double]

  init(repeats: Int, _ body: (Int) -> Diffusion.Estimate) {
    let estimates = (0..<repeats).map(body)
    values = estimates.map(\.value)
    errors = estimates.map(\.standardError)
  }

  /// Root mean square of the stated errors over the deviation of the values.
  var ratio: Double {
    let stated = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
    let n = Double(values.count)
    return (stated / (Estimate(values).variance * n / (n - 1))).squareRoot()
  }
}

extension Points {
  /// The rows in reverse, each moved by `shift`.
  func reversed(movedBy shift: Float = 0) -> Points {
    let back = rows(at: (0..<count).reversed())
    return Points(count: count, dimension: dimension, values: back.values.map { $0 + shift })
  }
}
