import Diffusion
import Files

/// The shape of a network as JSON.
extension NetworkFile {
  static func json(_ shape: NetworkShape) -> JSONValue {
    switch shape {
    case .mlp(let mlp):
      .object([
        JSONMember("kind", .string(Choices.NetworkKind.mlp.rawValue)),
        JSONMember("dimension", .integer(mlp.dimension)),
        JSONMember("width", .integer(mlp.width)),
        JSONMember("depth", .integer(mlp.depth)),
        JSONMember("embedding", .integer(mlp.embedding)),
        JSONMember("coordinateWaves", .integer(mlp.coordinateWaves)),
      ])
    case .unet(let unet):
      .object(
        [
          JSONMember("kind", .string(Choices.NetworkKind.unet.rawValue)),
          JSONMember("width", .integer(unet.width)),
          JSONMember("height", .integer(unet.height)),
          JSONMember("pixelChannels", .integer(unet.pixelChannels)),
          JSONMember("channels", .array(unet.channels.map { .integer($0) })),
          JSONMember("blocks", .integer(unet.blocks)),
        ] + (unet.attention == 0 ? [] : [JSONMember("attention", .integer(unet.attention))]))
    }
  }

  static func shape(_ reader: MetadataReader) throws -> NetworkShape {
    let json = try reader.object("network")
    switch json["kind"]?.text.flatMap(Choices.NetworkKind.init(rawValue:)) {
    case .mlp: return .mlp(try mlp(json, reader))
    case .unet: return .unet(try unet(json, reader))
    case .subspace, nil: throw reader.error("key \"network\"", "the kind must be mlp or unet")
    }
  }

  private static func mlp(_ json: JSONValue, _ reader: MetadataReader) throws -> MLPShape {
    let embedding = try reader.whole(json, "network", "embedding", 0...64)
    guard embedding % 2 == 0 else {
      throw reader.error("key \"network\"", "embedding must be even, found \(embedding)")
    }
    return MLPShape(
      dimension: try reader.whole(json, "network", "dimension", 1...100_000_000),
      width: try reader.whole(json, "network", "width", 1...4096),
      depth: try reader.whole(json, "network", "depth", 1...100), embedding: embedding,
      coordinateWaves: try reader.whole(json, "network", "coordinateWaves", 0...16))
  }

  private static func unet(_ json: JSONValue, _ reader: MetadataReader) throws -> UNetShape {
    let factor = UNetShape.channelFactor
    guard case .array(let entries)? = json["channels"], (1...6).contains(entries.count) else {
      throw reader.error("key \"network\"", "channels must be an array of 1 to 6 numbers")
    }
    let channels = entries.compactMap(\.int).filter { (1...1024).contains($0) && $0 % factor == 0 }
    guard channels.count == entries.count else {
      throw reader.error("key \"network\"", "channels must be multiples of \(factor) up to 1024")
    }
    let sides = try ["width", "height"].map {
      try reader.whole(json, "network", $0, 1...10_000)
    }
    let divisor = UNetShape.sideFactor(levels: channels.count)
    guard sides.allSatisfy({ $0 % divisor == 0 }) else {
      throw reader.error("key \"network\"", "width and height must be divisible by \(divisor)")
    }
    // Files without attention do not name it.
    let heads =
      json["attention"] == nil ? 0 : try reader.whole(json, "network", "attention", 0...64)
    guard UNetShape.headsFit(heads, channels: channels) else {
      throw reader.error(
        "key \"network\"",
        "heads of attention must part the channels of the smallest level into multiples of "
          + "\(UNetShape.headFactor)")
    }
    return UNetShape(
      width: sides[0], height: sides[1],
      pixelChannels: try reader.whole(json, "network", "pixelChannels", 1...4),
      channels: channels, blocks: try reader.whole(json, "network", "blocks", 1...16),
      attention: heads)
  }
}
