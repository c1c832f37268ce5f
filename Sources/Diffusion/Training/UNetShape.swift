/// Sizes of a convolutional network for pictures.
public struct UNetShape: Sendable, Equatable {
  /// Pixels in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Numbers of a pixel, one pixel after another in a point.
  public var pixelChannels: Int
  /// Channels of each level, from the full picture to the smallest; multiples of 8.
  public var channels: [Int]
  /// Residual blocks of a level on the way down, and again on the way up.
  public var blocks: Int
  /// Heads of the attention between the pixels of the smallest level; 0 for none.
  public var attention: Int

  /// Sizes; by default those of ``defaultChannels(width:height:)``.
  ///
  /// Width and height must be divisible by ``sideFactor(levels:)``.
  public init(
    width: Int, height: Int, pixelChannels: Int = 1, channels: [Int]? = nil, blocks: Int = 1,
    attention: Int = 0
  ) {
    self.width = width
    self.height = height
    self.pixelChannels = pixelChannels
    self.channels = channels ?? Self.defaultChannels(width: width, height: height)
    self.blocks = blocks
    self.attention = attention
    precondition(
      width > 0 && height > 0 && pixelChannels > 0 && blocks > 0 && !self.channels.isEmpty
        && self.channels.allSatisfy { $0 > 0 && $0 % Self.channelFactor == 0 },
      "A network has some size.")
    let factor = Self.sideFactor(levels: self.channels.count)
    precondition(
      width % factor == 0 && height % factor == 0, "The smallest level has whole pixels.")
    precondition(
      Self.headsFit(attention, channels: self.channels), "Heads part the smallest level's channels."
    )
  }

  /// Channels are multiples of it: vectors and groups come out even.
  public static let channelFactor = 8

  /// A head of attention has a multiple of so many channels.
  public static let headFactor = 16

  /// Whether so many heads part the channels of the smallest level; 0 always do.
  public static func headsFit(_ heads: Int, channels: [Int]) -> Bool {
    heads == 0 || heads > 0 && (channels.last ?? 0) % (heads * headFactor) == 0
  }

  /// What width and height must be divisible by: each level has half the side of the one above.
  public static func sideFactor(levels: Int) -> Int { 1 << (levels - 1) }

  /// 32, 64, 128, which is 0.87 million parameters; up to 16 × 16 pixels half of that, a quarter
  /// of the parameters. Fewer levels where the sides cannot be halved so often.
  public static func defaultChannels(width: Int, height: Int) -> [Int] {
    let channels = width * height <= 256 ? [16, 32, 64] : [32, 64, 128]
    let levels = (1...channels.count).last {
      let factor = sideFactor(levels: $0)
      return width % factor == 0 && height % factor == 0
    }
    return Array(channels.prefix(levels ?? 1))
  }

  /// Coordinates of a point, d.
  public var dimension: Int { width * height * pixelChannels }
}
