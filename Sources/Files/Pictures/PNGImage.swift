import CPNG

/// A picture out of a PNG file: its samples as stored, before any change of brightness.
public struct PNGImage: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Samples of a pixel: 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// Samples lie in 0 … 2^bitDepth − 1; 1, 2, 4, 8 or 16. Palettes are 8.
  public let bitDepth: Int
  /// All samples, row-major, channels last.
  public let samples: [UInt16]
  /// Whether an alpha channel or a transparent colour was dropped.
  public let hadAlpha: Bool
  /// The texts the file carries, in its order.
  public let texts: [PNGText]

  /// A row or column longer than this is refused.
  static let sideLimit: UInt32 = 100_000
  /// A picture of more pixels than this (1.6 GB of 16-bit colour once decoded) is refused.
  static let pixelLimit: UInt64 = 1 << 27

  /// How a row of `Points` is this picture.
  public var shape: ImageShape { ImageShape(width: width, height: height, channels: channels) }

  /// Reads a file.
  ///
  /// - Throws: `notFound`; `badData` where the file is no PNG, damaged, cut short or too large.
  public static func read(_ path: String) throws(FileError) -> PNGImage {
    try PNGImage(FileBytes.read(path), file: path)
  }

  /// Decodes the bytes of a file: grey, colour or palette, any bit depth, interlaced or not.
  ///
  /// Errors call the bytes `file`.
  public init(_ bytes: [UInt8], file: String) throws(FileError) {
    var picture = cpng_picture()
    defer { cpng_release(&picture) }
    var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
    let done = cpng_decode(
      bytes, bytes.count, Self.sideLimit, Self.pixelLimit, &picture, &message)
    guard done == 1 else {
      let words = String(
        decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw .bad(file, nil, "the PNG must be sound, but libpng says \"\(words)\"")
    }
    width = Int(picture.width)
    height = Int(picture.height)
    channels = Int(picture.channels)
    bitDepth = Int(picture.bit_depth)
    hadAlpha = picture.had_alpha != 0
    // Invariant: `cpng_decode` returned 1, so both runs hold the bytes their counts state.
    let raw = UnsafeRawBufferPointer(start: picture.samples, count: picture.sample_bytes)
    samples = bitDepth == 16 ? Array(raw.bindMemory(to: UInt16.self)) : raw.map(UInt16.init)
    texts = PNGText.unpacked(
      Array(UnsafeRawBufferPointer(start: picture.texts, count: picture.text_bytes)))
  }

  /// The samples on a range: 0 → lower bound, the largest of the bit depth → upper bound.
  public func numbers(on range: ClosedRange<Float> = -1...1) -> [Float] {
    let table = ByteRange(range, largest: 1 << bitDepth - 1).table
    return samples.map { table[Int($0)] }
  }
}
