import Arrays

/// y = S x + conv(silu(norm(conv(silu(norm(x))) + e))) with e a row a picture and S the identity or,
/// where the width changes, a matrix.
///
/// - Reference: He et al. 2016, <https://arxiv.org/abs/1603.05027>; with the code of the noise as in
///   Ho et al. 2020, <https://arxiv.org/abs/2006.11239>.
struct ResidualBlock: Sendable {
  let inputs: Int
  let outputs: Int
  /// Its columns in the matrix of codes of all blocks.
  let code: Range<Int>
  private let norms: (GroupNorm, GroupNorm)
  private let convolutions: (Convolution, Convolution)
  private let skip: Dense?

  init(
    _ name: String, inputs: Int, outputs: Int, codeFrom first: Int,
    in layout: inout ParameterLayout
  ) {
    (self.inputs, self.outputs, code) = (inputs, outputs, first..<first + outputs)
    let before = GroupNorm(name + ".norm.0", channels: inputs, in: &layout)
    // e has a bias already.
    let spatial = Convolution(
      name + ".convolution.0", inputs: inputs, outputs: outputs, hasBias: false, in: &layout)
    let after = GroupNorm(name + ".norm.1", channels: outputs, in: &layout)
    let last = Convolution(name + ".convolution.1", inputs: outputs, outputs: outputs, in: &layout)
    (norms, convolutions) = ((before, after), (spatial, last))
    skip =
      inputs == outputs
      ? nil : Dense(name + ".skip", inputs: inputs, outputs: outputs, .none, in: &layout)
  }

  /// Multiply-adds of a pixel.
  var cost: Int {
    convolutions.0.cost + convolutions.1.cost + (skip == nil ? 0 : inputs * outputs)
  }

  func start(_ parameters: Store<Float>, stream: RandomStream, draw: UInt32) {
    norms.0.start(parameters)
    norms.1.start(parameters)
    // What enters has unit size after the norm, so that a block adds less than there was.
    convolutions.0.start(parameters, gain: 1, stream: stream, draw: draw)
    convolutions.1.start(parameters, gain: 1, stream: stream, draw: draw + 1)
    skip?.start(parameters, gain: 1, stream: stream, draw: draw + 2)
  }
  /// Draws of random numbers that ``start`` uses.
  static let draws: UInt32 = 3

  /// What a pass forward keeps for the way back.
  struct Kept: Sendable {
    /// x.
    let input: StoreMatrix
    /// y.
    let output: StoreMatrix
    let middle: StoreMatrix
    let normal: (StoreMatrix, StoreMatrix)
    let stats: (StoreMatrix, StoreMatrix)
    let grid: PixelGrid

    /// The part of `images` pictures.
    func first(_ images: Int) -> Kept {
      let (rows, pairs) = (images * grid.count, 2 * images)
      return Kept(
        input: input.first(rows), output: output.first(rows), middle: middle.first(rows),
        normal: (normal.0.first(rows), normal.1.first(rows)),
        stats: (stats.0.first(pairs), stats.1.first(pairs)), grid: grid)
    }
  }

  /// Memory of a pass from `input` to `output`.
  func kept(from input: StoreMatrix, to output: StoreMatrix, images: Int, _ grid: PixelGrid) -> Kept
  {
    func room(_ columns: Int) -> StoreMatrix {
      StoreMatrix(rows: images * grid.count, columns: columns)
    }
    return Kept(
      input: input, output: output, middle: room(outputs),
      normal: (room(inputs), room(outputs)),
      stats: (
        StoreMatrix(rows: 2 * images, columns: inputs),
        StoreMatrix(rows: 2 * images, columns: outputs)
      ), grid: grid)
  }

  func forward(
    _ kept: Kept, codes: StoreMatrix, _ parameters: Store<Float>, patches: Store<Float>
  ) {
    let images = codes.rows
    norms.0.forward(
      kept.input, images: images, into: kept.normal.0, stats: kept.stats.0, parameters)
    convolutions.0.forward(
      kept.normal.0, kept.grid, into: kept.middle, parameters, patches: patches)
    kept.middle.addByImage(codes.columns(code))
    norms.1.forward(
      kept.middle, images: images, into: kept.normal.1, stats: kept.stats.1, parameters)
    if let skip {
      skip.forward(kept.input, into: kept.output, slope: nil, parameters)
    }
    convolutions.1.forward(
      kept.normal.1, kept.grid, into: kept.output,
      adding: skip == nil ? kept.input : kept.output, parameters, patches: patches)
  }

  /// From ∂/∂y to ∂/∂x in `inner`, which is not `outer`, and ∂/∂e in its columns of
  /// `codeGradients`.
  func backward(
    _ outer: StoreMatrix, _ kept: Kept, into inner: StoreMatrix, codeGradients: StoreMatrix,
    _ weights: Weights, gradient: Store<Float>, adds: Bool, scratch: Scratch
  ) {
    let (images, rows) = (codeGradients.rows, outer.rows)
    let (a, b) = (scratch.first(rows, outputs), scratch.second(rows, outputs))
    convolutions.1.backward(
      outer, kept.grid, x: kept.normal.1, into: a, weights, gradient: gradient, adds: adds,
      patches: scratch.patches)
    norms.1.backward(
      a, x: kept.middle, images: images, stats: kept.stats.1, into: b, weights,
      gradient: gradient, adds: adds, sums: scratch.sums)
    codeGradients.columns(code).setSumsByImage(b)
    let (c, skipped) = (scratch.first(rows, inputs), scratch.second(rows, inputs))
    convolutions.0.backward(
      b, kept.grid, x: kept.normal.0, into: c, weights, gradient: gradient, adds: adds,
      patches: scratch.patches)
    if let skip {
      skip.backward(
        outer, x: kept.input, slope: nil, delta: outer, into: skipped, weights,
        gradient: gradient, adds: adds)
    }
    norms.0.backward(
      c, x: kept.input, images: images, stats: kept.stats.0, into: inner,
      adding: skip == nil ? outer : skipped, weights, gradient: gradient, adds: adds,
      sums: scratch.sums)
  }

  /// Memory that one block at a time uses on its way back.
  struct Scratch: Sendable {
    let stores: (Store<Float>, Store<Float>)
    let sums: StoreMatrix
    let patches: Store<Float>

    func first(_ rows: Int, _ columns: Int) -> StoreMatrix { view(stores.0, rows, columns) }
    func second(_ rows: Int, _ columns: Int) -> StoreMatrix { view(stores.1, rows, columns) }

    private func view(_ store: Store<Float>, _ rows: Int, _ columns: Int) -> StoreMatrix {
      StoreMatrix(
        store, at: 0, rows: rows, columns: columns, stride: StoreMatrix.padded(columns))
    }
  }
}
