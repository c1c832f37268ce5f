import Foundation
package import Arrays

/// An affine layer: y = x W + b, y = silu(x W + b), or y = x + silu(x W + b).
package struct Dense: Sendable {
  /// What follows the affine map.
  package enum Finish: Sendable, Equatable {
    /// Nothing.
    case none
    /// silu(z) = z/(1 + e⁻ᶻ).
    case silu
    /// silu, and the input is added.
    case residual
  }

  /// W, inputs × outputs.
  let weight: ParameterSlice
  /// b.
  let bias: ParameterSlice
  let finish: Finish

  /// Adds a layer's parameters to `layout`. The first layer of a network sends nothing back.
  package init(
    _ name: String, inputs: Int, outputs: Int, _ finish: Finish, isFirst: Bool = false,
    in layout: inout ParameterLayout
  ) {
    precondition(finish != .residual || inputs == outputs, "A residual layer keeps the width.")
    weight = layout.add(name + ".weight", rows: inputs, columns: outputs, goesBack: !isFirst)
    bias = layout.add(name + ".bias", rows: 1, columns: outputs)
    self.finish = finish
  }

  /// Weights N(0, gain²/inputs), biases 0: numbers of unit size stay of unit size.
  package func start(_ parameters: Store<Float>, gain: Double, stream: RandomStream, draw: UInt32) {
    let (rows, columns) = (weight.rows, weight.columns)
    let normals = stream.normals(count: rows, dimension: columns, draw: draw)
    let scale = Float(gain / Double(rows).squareRoot())
    weight.matrix(in: parameters).values = normals.values.map { scale * $0 }
  }

  /// y from x, + added where that is given; `slope` keeps silu′ for the way back.
  package func forward(
    _ x: StoreMatrix, into y: StoreMatrix, slope: StoreMatrix?, adding added: StoreMatrix? = nil,
    _ parameters: Store<Float>
  ) {
    y.setProduct(
      x, weight.matrix(in: parameters), bias: bias.matrix(in: parameters),
      slope: finish == .none ? nil : slope, adding: finish == .residual ? x : added)
  }

  /// From ∂/∂y to ∂/∂W and ∂/∂b, which are put in `gradient` or, where `adds`, added to it, and to
  /// ∂/∂x where it is wanted.
  ///
  /// With δ = ∂/∂y ∘ silu′: ∂/∂W = xᵀ δ, ∂/∂b = Σ δ, ∂/∂x = δ Wᵀ (+ ∂/∂y of a residual layer).
  /// `delta` is scratch of the shape of y; `inner` may be `outer` in a residual layer.
  package func backward(
    _ outer: StoreMatrix, x: StoreMatrix, slope: StoreMatrix?, delta: StoreMatrix,
    into inner: StoreMatrix?, _ weights: Weights, gradient: Store<Float>, adds: Bool
  ) {
    let ofBias = bias.matrix(in: gradient)
    if !adds { gradient.clear(bias.offset..<bias.offset + ofBias.stride) }
    let through: StoreMatrix
    if finish == .none {
      outer.addRows(to: ofBias)
      through = outer
    } else {
      delta.setThroughSlope(outer, slope: slope, addingRowsTo: ofBias)
      through = delta
    }
    let ofWeight = weight.matrix(in: gradient)
    ofWeight.setProduct(x, transposed: true, through, adding: adds ? ofWeight : nil)
    if let inner, let transpose = weight.transpose(in: weights.transposes) {
      inner.setProduct(through, transpose, adding: finish == .residual ? outer : nil)
    }
  }
}
