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
    let one = MLPCase(shape, rows: 37, seed: 1)
    one.network.forward(one.tape, rows: one.rows, one.weights)
    for row in 0..<one.rows {
      let expected = one.output(one.formula, row)
      let error = distance(one.found(row), expected) / (1 + norm(expected))
      Measured.record("network forward", error)
      // Some tens of roundings of 6e-8 a layer, and waves good to 1e-6 at 2π · 4 turns.
      #expect(error < 2e-5)
    }
  }

  @Test(arguments: shapes)
  func `a pass back is the derivative of the pass forward`(shape: MLPShape) {
    let error = MLPCase(shape, rows: 9, seed: 2).gradientError(most: 100)
    Measured.record("network gradient", error)
    #expect(error < 1e-4)
  }

  @Test func `a wrong derivative is found`() {
    // Transposes that are not those of the weights: the derivative of another network.
    let one = MLPCase(Self.shapes[2], rows: 9, seed: 2)
    let matrix = one.network.layout.slices[2].matrix(in: one.weights.parameters)
    matrix.values = matrix.values.map { 1.05 * $0 }
    #expect(one.gradientError(most: 100) > 1e-3)
  }

  @Test func `gradients of blocks add up`() {
    let one = MLPCase(Self.shapes[1], rows: 9, seed: 3)
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
    let one = MLPCase(Self.shapes[2], rows: 9, seed: 4)
    #expect(one.learnedPadding(one.gradient()) == 0)
  }
}
