import Arrays
import Diffusion
import Foundation
import TestSupport

/// A network of dense layers written out in Double, from parameters by name.
struct NetworkTwin {
  let shape: MLPShape
  var parameters: [String: [Double]]

  init(_ shape: MLPShape, _ weights: Weights) {
    self.shape = shape
    parameters = [:]
    for slice in weights.layout.slices {
      parameters[slice.name] = slice.matrix(in: weights.parameters).values.map(Double.init)
    }
  }

  /// F(u; c).
  func output(_ u: [Double], code: Double) -> [Double] {
    var h = u
    for coordinate in u { h += waves(coordinate, shape.coordinateWaves, from: 0.25) }
    h += waves(code, shape.embedding / 2, from: 0.125)
    for layer in 0..<shape.depth {
      let z = affine(h, "hidden.\(layer)", shape.width).map { $0 / (1 + exp(-$0)) }
      h = layer == 0 ? z : zip(h, z).map { $0 + $1 }
    }
    return affine(h, "output", shape.dimension)
  }

  private func waves(_ x: Double, _ count: Int, from lowest: Double) -> [Double] {
    let angles = (0..<count).map { 2 * Double.pi * x * lowest * pow(2, Double($0)) }
    return angles.map(sin) + angles.map(cos)
  }

  private func affine(_ x: [Double], _ name: String, _ columns: Int) -> [Double] {
    guard let weight = parameters[name + ".weight"], let bias = parameters[name + ".bias"] else {
      return []
    }
    return (0..<columns).map { column in
      x.indices.reduce(bias[column]) { $0 + x[$1] * weight[$1 * columns + column] }
    }
  }
}

/// A small network with every parameter away from its start, and rows for it.
struct NetworkCase {
  let shape: MLPShape
  let network: MLP
  let weights: Weights
  let tape: any Tape
  let rows: Int

  init(_ shape: MLPShape, rows: Int, seed: UInt64) {
    self.shape = shape
    self.rows = rows
    network = MLP(shape)
    weights = Weights(network.layout)
    network.start(weights.parameters, seed: seed)
    var inputs = Inputs(seed: seed)
    for slice in network.layout.slices {
      let matrix = slice.matrix(in: weights.parameters)
      matrix.values = matrix.values.map { $0 + Float(0.1 * inputs.bell()) }
    }
    weights.transpose(Workers(count: 1))
    tape = network.tape(backward: true)
    for row in 0..<rows {
      for axis in 0..<shape.dimension { tape.input[row, axis] = Float(inputs.bell()) }
      tape.code[row, 0] = Float(inputs.uniform(-1.4...1.3))
      for axis in 0..<shape.dimension { tape.outputGradient[row, axis] = Float(inputs.bell()) }
    }
  }

  func input(_ row: Int) -> [Double] {
    (0..<shape.dimension).map { Double(tape.input[row, $0]) }
  }

  /// Σ ⟨outputGradient, F⟩ of the twin.
  func objective(_ twin: NetworkTwin) -> Double {
    (0..<rows).reduce(0) { sum, row in
      let output = twin.output(input(row), code: Double(tape.code[row, 0]))
      return sum
        + output.indices.reduce(0) { $0 + output[$1] * Double(tape.outputGradient[row, $1]) }
    }
  }
}
