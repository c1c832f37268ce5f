package import Arrays

/// A convolutional network for pictures, with skips between levels of resolution.
///
/// Down: residual blocks at each level, then averages of 2 × 2 pixels. Up: each pixel four times
/// beside what the way down left at that level, then residual blocks. The code of the noise enters
/// every block through two dense layers on its waves. Between down and up, pixels of the smallest
/// level may read from each other. The last layer starts at zero: the untrained
/// denoiser is c_skip x.
///
/// - Reference: Ronneberger et al. 2015, <https://arxiv.org/abs/1505.04597>; Ho et al. 2020,
///   <https://arxiv.org/abs/2006.11239>.
package struct UNet: Network {
  /// Its sizes.
  package let shape: UNetShape
  package let layout: ParameterLayout

  /// One resolution.
  struct Level: Sendable {
    let grid: PixelGrid
    let channels: Int
    let down: [ResidualBlock]
    /// Blocks on what comes from below and the skip, except at the smallest level.
    var up: [ResidualBlock] = []
  }
  let levels: [Level]
  let input: Convolution
  let codeLayers: [Dense]
  /// At the smallest level, between down and up; nil where there is none.
  let attention: Attention?
  let norm: GroupNorm
  let output: Convolution
  /// Columns of the codes of all blocks.
  let codeColumns: Int
  private let frequencies: StoreMatrix

  /// Waves of the noise code.
  static let waves = 12
  /// Columns of the layers on it, per channel of the first level.
  private static let codeWidthFactor = 4

  package init(_ shape: UNetShape) {
    self.shape = shape
    var layout = ParameterLayout()
    let channels = shape.channels
    input = Convolution(
      "input", inputs: shape.pixelChannels, outputs: channels[0], isFirst: true, in: &layout)
    var codes = 0
    func chain(_ name: String, inputs: Int, outputs: Int) -> [ResidualBlock] {
      (0..<shape.blocks).map { index in
        let block = ResidualBlock(
          "\(name).\(index)", inputs: index == 0 ? inputs : outputs, outputs: outputs,
          codeFrom: codes, in: &layout)
        codes += outputs
        return block
      }
    }
    var grid = PixelGrid(width: shape.width, height: shape.height)
    var levels: [Level] = []
    for (index, count) in channels.enumerated() {
      if index > 0 { grid = grid.half }
      levels.append(
        Level(
          grid: grid, channels: count,
          down: chain("down.\(index)", inputs: channels[max(0, index - 1)], outputs: count)))
    }
    for index in levels.indices.reversed() {
      let below = index + 1 < channels.count ? channels[index + 1] : 0
      levels[index].up = chain(
        "up.\(index)", inputs: below + channels[index], outputs: channels[index])
    }
    self.levels = levels
    codeColumns = codes
    let width = Self.codeWidthFactor * channels[0]
    codeLayers = [
      Dense("code.0", inputs: Self.waves, outputs: width, .silu, isFirst: true, in: &layout),
      Dense("code.1", inputs: width, outputs: width, .silu, in: &layout),
      Dense("code.2", inputs: width, outputs: codes, .none, in: &layout),
    ]
    attention =
      shape.attention == 0
      ? nil
      : Attention(
        "attention", channels: channels[channels.count - 1], heads: shape.attention, in: &layout)
    norm = GroupNorm("output.norm", channels: channels[0], in: &layout)
    output = Convolution(
      "output", inputs: channels[0], outputs: shape.pixelChannels, in: &layout)
    self.layout = layout
    frequencies = MLP.frequencies(Self.waves / 2, from: MLP.lowestCode)
  }

  package var dimension: Int { shape.dimension }

  /// About 4096 pixels: gradients of the weights are summed over many at a time, and a batch still
  /// parts into blocks for all threads.
  package var blockRows: Int {
    var rows = 8
    while rows > 1 && rows * levels[0].grid.count > 4096 { rows /= 2 }
    return rows
  }

  package var cost: Int {
    levels.reduce(levels[0].grid.count * (input.cost + output.cost)) { sum, level in
      sum + level.grid.count * (level.down + level.up).reduce(0) { $0 + $1.cost }
    } + (attention?.cost(levels[levels.count - 1].grid) ?? 0)
  }

  package var summary: String {
    let channels = shape.channels.map(String.init).joined(separator: ", ")
    let attention =
      shape.attention == 0 ? "" : "attention of \(shape.attention) heads, "
    return "a U-Net of \(channels) channels for \(shape.width) × \(shape.height) pixels, "
      + attention
      + "\(layout.learned) parameters"
  }

  package func start(_ parameters: Store<Float>, seed: UInt64) {
    let stream = RandomStream(seed: seed, for: .network)
    input.start(parameters, gain: 1, stream: stream, draw: 0)
    for (index, layer) in codeLayers.enumerated() {
      layer.start(parameters, gain: 1.5, stream: stream, draw: UInt32(1 + index))
    }
    var draw = UInt32(1 + codeLayers.count)
    for block in levels.flatMap(\.down) + levels.flatMap(\.up) {
      block.start(parameters, stream: stream, draw: draw)
      draw += ResidualBlock.draws
    }
    attention?.start(parameters, stream: stream, draw: draw)
    norm.start(parameters)
  }

  package func tape(backward: Bool) -> any Tape { UNetTape(self, backward: backward) }

  package func forward(_ tape: any Tape, rows: Int, _ weights: Weights) {
    guard let tape = tape as? UNetTape else { preconditionFailure("A tape serves its network.") }
    let parameters = weights.parameters
    tape.waves.first(rows).setWaves(of: tape.code.first(rows), frequencies: frequencies)
    var code = tape.waves.first(rows)
    for (index, layer) in codeLayers.enumerated() {
      let next = tape.codes[index].first(rows)
      layer.forward(code, into: next, slope: tape.codeSlopes[index], parameters)
      code = next
    }
    func run(_ blocks: [ResidualBlock], _ kept: [ResidualBlock.Kept]) {
      for (block, kept) in zip(blocks, kept) {
        block.forward(kept.first(rows), codes: code, parameters, patches: tape.patches)
      }
    }
    let full = levels[0].grid
    input.forward(
      tape.inputPixels.first(rows * full.count), full, into: tape.start.first(rows * full.count),
      parameters, patches: tape.patches)
    for (index, level) in levels.enumerated() {
      run(level.down, tape.down[index])
      guard index + 1 < levels.count else { break }
      let next = levels[index + 1]
      tape.down[index + 1][0].input.first(rows * next.grid.count).setPooled(
        tape.downEnds[index].first(rows * level.grid.count), level.grid, factor: 0.25)
    }
    if let attention, let kept = tape.attention {
      attention.forward(kept, images: rows, parameters)
    }
    for (index, level) in levels.enumerated().reversed() {
      if index + 1 < levels.count {
        let below = tape.upEnds[index + 1]
        tape.joined[index].columns(0..<below.columns).first(rows * level.grid.count).setSpread(
          below.first(rows * levels[index + 1].grid.count), level.grid, factor: 1)
      }
      run(level.up, tape.up[index])
    }
    let (last, normal) = (tape.upEnds[0], tape.outputNormal.first(rows * full.count))
    norm.forward(
      last.first(rows * full.count), images: rows, into: normal,
      stats: tape.outputStats.first(2 * rows), parameters)
    output.forward(
      normal, full, into: tape.outputPixels.first(rows * full.count), parameters,
      patches: tape.patches)
  }

  package func backward(
    _ tape: any Tape, rows: Int, _ weights: Weights, gradient: Store<Float>, adds: Bool
  ) {
    guard let tape = tape as? UNetTape, let memory = tape.back else {
      preconditionFailure("A tape with a way back serves its network.")
    }
    let (full, scratch) = (levels[0].grid, memory.scratch)
    let pixels = rows * full.count
    let codeGradients = memory.codes.first(rows)
    var turn = 0
    /// The buffer that does not hold the gradient at hand.
    func other(_ rows: Int, _ columns: Int) -> StoreMatrix {
      turn = 1 - turn
      return memory.matrix(turn, rows: rows, columns: columns)
    }
    func run(
      _ blocks: [ResidualBlock], _ kept: [ResidualBlock.Kept], from outer: StoreMatrix
    ) -> StoreMatrix {
      var outer = outer
      for (block, kept) in zip(blocks, kept).reversed() {
        let inner = other(outer.rows, block.inputs)
        block.backward(
          outer, kept.first(rows), into: inner, codeGradients: codeGradients, weights,
          gradient: gradient, adds: adds, scratch: scratch)
        outer = inner
      }
      return outer
    }
    // A product reads whole vectors of what it is multiplied with: rows of one number get room.
    let delta = memory.output.first(pixels)
    delta.setCopy(of: tape.outputGradientPixels.first(pixels))
    let ofNormal = scratch.first(pixels, levels[0].channels)
    output.backward(
      delta, full, x: tape.outputNormal.first(pixels), into: ofNormal, weights,
      gradient: gradient, adds: adds, patches: scratch.patches)
    var outer = other(pixels, levels[0].channels)
    norm.backward(
      ofNormal, x: tape.upEnds[0].first(pixels), images: rows,
      stats: tape.outputStats.first(2 * rows), into: outer, weights, gradient: gradient,
      adds: adds, sums: scratch.sums)
    for (index, level) in levels.enumerated() {
      outer = run(level.up, tape.up[index], from: outer)
      guard index + 1 < levels.count else { break }
      let (next, ofSkip) = (levels[index + 1], memory.skips[index].first(outer.rows))
      ofSkip.setCopy(of: outer.columns(next.channels..<next.channels + level.channels))
      let below = other(rows * next.grid.count, next.channels)
      below.setPooled(outer.columns(0..<next.channels), level.grid, factor: 1)
      outer = below
    }
    for (index, level) in levels.enumerated().reversed() {
      if index + 1 < levels.count {
        let above = other(rows * level.grid.count, level.channels)
        above.setSpread(
          outer, level.grid, factor: 0.25, adding: memory.skips[index].first(above.rows))
        outer = above
      } else if let attention, let kept = tape.attention, let scratch = memory.attention {
        let inner = other(outer.rows, level.channels)
        attention.backward(
          outer, kept, images: rows, into: inner, weights, gradient: gradient, adds: adds,
          scratch: scratch)
        outer = inner
      }
      outer = run(level.down, tape.down[index], from: outer)
    }
    input.backward(
      outer, full, x: tape.inputPixels.first(pixels), into: nil, weights, gradient: gradient,
      adds: adds, patches: scratch.patches)
    var ofCode = codeGradients
    for (index, layer) in codeLayers.enumerated().reversed() {
      let x = index == 0 ? tape.waves : tape.codes[index - 1]
      let inner = index == 0 ? nil : memory.innerCodes[index - 1].first(rows)
      layer.backward(
        ofCode, x: x.first(rows), slope: tape.codeSlopes[index],
        delta: memory.codeDelta.first(rows), into: inner, weights, gradient: gradient, adds: adds)
      if let inner { ofCode = inner }
    }
  }
}
