import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Forward and backward passes against a network written out in Double.
@Suite struct TrainingGradientTests {
  static let shapes = [
    MLPShape(dimension: 1, width: 5, depth: 1, embedding: 0, coordinateWaves: 0),
    MLPShape(dimension: 2, width: 16, depth: 2, embedding: 4, coordinateWaves: 2),
    MLPShape(dimension: 3, width: 23, depth: 4, embedding: 12),
    MLPShape(dimension: 19, width: 40, depth: 3, embedding: 6),
  ]

  @Test(arguments: shapes)
  func `a pass forward is the formula`(shape: MLPShape) {
    let one = NetworkCase(shape, rows: 37, seed: 1)
    one.network.forward(one.tape, rows: one.rows, one.weights)
    let twin = NetworkTwin(shape, one.weights)
    for row in 0..<one.rows {
      let expected = twin.output(one.input(row), code: Double(one.tape.code[row, 0]))
      let found = (0..<shape.dimension).map { Double(one.tape.output[row, $0]) }
      let error = distance(found, expected) / (1 + norm(expected))
      Measured.record("network forward", error)
      // Some tens of roundings of 6e-8 a layer, and waves good to 1e-6 at 2π · 4 turns.
      #expect(error < 2e-5)
    }
  }

  /// The largest difference of the gradient from central differences of the twin, relative to the
  /// norm of the parameter's own gradient.
  static func gradientError(_ one: NetworkCase) -> Double {
    let gradient = Store<Float>(count: one.network.layout.count)
    one.network.forward(one.tape, rows: one.rows, one.weights)
    one.network.backward(one.tape, rows: one.rows, one.weights, gradient: gradient, adds: false)
    let twin = NetworkTwin(one.shape, one.weights)
    var worst = 0.0
    for slice in one.network.layout.slices {
      let found = slice.matrix(in: gradient).values.map(Double.init)
      var expected = found
      // Every number of small matrices, each seventh of larger ones.
      let checked = stride(from: 0, to: found.count, by: found.count > 100 ? 7 : 1)
      for index in checked {
        // The cube root of 10⁻¹⁶ balances rounding and curvature: 10⁻¹⁰ of the objective.
        let h = 1e-5
        func shifted(_ by: Double) -> Double {
          var other = twin
          other.parameters[slice.name]?[index] += by
          return one.objective(other)
        }
        expected[index] = (shifted(h) - shifted(-h)) / (2 * h)
      }
      worst = max(worst, distance(found, expected) / (1 + norm(expected)))
    }
    return worst
  }

  @Test(arguments: shapes)
  func `a pass back is the derivative of the pass forward`(shape: MLPShape) {
    let error = Self.gradientError(NetworkCase(shape, rows: 9, seed: 2))
    Measured.record("network gradient", error)
    #expect(error < 1e-4)
  }

  @Test func `a wrong derivative is found`() {
    // Transposes that are not those of the weights: the derivative of another network.
    let one = NetworkCase(Self.shapes[2], rows: 9, seed: 2)
    let matrix = one.network.layout.slices[2].matrix(in: one.weights.parameters)
    matrix.values = matrix.values.map { 1.05 * $0 }
    #expect(Self.gradientError(one) > 1e-3)
  }

  @Test func `gradients of blocks add up`() {
    let one = NetworkCase(Self.shapes[1], rows: 9, seed: 3)
    let (once, twice) = (
      Store<Float>(count: one.network.layout.count), Store<Float>(count: one.network.layout.count)
    )
    one.network.forward(one.tape, rows: one.rows, one.weights)
    one.network.backward(one.tape, rows: one.rows, one.weights, gradient: once, adds: false)
    for _ in 0..<2 {
      one.network.backward(one.tape, rows: one.rows, one.weights, gradient: twice, adds: true)
    }
    // Doubling is exact; sums in between round.
    for (a, b) in zip(once.values, twice.values) { #expect(abs(2 * a - b) <= 2e-5 * (1 + abs(b))) }
    #expect(once.values.contains { $0 != 0 })
  }

  @Test func `padding is never learned`() {
    let one = NetworkCase(Self.shapes[2], rows: 9, seed: 4)
    let gradient = Store<Float>(count: one.network.layout.count)
    one.network.forward(one.tape, rows: one.rows, one.weights)
    one.network.backward(one.tape, rows: one.rows, one.weights, gradient: gradient, adds: false)
    var learned = Set<Int>()
    for slice in one.network.layout.slices {
      let matrix = slice.matrix(in: gradient)
      for row in 0..<slice.rows {
        for column in 0..<slice.columns {
          learned.insert(matrix.offset + row * matrix.stride + column)
        }
      }
    }
    #expect(learned.count == one.network.layout.learned)
    for (index, value) in gradient.values.enumerated() where !learned.contains(index) {
      #expect(value == 0)
    }
  }
}
