import Diffusion

/// A network of dense layers written out in Double.
struct NetworkTwin: NetworkFormula {
  let shape: MLPShape
  var parameters: [String: [Double]]

  init(_ shape: MLPShape, parameters: [String: [Double]]) {
    (self.shape, self.parameters) = (shape, parameters)
  }

  static func network(_ shape: MLPShape) -> any Network { MLP(shape) }

  func output(_ u: [Double], code: Double) -> [Double] {
    var h = u
    for coordinate in u { h += waves(coordinate, shape.coordinateWaves, from: 0.25) }
    h += waves(code, shape.embedding / 2, from: 0.125)
    for layer in 0..<shape.depth {
      let z = dense(h, "hidden.\(layer)", shape.width).map(silu)
      h = layer == 0 ? z : zip(h, z).map { $0 + $1 }
    }
    return dense(h, "output", shape.dimension)
  }
}

/// A small network of dense layers.
typealias MLPCase = NetworkCase<NetworkTwin>
