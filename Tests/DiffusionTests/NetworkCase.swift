import Arrays
import Diffusion
import Foundation
import TestSupport

/// A network written out in Double, from parameters by name.
protocol NetworkFormula {
  associatedtype Shape
  var parameters: [String: [Double]] { get set }
  init(_ shape: Shape, parameters: [String: [Double]])
  /// The network that it is the formula of.
  static func network(_ shape: Shape) -> any Network
  /// F(u; c).
  func output(_ u: [Double], code: Double) -> [Double]
}

extension NetworkFormula {
  init(_ shape: Shape, _ weights: Weights) {
    self.init(
      shape,
      parameters: Dictionary(
        uniqueKeysWithValues: weights.layout.slices.map {
          ($0.name, $0.matrix(in: weights.parameters).values.map(Double.init))
        }))
  }

  /// x W + b with the named parameters.
  func dense(_ x: [Double], _ name: String, _ columns: Int) -> [Double] {
    guard let weight = parameters[name + ".weight"], let bias = parameters[name + ".bias"] else {
      return []
    }
    return (0..<columns).map { column in
      x.indices.reduce(bias[column]) { $0 + x[$1] * weight[$1 * columns + column] }
    }
  }

  /// Sines and cosines of 2π f x at frequencies that double.
  func waves(_ x: Double, _ count: Int, from lowest: Double) -> [Double] {
    let angles = (0..<count).map { 2 * Double.pi * x * lowest * pow(2, Double($0)) }
    return angles.map(sin) + angles.map(cos)
  }

  func silu(_ z: Double) -> Double { z / (1 + exp(-z)) }
}

/// A small network with every parameter away from its start, and rows for it.
struct NetworkCase<Formula: NetworkFormula> {
  let shape: Formula.Shape
  let network: any Network
  let weights: Weights
  let tape: any Tape
  let rows: Int

  init(_ shape: Formula.Shape, rows: Int, seed: UInt64) {
    (self.shape, self.rows) = (shape, rows)
    network = Formula.network(shape)
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
      tape.code[row, 0] = Float(inputs.uniform(-1.4...1.3))
      for axis in 0..<network.dimension {
        tape.input[row, axis] = Float(inputs.bell())
        tape.outputGradient[row, axis] = Float(inputs.bell())
      }
    }
  }

  /// The formula with the network's weights.
  var formula: Formula { Formula(shape, weights) }

  /// F of a row by the formula.
  func output(_ formula: Formula, _ row: Int) -> [Double] {
    formula.output(
      (0..<network.dimension).map { Double(tape.input[row, $0]) },
      code: Double(tape.code[row, 0]))
  }

  /// F of a row by the network, after its pass forward.
  func found(_ row: Int) -> [Double] {
    (0..<network.dimension).map { Double(tape.output[row, $0]) }
  }

  /// Σ ⟨outputGradient, F⟩ of the formula.
  func objective(_ formula: Formula) -> Double {
    (0..<rows).reduce(0) { sum, row in
      sum
        + output(formula, row).enumerated().reduce(0) {
          $0 + $1.element * Double(tape.outputGradient[row, $1.offset])
        }
    }
  }

  /// The gradient by all parameters, in a buffer that held other numbers before.
  func gradient() -> Store<Float> {
    let gradient = Store<Float>(count: network.layout.count)
    for slice in network.layout.slices {
      let matrix = slice.matrix(in: gradient)
      matrix.values = matrix.values.map { _ in 7 }
    }
    network.forward(tape, rows: rows, weights)
    network.backward(tape, rows: rows, weights, gradient: gradient, adds: false)
    return gradient
  }

  /// The largest distance of a parameter's gradient from central differences of the formula,
  /// relative to 1 + its norm; about `most` numbers of each matrix are looked at.
  func gradientError(most: Int) -> Double {
    let (gradient, formula) = (gradient(), formula)
    return network.layout.slices.map { slice in
      let found = slice.matrix(in: gradient).values.map(Double.init)
      // An odd step is no multiple of an even width.
      let checked = Array(stride(from: 0, to: found.count, by: max(1, found.count / most) | 1))
      let expected = checked.map { index in
        // The cube root of 10⁻¹⁶ balances rounding and curvature: 10⁻¹⁰ of the objective.
        let h = 1e-5
        func shifted(_ by: Double) -> Double {
          var other = formula
          other.parameters[slice.name]?[index] += by
          return objective(other)
        }
        return (shifted(h) - shifted(-h)) / (2 * h)
      }
      return distance(checked.map { found[$0] }, expected) / (1 + norm(expected))
    }.max() ?? 0
  }

  /// Places of a gradient that no parameter has and that are not zero.
  func learnedPadding(_ gradient: Store<Float>) -> Int {
    var learned = Set<Int>()
    for slice in network.layout.slices {
      let matrix = slice.matrix(in: gradient)
      for row in 0..<slice.rows {
        for column in 0..<slice.columns {
          learned.insert(matrix.offset + row * matrix.stride + column)
        }
      }
    }
    precondition(learned.count == network.layout.learned, "Parameters do not overlap.")
    return gradient.values.indices.count { !learned.contains($0) && gradient[$0] != 0 }
  }
}
