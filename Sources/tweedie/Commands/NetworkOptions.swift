import ArgumentParser
import Diffusion
import Files

/// What shapes a network.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: """
      mlp (dense layers), unet (convolutions, for pictures) or subspace (an mlp in the plane of \
      most variance); by rule unet for pictures of even sides.
      """)
  var network: String?

  @Option(
    parsing: .unconditional,
    help: "Coordinates of the plane of a subspace: the directions in which the data varies most.")
  var subspace: Int?

  @Option(parsing: .unconditional, help: "Columns of the hidden layers of an mlp; by rule 128.")
  var width: Int?

  @Option(parsing: .unconditional, help: "Hidden layers of an mlp; by rule 4.")
  var depth: Int?

  @Option(
    parsing: .unconditional,
    help: "Waves of the noise level of an mlp; an even number, by rule 12.")
  var embedding: Int?

  @Option(
    parsing: .unconditional,
    help: "Frequencies of each coordinate of an mlp; 4 up to three coordinates, else 0.")
  var coordinateWaves: Int?

  @Option(
    parsing: .unconditional,
    help: """
      Channels of the levels of a unet, each of half the side; by rule 32,64,128, up to 16 x 16 \
      pixels 16,32,64.
      """)
  var channels: String?

  @Option(
    parsing: .unconditional,
    help: "Residual blocks of a unet at each level, down and again up; by rule 1.")
  var blocks: Int?

  @Option(
    parsing: .unconditional,
    help: "Heads of attention between the smallest pictures' pixels of a unet; by rule 0, none.")
  var attention: Int?

  /// Every pixel of a picture is a row to a convolution: 64 pictures are a large batch.
  static let batchOfUNet = 64
  /// A usual step size of Adam for convolutions.
  static let rateOfUNet = 1e-3

  func validate() throws {
    try require([
      ("--width", width, 1...4096), ("--depth", depth, 1...100),
      ("--embedding", embedding, 0...64), ("--coordinate-waves", coordinateWaves, 0...16),
      ("--blocks", blocks, 1...16), ("--attention", attention, 0...64),
      ("--subspace", subspace, 1...4096),
    ])
    if let embedding, embedding % 2 != 0 {
      throw ValidationError("--embedding takes an even number, not \(embedding).")
    }
  }

  /// The rank of a plane to train in; nil for all coordinates.
  func rank() throws -> Int? {
    let isSubspace = try Choices.networkKind(network) == .subspace
    if isSubspace, subspace == nil {
      throw Failure.usage("--network subspace needs --subspace with the number of coordinates.")
    }
    if !isSubspace, subspace != nil {
      throw Failure.usage("--subspace belongs to --network subspace.")
    }
    return subspace
  }

  /// The shape for data called `word` of `dimension` numbers, which are pictures of `image`.
  func shape(dimension: Int, image: ImageShape?, of word: String) throws -> NetworkShape {
    let ofMLP: [(String, Any?)] = [
      ("--width", width), ("--depth", depth), ("--embedding", embedding),
      ("--coordinate-waves", coordinateWaves),
    ]
    let ofUNet: [(String, Any?)] = [
      ("--channels", channels), ("--blocks", blocks), ("--attention", attention),
    ]
    let kind = try Choices.networkKind(network) ?? kind(for: image)
    let isDense = kind != .unet
    for (name, value) in isDense ? ofUNet : ofMLP where value != nil {
      let other = isDense ? "unet" : "mlp"
      throw Failure.usage(
        "\(name) belongs to --network \(other); this is a network of kind \(kind.rawValue).")
    }
    if isDense {
      return .mlp(
        MLPShape(
          dimension: dimension, width: width ?? 128, depth: depth ?? 4,
          embedding: embedding ?? 12, coordinateWaves: coordinateWaves))
    }
    guard let image else {
      throw Failure.usage("--network unet needs pictures, which \(word) is not.")
    }
    let counts =
      try channels.map(Choices.channels)
      ?? UNetShape.defaultChannels(width: image.width, height: image.height)
    let factor = UNetShape.sideFactor(levels: counts.count)
    guard image.width % factor == 0, image.height % factor == 0 else {
      throw Failure.usage(
        "A U-Net of \(counts.count) levels needs sides divisible by \(factor), and pictures of "
          + "\(word) are \(image.width) x \(image.height); --channels with fewer numbers makes "
          + "fewer levels, --network mlp takes any size.")
    }
    let heads = attention ?? 0
    guard UNetShape.headsFit(heads, channels: counts) else {
      throw Failure.usage(
        "--attention takes a number of heads that parts the \(counts[counts.count - 1]) channels of "
          + "the smallest level into multiples of \(UNetShape.headFactor), not \(heads).")
    }
    return .unet(
      UNetShape(
        width: image.width, height: image.height, pixelChannels: image.channels, channels: counts,
        blocks: blocks ?? 1, attention: heads))
  }

  /// Convolutions for pictures that can be halved at least once, or whose levels are given.
  private func kind(for image: ImageShape?) -> Choices.NetworkKind {
    guard let image else { return .mlp }
    let isHalved = image.width % 2 == 0 && image.height % 2 == 0
    return isHalved || channels != nil ? .unet : .mlp
  }
}
