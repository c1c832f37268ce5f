public import Arrays
import CZlib

/// The bytes of an animated PNG: frames one after another, over and over.
///
/// Every frame is encoded as a picture of its own and its data rewrapped: the first frame's IDAT
/// chunks stay, so that a reader without animation shows it; the others' become fdAT.
///
/// - Parameters:
///   - frames: At least one raster, all of one size and number of channels.
///   - milliseconds: How long each frame is shown; as many as frames, each at most 65,535.
///   - texts: Keys and texts, as in ``encodePNG(_:texts:)``.
/// - Returns: The whole file.
/// - Reference: APNG in PNG, third edition, section 11.3.6, <https://www.w3.org/TR/png-3/#apng-chunks>.
public func encodeAnimation(
  _ frames: [Raster], milliseconds: [Int], texts: [(String, String)] = []
) -> [UInt8] {
  precondition(!frames.isEmpty && frames.count == milliseconds.count, "One time a frame.")
  let (width, height) = (frames[0].width, frames[0].height)
  precondition(
    frames.allSatisfy {
      $0.width == width && $0.height == height && $0.channels == frames[0].channels
    }, "Frames have one size.")
  var out: [UInt8] = []
  var sequence: UInt32 = 0
  for (index, frame) in frames.enumerated() {
    let encoded = encodePNG(frame, texts: index == 0 ? texts : [])
    for chunk in PNGChunk.all(of: encoded) {
      switch (chunk.name, index) {
      case ("IHDR", 0):
        out += encoded.prefix(8)
        out += chunk.bytes
        // Frames, and plays: 0 is for ever.
        out += PNGChunk(name: "acTL", content: bigEndian(UInt32(frames.count)) + bigEndian(0)).bytes
      case ("IHDR", _), ("IEND", _): break
      case ("IDAT", _):
        if chunk.isFirstData {
          out += frameControl(sequence, width, height, milliseconds[index]).bytes
          sequence += 1
        }
        if index == 0 {
          out += chunk.bytes
        } else {
          out += PNGChunk(name: "fdAT", content: bigEndian(sequence) + chunk.content).bytes
          sequence += 1
        }
      default:
        if index == 0 { out += chunk.bytes }
      }
    }
  }
  return out + PNGChunk(name: "IEND", content: []).bytes
}

/// The whole canvas, replaced, for so many thousandths of a second.
private func frameControl(
  _ sequence: UInt32, _ width: Int, _ height: Int, _ milliseconds: Int
) -> PNGChunk {
  let sizes = [sequence, UInt32(width), UInt32(height), 0, 0].flatMap(bigEndian)
  let delay = [UInt16(clamping: milliseconds), 1000].flatMap {
    [UInt8($0 >> 8), UInt8($0 & 0xff)]
  }
  return PNGChunk(name: "fcTL", content: sizes + delay + [0, 0])
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}

/// A named piece of a PNG file.
struct PNGChunk {
  let name: String
  let content: [UInt8]
  /// Whether this is the first piece of a picture's data.
  var isFirstData = false

  /// Length, name, content and checksum.
  var bytes: [UInt8] {
    let body = Array(name.utf8) + content
    // Invariant: `crc32_z` reads exactly the bytes of the buffer.
    let checksum = body.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    return bigEndian(UInt32(content.count)) + body + bigEndian(UInt32(checksum))
  }

  /// The chunks of a sound PNG file, in order.
  static func all(of file: [UInt8]) -> [PNGChunk] {
    var chunks: [PNGChunk] = []
    var at = 8
    while at + 12 <= file.count {
      let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: file[at + 4..<at + 8], as: UTF8.self)
      let isFirst = name == "IDAT" && chunks.last?.name != "IDAT"
      chunks.append(
        PNGChunk(
          name: name, content: Array(file[at + 8..<at + 8 + length]), isFirstData: isFirst))
      at += 12 + length
    }
    return chunks
  }
}
