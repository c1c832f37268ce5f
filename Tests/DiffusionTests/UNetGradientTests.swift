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
    UNetShape(width: 6, height: 4, channels: [8, 32], attention: 2),
    UNetShape(width: 3, height: 7, channels: [16], attention: 1),
  ]

  @Test(arguments: shapes)
  func `a pass forward is the formula`(shape: UNetShape) {
    let one = UNetCase(shape, rows: 5, seed: 1)
    one.network.forward(one.tape, rows: one.rows, one.weights)
    for row in 0..<one.rows {
      let expected = one.output(one.formula, row)
      let error = distance(one.found(row), expected) / norm(expected)
      Measured.record("U-Net forward", error)
      // Some tens of roundings of 6e-8 a layer, grown by norms over few pixels.
      #expect(error < 1e-5)
    }
  }

  @Test(arguments: shapes)
  func `a pass back is the derivative of the pass forward`(shape: UNetShape) {
    let error = UNetCase(shape, rows: 2, seed: 2).gradientError(most: 6)
    Measured.record("U-Net gradient", error)
    #expect(error < 2e-5)
  }

  @Test(arguments: [
    (1, "up.0.0.convolution.0.weight"), (1, "up.0.0.skip.weight"), (3, "attention.input.weight"),
    (3, "attention.output.weight"),
  ])
  func `a wrong derivative is found`(shape: Int, name: String) {
    // A transpose that is not that of the weights: the derivative of another network.
    let one = UNetCase(Self.shapes[shape], rows: 2, seed: 2)
    let slice = one.network.layout.slices.first { $0.name == name }
    guard let matrix = slice?.transpose(in: one.weights.transposes) else {
      Issue.record("There is no \(name).")
      return
    }
    matrix.values = matrix.values.map { 1.05 * $0 }
    #expect(one.gradientError(most: 6) > 3e-3)
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
    #expect(one.learnedPadding(once) == 0)
  }
}
