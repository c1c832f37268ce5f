import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Forward and backward passes of convolutions against loops in Double.
@Suite struct UNetGradientTests {
  static let shapes = [
    UNetShape(width: 3, height: 5, channels: [8]),
    UNetShape(width: 4, height: 6, pixelChannels: 3, channels: [8, 16]),
    UNetShape(width: 8, height: 4, channels: [8, 24], blocks: 2),
  ]

  @Test(arguments: shapes)
  func `a pass forward is the formula`(shape: UNetShape) {
    let one = UNetCase(shape, rows: 5, seed: 1)
    one.network.forward(one.tape, rows: one.rows, one.weights)
    let twin = UNetTwin(shape, one.weights)
    for row in 0..<one.rows {
      let expected = one.output(twin, row)
      let found = (0..<shape.dimension).map { Double(one.tape.output[row, $0]) }
      let error = distance(found, expected) / norm(expected)
      Measured.record("U-Net forward", error)
      // Some tens of roundings of 6e-8 a layer, grown by norms over few pixels.
      #expect(error < 1e-5)
    }
  }

  /// The largest difference of the gradient from central differences of the twin, relative to the
  /// norm of the parameter's own gradient.
  static func gradientError(_ one: UNetCase) -> Double {
    let gradient = one.gradient()
    let twin = UNetTwin(one.shape, one.weights)
    var worst = 0.0
    for slice in one.network.layout.slices {
      let found = slice.matrix(in: gradient).values.map(Double.init)
      // Some six numbers of each matrix, at places that are no multiple of its width.
      let checked = Array(stride(from: 0, to: found.count, by: max(1, found.count / 6) | 1))
      let expected = checked.map { index in
        // The cube root of 10⁻¹⁶ balances rounding and curvature: 10⁻¹⁰ of the objective.
        let h = 1e-5
        func shifted(_ by: Double) -> Double {
          var other = twin
          other.parameters[slice.name]?[index] += by
          return one.objective(other)
        }
        return (shifted(h) - shifted(-h)) / (2 * h)
      }
      let error = distance(checked.map { found[$0] }, expected) / (1 + norm(expected))
      worst = max(worst, error)
    }
    return worst
  }

  @Test(arguments: shapes)
  func `a pass back is the derivative of the pass forward`(shape: UNetShape) {
    let error = Self.gradientError(UNetCase(shape, rows: 2, seed: 2))
    Measured.record("U-Net gradient", error)
    #expect(error < 2e-5)
  }

  @Test(arguments: ["convolution.0.weight", "skip.weight"])
  func `a wrong derivative is found`(part: String) {
    // A transpose that is not that of the weights: the derivative of another network.
    let one = UNetCase(Self.shapes[1], rows: 2, seed: 2)
    let slice = one.network.layout.slices.first { $0.name == "up.0.0.\(part)" }
    guard let matrix = slice?.transpose(in: one.weights.transposes) else {
      Issue.record("There is no \(part).")
      return
    }
    matrix.values = matrix.values.map { 1.05 * $0 }
    #expect(Self.gradientError(one) > 3e-3)
  }

  @Test func `a convolution is a loop over taps`() {
    // More pixels than patches at a time, so that several products meet.
    let (inputs, outputs) = (136, 8)
    let grid = PixelGrid(width: 13, height: 11)
    var layout = ParameterLayout()
    let layer = Convolution("c", inputs: inputs, outputs: outputs, in: &layout)
    let weights = Weights(layout)
    var random = Inputs(seed: 3)
    for slice in layout.slices {
      slice.matrix(in: weights.parameters).values = random.points(slice.rows, slice.columns).values
    }
    let (x, y) = (
      StoreMatrix(rows: 2 * grid.count, columns: inputs),
      StoreMatrix(rows: 2 * grid.count, columns: outputs)
    )
    #expect(9 * inputs * x.rows > Convolution.patchRoom)
    x.values = random.points(x.rows, inputs).values
    layer.forward(
      x, grid, into: y, weights.parameters, patches: Convolution.patches(channels: inputs))
    let twin = layout.slices.map { $0.matrix(in: weights.parameters).values.map(Double.init) }
    for image in 0..<2 {
      let rows = image * grid.count..<(image + 1) * grid.count
      let expected = UNetTwin.convolve(
        UNetTwin.Layer(
          width: grid.width, height: grid.height, channels: inputs,
          values: x.rows(rows).values.map(Double.init)), twin[0], twin[1], outputs)
      let found = y.rows(rows).values.map(Double.init)
      // 1224 roundings of partial sums, at random: 6e-8 times some 20.
      #expect(distance(found, expected.values) < 2e-6 * norm(expected.values))
    }
  }

  @Test func `gradients of blocks add up, and padding is never learned`() {
    let one = UNetCase(Self.shapes[2], rows: 3, seed: 4)
    let once = one.gradient()
    let twice = Store<Float>(count: one.network.layout.count)
    for adds in [false, true] {
      one.network.backward(one.tape, rows: one.rows, one.weights, gradient: twice, adds: adds)
    }
    // Doubling is exact; sums in between round.
    let size = norm(once.values.map(Double.init))
    let error = distance(twice.values.map(Double.init), once.values.map { 2 * Double($0) })
    #expect(size > 0)
    #expect(error < 1e-5 * size)
    var learned = Set<Int>()
    for slice in one.network.layout.slices {
      let matrix = slice.matrix(in: once)
      for row in 0..<slice.rows {
        for column in 0..<slice.columns {
          learned.insert(matrix.offset + row * matrix.stride + column)
        }
      }
    }
    #expect(learned.count == one.network.layout.learned)
    for (index, value) in once.values.enumerated() where !learned.contains(index) {
      #expect(value == 0)
    }
  }
}
