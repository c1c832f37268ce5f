package import Arrays

/// Sizes of a residual network of dense layers.
public struct MLPShape: Sendable, Equatable {
  /// Coordinates of a point, d.
  public var dimension: Int
  /// Columns of the hidden layers.
  public var width: Int
  /// Hidden layers, at least one.
  public var depth: Int
  /// Waves of the noise code: an even number.
  public var embedding: Int
  /// Frequencies of each coordinate; 0 for coordinates alone.
  public var coordinateWaves: Int

  /// Sizes; by default those that learn the toys of the plane.
  public init(
    dimension: Int, width: Int = 128, depth: Int = 4, embedding: Int = 12,
    coordinateWaves: Int? = nil
  ) {
    precondition(
      dimension > 0 && width > 0 && depth > 0 && embedding >= 0 && embedding % 2 == 0
        && coordinateWaves ?? 0 >= 0, "A network has some size.")
    self.dimension = dimension
    self.width = width
    self.depth = depth
    self.embedding = embedding
    self.coordinateWaves = coordinateWaves ?? (dimension <= 3 ? 4 : 0)
  }
}

/// A residual network of dense layers for points of few coordinates.
///
///     h₀ = silu([u, waves of u, waves of c] W₀ + b₀)
///     h_l = h_{l−1} + silu(h_{l−1} W_l + b_l)          l = 1 … depth − 1
///     F = h W + b
///
/// Waves are sines and cosines (Tancik et al. 2020, <https://arxiv.org/abs/2006.10739>): of the
/// noise code, so that F may change with σ within a factor of e^½; of each coordinate where there
/// are few, because layers learn slowly what changes within a small part of the data
/// (Rahaman et al. 2019, <https://arxiv.org/abs/1806.08734>). The last layer starts at zero: the
/// untrained denoiser is c_skip x.
package struct MLP: Network {
  /// Its sizes.
  package let shape: MLPShape
  package let layout: ParameterLayout
  private let layers: [Dense]
  private let codeFrequencies: StoreMatrix
  private let coordinateFrequencies: StoreMatrix

  /// Eight matrices of activations of a block stay in a cache of 1 MB. A gradient of the weights
  /// is read and written once a block, which takes a tenth of the product with 64 rows.
  package var blockRows: Int { shape.width <= 256 ? 128 : 64 }

  package init(_ shape: MLPShape) {
    self.shape = shape
    var layout = ParameterLayout()
    var layers = [
      Dense(
        "hidden.0", inputs: Self.features(shape), outputs: shape.width, .silu, isFirst: true,
        in: &layout)
    ]
    for index in 1..<max(1, shape.depth) {
      layers.append(
        Dense(
          "hidden.\(index)", inputs: shape.width, outputs: shape.width, .residual, in: &layout))
    }
    layers.append(
      Dense("output", inputs: shape.width, outputs: shape.dimension, .none, in: &layout))
    self.layers = layers
    self.layout = layout
    codeFrequencies = Self.frequencies(shape.embedding / 2, from: Self.lowestCode)
    coordinateFrequencies = Self.frequencies(shape.coordinateWaves, from: Self.lowestCoordinate)
  }

  package var dimension: Int { shape.dimension }
  package var cost: Int { layout.learned }

  package var summary: String {
    "\(shape.depth) hidden layers of \(shape.width), \(layout.learned) parameters"
  }

  /// The lowest frequency of c = ¼ ln(σ/σ_data), whose sampled range has a length of 2.7: a third
  /// of a wave. Five octaves above, a quarter of a wave is a factor of e^¼ in σ.
  static let lowestCode = 0.125
  /// The lowest frequency of a coordinate of unit deviation: a wave and a half over ±3 deviations.
  private static let lowestCoordinate = 0.25

  /// Each twice the one before.
  static func frequencies(_ count: Int, from lowest: Double) -> StoreMatrix {
    let matrix = StoreMatrix(rows: 1, columns: count)
    var frequency = Float(lowest)
    for index in 0..<count {
      matrix[0, index] = frequency
      frequency *= 2
    }
    return matrix
  }

  /// Columns of [u, waves of u, waves of c].
  private static func features(_ shape: MLPShape) -> Int {
    shape.dimension * (1 + 2 * shape.coordinateWaves) + shape.embedding
  }

  package func start(_ parameters: Store<Float>, seed: UInt64) {
    let stream = RandomStream(seed: seed, for: .network)
    // silu halves the second moment of a unit normal to 0.36; a residual layer only adds to what
    // is there, so a gain of one keeps growth to a factor of about 1.2 a layer.
    for (index, layer) in layers.dropLast().enumerated() {
      layer.start(
        parameters, gain: index == 0 ? 1.5 : 1, stream: stream, draw: UInt32(index))
    }
  }

  package func tape(backward: Bool) -> any Tape { MLPTape(self, backward: backward) }

  package func forward(_ tape: any Tape, rows: Int, _ weights: Weights) {
    guard let tape = tape as? MLPTape else { preconditionFailure("A tape serves its network.") }
    let features = tape.features.first(rows)
    var column = dimension
    let waves = 2 * shape.coordinateWaves
    if waves > 0 {
      for axis in 0..<dimension {
        features.columns(column..<column + waves).setWaves(
          of: features.columns(axis..<axis + 1), frequencies: coordinateFrequencies)
        column += waves
      }
    }
    if shape.embedding > 0 {
      features.columns(column..<column + shape.embedding).setWaves(
        of: tape.code.first(rows), frequencies: codeFrequencies)
    }
    var x = features
    for (index, layer) in layers.enumerated() {
      let y = tape.states[index].first(rows)
      layer.forward(x, into: y, slope: tape.slopes[index], weights.parameters)
      x = y
    }
  }

  package func backward(
    _ tape: any Tape, rows: Int, _ weights: Weights, gradient: Store<Float>, adds: Bool
  ) {
    guard let tape = tape as? MLPTape else { preconditionFailure("A tape serves its network.") }
    var outer = tape.outputGradient.first(rows)
    let (delta, inner) = (tape.delta.first(rows), tape.inner.first(rows))
    for index in layers.indices.reversed() {
      let x = index == 0 ? tape.features : tape.states[index - 1]
      layers[index].backward(
        outer, x: x.first(rows), slope: tape.slopes[index], delta: delta,
        into: index == 0 ? nil : inner, weights, gradient: gradient, adds: adds)
      outer = inner
    }
  }

  /// Activations of one block of rows.
  private final class MLPTape: Tape {
    let features: StoreMatrix
    let code: StoreMatrix
    let states: [StoreMatrix]
    let slopes: [StoreMatrix?]
    let outputGradient: StoreMatrix
    let inner: StoreMatrix
    let delta: StoreMatrix
    let dimension: Int

    init(_ network: MLP, backward: Bool) {
      let (rows, shape) = (network.blockRows, network.shape)
      dimension = shape.dimension
      features = StoreMatrix(rows: rows, columns: MLP.features(shape))
      code = StoreMatrix(rows: rows, columns: 1)
      // Without a way back, states take turns in two matrices and one takes all slopes.
      let hidden = (0..<(backward ? shape.depth : 2)).map { _ in
        StoreMatrix(rows: rows, columns: shape.width)
      }
      let kept = (0..<(backward ? shape.depth : 1)).map { _ in
        StoreMatrix(rows: rows, columns: shape.width)
      }
      states =
        (0..<shape.depth).map { hidden[$0 % hidden.count] }
        + [StoreMatrix(rows: rows, columns: dimension)]
      slopes = (0..<shape.depth).map { kept[$0 % kept.count] } + [nil]
      outputGradient = StoreMatrix(rows: backward ? rows : 0, columns: dimension)
      inner = StoreMatrix(rows: backward ? rows : 0, columns: shape.width)
      delta = StoreMatrix(rows: backward ? rows : 0, columns: shape.width)
    }

    var input: StoreMatrix { features.columns(0..<dimension) }
    var output: StoreMatrix { states[states.count - 1] }
  }
}
