public import Arrays
import CPNG
import Foundation

/// The bytes of a PNG file with the picture and, in front of it, the texts.
///
/// Texts that are Latin-1 go as tEXt chunks, all others as iTXt in UTF-8. Keys are 1 to 79 bytes
/// of ASCII.
public func encodePNG(_ raster: Raster, texts: [(String, String)] = []) -> [UInt8] {
  precondition(
    raster.bytes.count == raster.width * raster.height * raster.channels,
    "A raster holds width × height × channels bytes.")
  precondition(
    raster.width <= Int(Int32.max) && raster.height <= Int(Int32.max),
    "A side of a PNG has at most 2³¹ − 1 pixels.")
  let packed = texts.flatMap { PNGText($0.0, $0.1).packed }
  var count = 0
  var message = [CChar](repeating: 0, count: Int(CPNG_MESSAGE_SIZE))
  let made = cpng_encode(
    UInt32(raster.width), UInt32(raster.height), Int32(raster.channels), raster.bytes, packed,
    packed.count, &count, &message)
  guard let made else { preconditionFailure("A sound raster is encoded unless memory runs out.") }
  defer { free(made) }
  // Invariant: `cpng_encode` returns `count` bytes.
  return Array(UnsafeBufferPointer(start: made, count: count))
}
