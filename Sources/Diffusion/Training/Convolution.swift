package import Arrays

/// A convolution over 3 × 3 pixels, with zeros beyond the picture:
/// y(p) = Σ_t x(p + t) W_t + b over the nine taps t.
///
/// Patches of some rows at a time are put into a matrix that stays in a cache, and the rest is one
/// product (Chellapilla et al. 2006). Back, ∂/∂x(p) = Σ_t δ(p − t) W_tᵀ is a convolution too, over
/// mirrored patches of δ.
package struct Convolution: Sendable {
  /// W, taps one below another, inputs × outputs each.
  let weight: ParameterSlice
  /// b.
  let bias: ParameterSlice?
  let inputs: Int
  let outputs: Int

  package static let taps = 9

  /// Adds a layer's parameters to `layout`. The first layer of a network sends nothing back.
  package init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, isFirst: Bool = false,
    in layout: inout ParameterLayout
  ) {
    weight = layout.add(
      name + ".weight", rows: inputs, columns: outputs, taps: Self.taps, goesBack: !isFirst)
    bias = hasBias ? layout.add(name + ".bias", rows: 1, columns: outputs) : nil
    (self.inputs, self.outputs) = (inputs, outputs)
  }

  /// Weights N(0, gain²/9 inputs), biases 0.
  func start(_ parameters: Store<Float>, gain: Double, stream: RandomStream, draw: UInt32) {
    let normals = stream.normals(count: weight.rows, dimension: outputs, draw: draw)
    let scale = Float(gain / Double(weight.rows).squareRoot())
    weight.matrix(in: parameters).values = normals.values.map { scale * $0 }
  }

  /// Multiply-adds of a pixel.
  var cost: Int { weight.rows * outputs }

  /// Numbers of patches that stay in half a cache of 1 MB beside the weights.
  package static let patchRoom = 1 << 17
  /// Rows of patches at a time: whole tiles of the product, which are 12 rows.
  private static func chunk(_ columns: Int) -> Int { max(12, patchRoom / columns / 12 * 12) }
  /// Room for the patches of `channels` channels.
  package static func patches(channels: Int) -> Store<Float> {
    Store(count: max(patchRoom, 12 * taps * channels))
  }

  /// Calls `body(patches, rows)` for some rows of `x` after others.
  private static func forEachChunk(
    of x: StoreMatrix, _ grid: PixelGrid, mirrored: Bool, _ patches: Store<Float>,
    _ body: (_ patches: StoreMatrix, _ rows: Range<Int>) -> Void
  ) {
    let columns = taps * x.columns
    let size = chunk(columns)
    var first = 0
    while first < x.rows {
      let rows = first..<min(x.rows, first + size)
      let part = StoreMatrix(patches, at: 0, rows: rows.count, columns: columns, stride: columns)
      part.setPatches(of: x, grid, from: first, mirrored: mirrored)
      body(part, rows)
      first = rows.upperBound
    }
  }

  /// y from x, + added; `patches` is scratch.
  package func forward(
    _ x: StoreMatrix, _ grid: PixelGrid, into y: StoreMatrix, adding added: StoreMatrix? = nil,
    _ parameters: Store<Float>, patches: Store<Float>
  ) {
    let (weight, bias) = (weight.matrix(in: parameters), bias?.matrix(in: parameters))
    Self.forEachChunk(of: x, grid, mirrored: false, patches) { part, rows in
      y.rows(rows).setProduct(part, weight, bias: bias, adding: added?.rows(rows))
    }
  }

  /// From δ = ∂/∂y to ∂/∂W = Σ patches(x)ᵀ δ and ∂/∂b = Σ δ, which are put in `gradient` or, where
  /// `adds`, added to it, and to ∂/∂x where it is wanted.
  package func backward(
    _ outer: StoreMatrix, _ grid: PixelGrid, x: StoreMatrix, into inner: StoreMatrix?,
    _ weights: Weights, gradient: Store<Float>, adds: Bool, patches: Store<Float>
  ) {
    if let bias {
      let ofBias = bias.matrix(in: gradient)
      if !adds { gradient.clear(bias.offset..<bias.offset + ofBias.stride) }
      outer.addRows(to: ofBias)
    }
    let ofWeight = weight.matrix(in: gradient)
    Self.forEachChunk(of: x, grid, mirrored: false, patches) { part, rows in
      ofWeight.setProduct(
        part, transposed: true, outer.rows(rows),
        adding: adds || rows.lowerBound > 0 ? ofWeight : nil)
    }
    guard let inner, let transpose = weight.transpose(in: weights.transposes) else { return }
    Self.forEachChunk(of: outer, grid, mirrored: true, patches) { part, rows in
      inner.rows(rows).setProduct(part, transpose)
    }
  }
}
