import Arrays

/// y = x + W softmax(Q Kᵀ/√s) V + b: every pixel of a picture reads from all of them.
///
/// Queries Q, keys K and values V are columns of one dense layer on silu(norm(x)). Each head does
/// it with s of the channels. W starts at zero: at first nothing is read.
///
/// - Reference: Vaswani et al. 2017, <https://arxiv.org/abs/1706.03762>; in a U-Net Ho et al. 2020,
///   <https://arxiv.org/abs/2006.11239>.
struct Attention: Sendable {
  let channels: Int
  let heads: Int
  private let norm: GroupNorm
  private let input: Dense
  private let output: Dense

  init(_ name: String, channels: Int, heads: Int, in layout: inout ParameterLayout) {
    precondition(
      heads > 0 && channels % (heads * StoreMatrix.lanes) == 0, "A head has whole vectors.")
    (self.channels, self.heads) = (channels, heads)
    norm = GroupNorm(name + ".norm", channels: channels, in: &layout)
    input = Dense(
      name + ".input", inputs: channels, outputs: 3 * channels, .none, in: &layout)
    output = Dense(name + ".output", inputs: channels, outputs: channels, .none, in: &layout)
  }

  func start(_ parameters: Store<Float>, stream: RandomStream, draw: UInt32) {
    norm.start(parameters)
    input.start(parameters, gain: 1, stream: stream, draw: draw)
  }

  /// Multiply-adds of a picture.
  func cost(_ grid: PixelGrid) -> Int {
    grid.count * (4 * channels * channels + 2 * grid.count * channels)
  }

  /// What a pass forward keeps for the way back.
  struct Kept: Sendable {
    /// x.
    let input: StoreMatrix
    /// y.
    let output: StoreMatrix
    let normal: StoreMatrix
    let stats: StoreMatrix
    /// Q, K and V beside each other, heads beside each other in each.
    let parts: StoreMatrix
    /// The softmax, pixels × pixels, heads of a picture one after another.
    let weights: StoreMatrix
    /// softmax(Q Kᵀ/√s) V.
    let read: StoreMatrix
    let grid: PixelGrid
    /// Scratch for a transpose, s × pixels.
    let transpose: StoreMatrix
  }

  /// Memory of a pass from `input`.
  func kept(from input: StoreMatrix, images: Int, _ grid: PixelGrid) -> Kept {
    func room(_ columns: Int) -> StoreMatrix {
      StoreMatrix(rows: images * grid.count, columns: columns)
    }
    return Kept(
      input: input, output: room(channels), normal: room(channels),
      stats: StoreMatrix(rows: 2 * images, columns: channels), parts: room(3 * channels),
      weights: StoreMatrix(rows: images * heads * grid.count, columns: grid.count),
      read: room(channels), grid: grid,
      transpose: StoreMatrix(rows: channels / heads, columns: grid.count))
  }

  /// Calls `body(pixels, channels, rows)` for each head of each picture with its rows and columns,
  /// and its rows of the softmax.
  private func forEachHead(
    of images: Int, _ grid: PixelGrid,
    _ body: (_ pixels: Range<Int>, _ channels: Range<Int>, _ weights: Range<Int>) -> Void
  ) {
    let (count, size) = (grid.count, channels / heads)
    for index in 0..<images * heads {
      let (image, head) = (index / heads, index % heads)
      body(
        image * count..<(image + 1) * count, head * size..<(head + 1) * size,
        index * count..<(index + 1) * count)
    }
  }

  /// 1/√s.
  private var scale: Float { 1 / Float(channels / heads).squareRoot() }

  /// The columns of queries (0), keys (1) or values (2) of a head.
  private func columns(_ part: Int, _ head: Range<Int>) -> Range<Int> {
    part * channels + head.lowerBound..<part * channels + head.upperBound
  }

  func forward(_ kept: Kept, images: Int, _ parameters: Store<Float>) {
    let rows = images * kept.grid.count
    let (x, normal, parts) = (
      kept.input.first(rows), kept.normal.first(rows), kept.parts.first(rows)
    )
    norm.forward(
      x, images: images, into: normal, stats: kept.stats.first(2 * images), parameters)
    input.forward(normal, into: parts, slope: nil, parameters)
    forEachHead(of: images, kept.grid) { pixels, head, range in
      let (own, weights) = (parts.rows(pixels), kept.weights.rows(range))
      kept.transpose.setTranspose(of: own.columns(columns(1, head)))
      weights.setProduct(own.columns(columns(0, head)), kept.transpose)
      weights.makeSoftmax(scale: scale)
      kept.read.rows(pixels).columns(head).setProduct(weights, own.columns(columns(2, head)))
    }
    output.forward(
      kept.read.first(rows), into: kept.output.first(rows), slope: nil, adding: x, parameters)
  }

  /// Memory of the way back.
  struct Scratch: Sendable {
    fileprivate let ofParts: StoreMatrix
    fileprivate let ofRead: StoreMatrix
    fileprivate let ofWeights: StoreMatrix
    fileprivate let sums: StoreMatrix

    init(_ attention: Attention, images: Int, _ grid: PixelGrid) {
      let (rows, channels) = (images * grid.count, attention.channels)
      ofParts = StoreMatrix(rows: rows, columns: 3 * channels)
      ofRead = StoreMatrix(rows: rows, columns: channels)
      ofWeights = StoreMatrix(rows: grid.count, columns: grid.count)
      sums = StoreMatrix(rows: 2, columns: channels)
    }
  }

  /// From ∂/∂y to ∂/∂x in `inner`, which is not `outer`.
  ///
  /// With A the softmax and R = A V: ∂/∂V = Aᵀ ∂/∂R, ∂/∂A = ∂/∂R Vᵀ, and from ∂/∂(Q Kᵀ) that of Q
  /// is its product with K, that of K the product of its transpose with Q.
  func backward(
    _ outer: StoreMatrix, _ kept: Kept, images: Int, into inner: StoreMatrix, _ weights: Weights,
    gradient: Store<Float>, adds: Bool, scratch: Scratch
  ) {
    let rows = outer.rows
    let (ofRead, ofParts) = (scratch.ofRead.first(rows), scratch.ofParts.first(rows))
    output.backward(
      outer, x: kept.read.first(rows), slope: nil, delta: outer, into: ofRead, weights,
      gradient: gradient, adds: adds)
    let ofLogits = scratch.ofWeights
    forEachHead(of: images, kept.grid) { pixels, head, range in
      let (own, its, a) = (kept.parts.rows(pixels), ofParts.rows(pixels), kept.weights.rows(range))
      let outer = ofRead.rows(pixels).columns(head)
      its.columns(columns(2, head)).setProduct(a, transposed: true, outer)
      kept.transpose.setTranspose(of: own.columns(columns(2, head)))
      ofLogits.setProduct(outer, kept.transpose)
      ofLogits.makeSoftmaxGradient(of: a, scale: scale)
      its.columns(columns(0, head)).setProduct(ofLogits, own.columns(columns(1, head)))
      its.columns(columns(1, head)).setProduct(
        ofLogits, transposed: true, own.columns(columns(0, head)))
    }
    // ofRead is used up: it takes the derivative by silu(norm(x)).
    input.backward(
      ofParts, x: kept.normal.first(rows), slope: nil, delta: ofParts, into: ofRead, weights,
      gradient: gradient, adds: adds)
    norm.backward(
      ofRead, x: kept.input.first(rows), images: images, stats: kept.stats.first(2 * images),
      into: inner, adding: outer, weights, gradient: gradient, adds: adds, sums: scratch.sums)
  }
}
