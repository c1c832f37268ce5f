/// A picture as numbers: `height` rows of `width` pixels of `channels` bytes each, top row first.
///
/// One channel is grey, three are red, green, blue. What draws makes rasters, what writes files
/// takes them.
public struct Raster: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Bytes of a pixel: 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// All bytes, row-major, channels last.
  public var bytes: [UInt8]

  /// A raster filled with one byte; white where nothing is said.
  public init(width: Int, height: Int, channels: Int, fill: UInt8 = 255) {
    precondition(width > 0 && height > 0, "A raster has at least one pixel.")
    precondition(channels == 1 || channels == 3, "A raster is grey (1) or colour (3).")
    self.width = width
    self.height = height
    self.channels = channels
    bytes = [UInt8](repeating: fill, count: width * height * channels)
  }

  /// The same picture at the top left of a white one of at least its size.
  public func padded(width wide: Int, height high: Int) -> Raster {
    precondition(wide >= width && high >= height, "Padding adds pixels.")
    var result = Raster(width: wide, height: high, channels: channels)
    for row in 0..<height {
      let (from, to) = (row * width * channels, row * wide * channels)
      result.bytes.replaceSubrange(
        to..<to + width * channels, with: bytes[from..<from + width * channels])
    }
    return result
  }
}
