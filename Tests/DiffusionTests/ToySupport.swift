import Arrays
import Diffusion
import Foundation

/// A mean with its standard error.
struct ToyAverage {
  private var count = 0.0
  private var sum = 0.0
  private var squares = 0.0

  init(_ values: some Sequence<Double>) {
    for value in values { add(value) }
  }

  mutating func add(_ value: Double) {
    count += 1
    sum += value
    squares += value * value
  }

  var mean: Double { sum / count }
  var standardError: Double {
    (max(0, squares / count - mean * mean) / (count - 1)).squareRoot()
  }
  /// How many standard errors the mean is from `expected`; rounding alone counts as none.
  func deviations(from expected: Double) -> Double {
    abs(mean - expected) / max(standardError, 1e-7)
  }
}

/// Clean draws of a toy and the same with noise σ.
struct NoisedDraws {
  let clean: Points
  let noised: Points

  init(_ toy: Toy, sigma: Double, count: Int, seed: UInt64 = 11) {
    let samples = Samples(seed: seed, count: count)
    clean = toy.draws(samples)
    var noised = clean
    noised.combine(
      .uniform(1), plus: .uniform(Float(sigma)),
      samples.normals(dimension: toy.dimension, for: .start))
    self.noised = noised
  }

  /// The largest number of standard errors by which E[(x₀ − D) φ] = 0 fails, D given as rows.
  ///
  /// φ is 1, x_j and sin 2x_j against coordinate j, and x − D against all at once.
  func orthogonality(of denoised: Points) -> Double {
    let functions: [(Double) -> Double] = [{ _ in 1 }, { $0 }, { sin(2 * $0) }]
    var worst = 0.0
    for axis in 0..<clean.dimension {
      for function in functions {
        let products = (0..<clean.count).map { row in
          Double(clean[row, axis] - denoised[row, axis]) * function(Double(noised[row, axis]))
        }
        worst = max(worst, ToyAverage(products).deviations(from: 0))
      }
    }
    let along = (0..<clean.count).map { row in
      (0..<clean.dimension).reduce(0.0) {
        $0 + Double(clean[row, $1] - denoised[row, $1])
          * Double(noised[row, $1] - denoised[row, $1])
      }
    }
    return max(worst, ToyAverage(along).deviations(from: 0))
  }

  /// ‖x₀ − D‖² of each row.
  func squaredErrors(of denoised: Points) -> [Double] {
    (0..<clean.count).map { row in
      zip(clean.row(row), denoised.row(row)).reduce(0.0) {
        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
      }
    }
  }
}
