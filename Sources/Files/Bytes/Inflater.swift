import CZlib

/// Bytes that come out of a deflate stream, bare or wrapped as gzip.
///
/// gzip files may have several members, one after another (RFC 1952, section 2.2); each member's
/// CRC-32 and length are checked when its end is reached.
final class Inflater: ByteSource {
  enum Wrapping { case gzip, bare }

  /// A code of two bits stands for at most 258 bytes, so one byte for at most 1032.
  static let mostBytesPerByte = 1032

  private let store: any ByteStore
  private let file: String
  private let wrapping: Wrapping
  private var position: Int
  private let end: Int
  /// The compressed bytes at hand; those from `position` on are still to be read.
  private var piece: [UInt8] = []
  private var pieceEnd: Int
  private var finished = false
  private let stream: UnsafeMutablePointer<z_stream>

  init(_ store: any ByteStore, in range: Range<Int>, wrapping: Wrapping, file: String) {
    self.store = store
    self.file = file
    self.wrapping = wrapping
    position = range.lowerBound
    end = range.upperBound
    pieceEnd = range.lowerBound
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let window: Int32 = wrapping == .gzip ? 15 + 16 : -15
    let status = inflateInit2_(
      stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib needs a few kilobytes of memory and its own version.")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  var atMost: Int { (end - position + 64) * Self.mostBytesPerByte }

  func next(_ count: Int) throws(FileError) -> [UInt8] {
    var problem: FileError?
    let made = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count && !finished && problem == nil {
        do throws(FileError) {
          try fetch()
          let (more, status) = step(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
          filled += more
          try judge(status, madeProgress: more > 0)
        } catch {
          problem = error
        }
      }
    }
    if let problem { throw problem }
    return made
  }

  /// Brings compressed bytes where none are left.
  private func fetch() throws(FileError) {
    guard position == pieceEnd, position < end else { return }
    pieceEnd = min(end, position + FileBytes.pieceSize)
    piece = try store.bytes(position..<pieceEnd)
  }

  /// One call of zlib: how many bytes it made, and what it said.
  private func step(into room: UnsafeMutableBufferPointer<UInt8>) -> (made: Int, status: Int32) {
    let space = min(room.count, 1 << 30)
    let feed = pieceEnd - position
    let first = piece.count - feed
    // Invariant: input and output pointers are set anew at each call and lie, with their lengths,
    // inside `piece` and `room`; zlib keeps neither between calls.
    return piece.withUnsafeBufferPointer { input in
      stream.pointee.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress.map { $0 + first })
      stream.pointee.avail_in = UInt32(feed)
      stream.pointee.next_out = room.baseAddress
      stream.pointee.avail_out = UInt32(space)
      let status = inflate(stream, Z_NO_FLUSH)
      position += feed - Int(stream.pointee.avail_in)
      return (space - Int(stream.pointee.avail_out), status)
    }
  }

  private func judge(_ status: Int32, madeProgress: Bool) throws(FileError) {
    switch status {
    case Z_STREAM_END:
      try endMember()
    case Z_OK, Z_BUF_ERROR:
      if madeProgress || (status == Z_OK && position < end) { return }
      throw .bad(file, "byte \(end)", "the compressed stream must be whole, but it ends early")
    default:
      let words = stream.pointee.msg.map { String(cString: $0) } ?? "it needs a dictionary"
      let rule =
        switch words {
        case "incorrect data check": "the CRC-32 of the bytes must be the one stored, found another"
        case "incorrect length check":
          "the number of bytes must be the one stored, found another"
        default: "the compressed stream must be sound, but zlib says \"\(words)\""
        }
      throw .bad(file, "byte \(position)", rule)
    }
  }

  /// The next gzip member, or the end; only zeros (padding of tapes) may follow the last.
  private func endMember() throws(FileError) {
    if wrapping == .gzip, end - position >= 2,
      try store.bytes(position..<position + 2) == [0x1f, 0x8b]
    {
      inflateReset(stream)
      return
    }
    finished = true
    var rest = StoreBytes(store, in: position..<end)
    while rest.atMost > 0 {
      guard wrapping == .gzip, try rest.next(FileBytes.pieceSize).allSatisfy({ $0 == 0 }) else {
        throw .bad(
          file, "byte \(position)", "the compressed stream must be all there is, found more")
      }
    }
  }
}
