import CZlib

/// The bytes of one member of a zip archive as they come, counted and summed up on the way.
struct MemberBytes: ByteSource {
  private enum Source {
    case stored(StoreBytes)
    case deflated(Inflater)
  }

  private let member: ZipFile.Member
  private let file: String
  private var source: Source
  private var crc: UInt = 0
  private var count = 0
  private var failure: FileError?

  /// The member whose packed bytes stand in `range` of a store.
  init(
    _ member: ZipFile.Member, in range: Range<Int>, of store: any ByteStore, file: String
  ) throws(FileError) {
    self.member = member
    self.file = file
    switch member.method {
    case 0:
      guard member.size == member.packed else {
        throw .bad(file, member.place, "a stored member must have one size, found two")
      }
      source = .stored(StoreBytes(store, in: range))
    case 8:
      source = .deflated(Inflater(store, in: range, wrapping: .bare, file: file))
    default:
      throw .bad(
        file, member.place,
        "it must be stored or deflated (method 0 or 8), found method \(member.method)")
    }
    // A false size allocates nothing.
    guard member.size <= atMost else { throw wrongSize }
  }

  var atMost: Int {
    switch source {
    case .stored(let bytes): bytes.atMost
    case .deflated(let inflater): inflater.atMost
    }
  }

  mutating func next(_ wanted: Int) throws(FileError) -> [UInt8] {
    if let failure { throw failure }
    do throws(FileError) {
      let bytes = try take(wanted)
      // Invariant: `crc32_z` reads exactly the bytes of the buffer; none leave the sum as it is.
      if !bytes.isEmpty {
        crc = bytes.withUnsafeBufferPointer { crc32_z(crc, $0.baseAddress, $0.count) }
      }
      count += bytes.count
      return bytes
    } catch {
      failure = error
      throw error
    }
  }

  private mutating func take(_ wanted: Int) throws(FileError) -> [UInt8] {
    switch source {
    case .deflated(let inflater): return try inflater.next(wanted)
    case .stored(var bytes):
      defer { source = .stored(bytes) }
      return try bytes.next(wanted)
    }
  }

  /// Reads what is left, and refuses bytes that are not those the archive states.
  mutating func finish() throws(FileError) {
    while count < member.size {
      guard try !next(min(FileBytes.pieceSize, member.size - count)).isEmpty else {
        throw wrongSize
      }
    }
    let sum = UInt32(crc)
    guard try next(1).isEmpty else { throw wrongSize }
    guard sum == member.crc else {
      throw .bad(
        file, member.place, "the CRC-32 of its bytes must be the one stored, found another")
    }
  }

  private var wrongSize: FileError {
    .bad(
      file, member.place,
      "it must unpack to the \(member.size) bytes its header states, found others")
  }
}
