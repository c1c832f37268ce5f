/// Bytes that come one after another, from memory or out of a compressed stream.
protocol ByteSource {
  /// The next `count` bytes; fewer only where the bytes end.
  mutating func next(_ count: Int) throws(FileError) -> [UInt8]
  /// No more bytes than this can still come: nothing larger is ever allocated.
  var atMost: Int { get }
}

/// Bytes held in memory, read from the front.
struct PlainBytes: ByteSource {
  let bytes: [UInt8]
  var position = 0

  var atMost: Int { bytes.count - position }

  mutating func next(_ count: Int) -> [UInt8] {
    let end = position + min(count, atMost)
    defer { position = end }
    return Array(bytes[position..<end])
  }
}
