import Arrays

/// Activations of one block of pictures.
final class UNetTape: Tape {
  let input: StoreMatrix
  let code: StoreMatrix
  let output: StoreMatrix
  let outputGradient: StoreMatrix

  let waves: StoreMatrix
  let codes: [StoreMatrix]
  let codeSlopes: [StoreMatrix?]
  /// What the first convolution makes.
  let start: StoreMatrix
  /// What comes from below beside what the way down left, for all levels but the smallest.
  let joined: [StoreMatrix]
  let down: [[ResidualBlock.Kept]]
  let up: [[ResidualBlock.Kept]]
  /// What the way down leaves at each level, and the way up.
  let downEnds: [StoreMatrix]
  let upEnds: [StoreMatrix]
  let attention: Attention.Kept?
  let outputNormal: StoreMatrix
  let outputStats: StoreMatrix
  let patches: Store<Float>
  /// Memory of the way back; nil where there is none.
  let back: Back?
  private let pixelChannels: Int

  init(_ network: UNet, backward: Bool) {
    let (images, levels, shape) = (network.blockRows, network.levels, network.shape)
    pixelChannels = shape.pixelChannels
    let pixels = images * levels[0].grid.count
    /// Rows that follow one another, so that pictures can be read as pixels.
    func points(_ rows: Int) -> StoreMatrix {
      let columns = shape.dimension
      return StoreMatrix(
        Store(count: rows * columns), at: 0, rows: rows, columns: columns, stride: columns)
    }
    (input, output) = (points(images), points(images))
    outputGradient = points(backward ? images : 0)
    code = StoreMatrix(rows: images, columns: 1)
    waves = StoreMatrix(rows: images, columns: UNet.waves)
    codes = network.codeLayers.map { StoreMatrix(rows: images, columns: $0.weight.columns) }
    codeSlopes = network.codeLayers.map {
      $0.finish == .none ? nil : StoreMatrix(rows: images, columns: $0.weight.columns)
    }
    func room(_ level: UNet.Level, _ columns: Int) -> StoreMatrix {
      StoreMatrix(rows: images * level.grid.count, columns: columns)
    }
    /// Memory of blocks from `first` to the end, which is returned, and `last` where that is given.
    func chain(
      _ blocks: [ResidualBlock], from first: StoreMatrix, to last: StoreMatrix? = nil,
      _ level: UNet.Level
    ) -> (kept: [ResidualBlock.Kept], end: StoreMatrix) {
      var (kept, x): ([ResidualBlock.Kept], StoreMatrix) = ([], first)
      for (index, block) in blocks.enumerated() {
        let isLast = index + 1 == blocks.count
        let y = isLast ? last ?? room(level, block.outputs) : room(level, block.outputs)
        kept.append(block.kept(from: x, to: y, images: images, level.grid))
        x = y
      }
      return (kept, x)
    }
    start = room(levels[0], levels[0].channels)
    joined = levels.indices.dropLast().map {
      room(levels[$0], levels[$0 + 1].channels + levels[$0].channels)
    }
    let down = levels.indices.map { [start, joined] index in
      let level = levels[index]
      let x = index == 0 ? start : room(level, levels[index - 1].channels)
      guard index + 1 < levels.count else { return chain(level.down, from: x, level) }
      // The way down writes where the way up reads.
      let below = levels[index + 1].channels
      return chain(
        level.down, from: x, to: joined[index].columns(below..<below + level.channels), level)
    }
    let last = levels.count - 1
    attention = network.attention.map {
      $0.kept(from: down[last].end, images: images, levels[last].grid)
    }
    let bottom = attention?.output ?? down[last].end
    let up = levels.indices.map { [joined] index in
      chain(levels[index].up, from: index < last ? joined[index] : bottom, levels[index])
    }
    (self.down, downEnds) = (down.map(\.kept), down.map(\.end))
    (self.up, upEnds) = (up.map(\.kept), up.map(\.end))
    outputNormal = StoreMatrix(rows: pixels, columns: levels[0].channels)
    outputStats = StoreMatrix(rows: 2 * images, columns: levels[0].channels)
    let widest = (levels.flatMap(\.down) + levels.flatMap(\.up)).reduce(shape.pixelChannels) {
      max($0, $1.inputs, $1.outputs)
    }
    patches = Convolution.patches(channels: widest)
    back = backward ? Back(network, widest: widest, patches: patches) : nil
  }

  private func pixels(of points: StoreMatrix) -> StoreMatrix {
    StoreMatrix(
      points.store, at: 0, rows: points.rows * points.columns / pixelChannels,
      columns: pixelChannels, stride: pixelChannels)
  }
  /// The input with a row a pixel.
  var inputPixels: StoreMatrix { pixels(of: input) }
  /// The output with a row a pixel.
  var outputPixels: StoreMatrix { pixels(of: output) }
  /// Its gradient with a row a pixel.
  var outputGradientPixels: StoreMatrix { pixels(of: outputGradient) }

  /// Memory of the way back.
  struct Back: Sendable {
    let scratch: ResidualBlock.Scratch
    /// ∂/∂F with a row a pixel, rows of whole vectors.
    let output: StoreMatrix
    /// Gradients of what skips, for all levels but the smallest.
    let skips: [StoreMatrix]
    let codes: StoreMatrix
    let innerCodes: [StoreMatrix]
    let codeDelta: StoreMatrix
    let attention: Attention.Scratch?
    /// Gradients between blocks take turns in these.
    private let turns: [Store<Float>]

    init(_ network: UNet, widest: Int, patches: Store<Float>) {
      let (images, levels) = (network.blockRows, network.levels)
      let size = levels.reduce(0) { most, level in
        let columns = (level.down + level.up).reduce(0) { max($0, $1.inputs, $1.outputs) }
        return max(most, images * level.grid.count * StoreMatrix.padded(columns))
      }
      scratch = ResidualBlock.Scratch(
        stores: (Store(count: size), Store(count: size)),
        sums: StoreMatrix(rows: 2, columns: widest), patches: patches)
      turns = [Store(count: size), Store(count: size)]
      output = StoreMatrix(
        rows: images * levels[0].grid.count, columns: network.shape.pixelChannels)
      skips = levels.dropLast().map {
        StoreMatrix(rows: images * $0.grid.count, columns: $0.channels)
      }
      codes = StoreMatrix(rows: images, columns: network.codeColumns)
      let width = network.codeLayers[0].weight.columns
      innerCodes = (0..<2).map { _ in StoreMatrix(rows: images, columns: width) }
      codeDelta = StoreMatrix(rows: images, columns: width)
      attention = network.attention.map {
        Attention.Scratch($0, images: images, levels[levels.count - 1].grid)
      }
    }

    func matrix(_ turn: Int, rows: Int, columns: Int) -> StoreMatrix {
      StoreMatrix(
        turns[turn], at: 0, rows: rows, columns: columns, stride: StoreMatrix.padded(columns))
    }
  }
}
