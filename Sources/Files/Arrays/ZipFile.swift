import CZlib

/// The members of a zip archive, read by its central directory; stored or deflated.
///
/// - Reference: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12–4.3.16, 4.5.3.
struct ZipFile {
  struct Member {
    let name: String
    let flags: UInt16
    let method: UInt16
    let crc: UInt32
    let packed: Int
    let size: Int
    let offset: Int
  }

  let bytes: [UInt8]
  let file: String
  private(set) var members: [Member] = []

  init(_ bytes: [UInt8], file: String) throws(FileError) {
    self.bytes = bytes
    self.file = file
    try readDirectory()
  }

  /// The bytes of one member, its CRC-32 checked.
  func content(of member: Member) throws(FileError) -> [UInt8] {
    let place = "member \"\(member.name)\""
    guard member.flags & 1 == 0 else { throw .bad(file, place, "it must not be encrypted") }
    guard member.offset <= bytes.count - 30,
      Words.one(UInt32.self, in: bytes, at: member.offset) == 0x0403_4b50
    else { throw .bad(file, place, "its local header must lie in the file, found none") }
    let start =
      member.offset + 30 + Int(Words.one(UInt16.self, in: bytes, at: member.offset + 26))
      + Int(Words.one(UInt16.self, in: bytes, at: member.offset + 28))
    guard start <= bytes.count, member.packed <= bytes.count - start else {
      throw .bad(file, place, "its \(member.packed) bytes must lie in the file, but it ends early")
    }
    let content = try unpacked(member, start..<start + member.packed, place)
    // Invariant: `crc32_z` reads exactly the bytes of the buffer.
    let crc = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    guard content.isEmpty ? member.crc == 0 : UInt32(crc) == member.crc else {
      throw .bad(file, place, "the CRC-32 of its bytes must be the one stored, found another")
    }
    return content
  }

  private func unpacked(_ member: Member, _ range: Range<Int>, _ place: String)
    throws(FileError) -> [UInt8]
  {
    switch member.method {
    case 0:
      guard member.size == member.packed else {
        throw .bad(file, place, "a stored member must have one size, found two")
      }
      return Array(bytes[range])
    case 8:
      let inflater = Inflater(bytes, in: range, wrapping: .bare, file: file)
      let content = member.size <= inflater.atMost ? try inflater.next(member.size) : []
      guard content.count == member.size, try inflater.next(1).isEmpty else {
        throw .bad(
          file, place, "it must unpack to the \(member.size) bytes its header states, found others")
      }
      return content
    default:
      throw .bad(
        file, place, "it must be stored or deflated (method 0 or 8), found method \(member.method)")
    }
  }

  private mutating func readDirectory() throws(FileError) {
    let end = try endRecord()
    var count = Int(Words.one(UInt16.self, in: bytes, at: end + 10))
    var position = Int(Words.one(UInt32.self, in: bytes, at: end + 16))
    if count == 0xffff || position == 0xffff_ffff, let wide = wideEndRecord(before: end) {
      (count, position) = wide
    }
    while members.count < count {
      guard position <= end - 46, Words.one(UInt32.self, in: bytes, at: position) == 0x0201_4b50
      else {
        throw .bad(
          file, "byte \(position)",
          "the zip directory must hold \(count) members, but it ends after \(members.count)")
      }
      position = try readMember(at: position, limit: end)
    }
  }

  /// Reads one entry of the directory and returns where the next begins.
  private mutating func readMember(at start: Int, limit: Int) throws(FileError) -> Int {
    func short(_ at: Int) -> Int { Int(Words.one(UInt16.self, in: bytes, at: start + at)) }
    func long(_ at: Int) -> Int { Int(Words.one(UInt32.self, in: bytes, at: start + at)) }
    let nameEnd = start + 46 + short(28)
    let extraEnd = nameEnd + short(30)
    let end = extraEnd + short(32)
    guard end <= limit else {
      throw .bad(file, "byte \(start)", "the entry of the zip directory must lie inside it")
    }
    // Sizes that do not fit 32 bits stand, in this order, in an extra field.
    var sizes = [long(24), long(20), long(42)]
    if sizes.contains(0xffff_ffff) {
      sizes = try widened(sizes, by: nameEnd..<extraEnd)
    }
    members.append(
      Member(
        name: String(decoding: bytes[start + 46..<nameEnd], as: UTF8.self),
        flags: UInt16(short(8)), method: UInt16(short(10)), crc: UInt32(long(16)),
        packed: sizes[1], size: sizes[0], offset: sizes[2]))
    return end
  }

  private func widened(_ sizes: [Int], by extra: Range<Int>) throws(FileError) -> [Int] {
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      let id = Words.one(UInt16.self, in: bytes, at: position)
      let next = position + 4 + Int(Words.one(UInt16.self, in: bytes, at: position + 2))
      guard next <= extra.upperBound else { break }
      guard id == 1 else {
        position = next
        continue
      }
      var result = sizes
      position += 4
      for index in result.indices where result[index] == 0xffff_ffff {
        guard position + 8 <= next,
          let size = Int(exactly: Words.one(UInt64.self, in: bytes, at: position))
        else { break }
        result[index] = size
        position += 8
      }
      return result
    }
    throw .bad(
      file, "byte \(extra.lowerBound)",
      "a size above 32 bits must stand in a zip64 field, found none"
    )
  }

  /// Where the record at the end of the archive begins: the last one whose comment ends the file.
  private func endRecord() throws(FileError) -> Int {
    var position = bytes.count - 22
    let first = max(0, bytes.count - 22 - 0xffff)
    while position >= first {
      if Words.one(UInt32.self, in: bytes, at: position) == 0x0605_4b50,
        position + 22 + Int(Words.one(UInt16.self, in: bytes, at: position + 20)) == bytes.count
      {
        return position
      }
      position -= 1
    }
    throw .bad(
      file, "byte \(bytes.count)",
      "a zip archive must end with its directory, but none is there (is the file cut short?)")
  }

  /// The number of members and the start of the directory, by the zip64 records.
  private func wideEndRecord(before end: Int) -> (count: Int, start: Int)? {
    guard end >= 20, Words.one(UInt32.self, in: bytes, at: end - 20) == 0x0706_4b50,
      let record = Int(exactly: Words.one(UInt64.self, in: bytes, at: end - 12)),
      record <= end - 56, Words.one(UInt32.self, in: bytes, at: record) == 0x0606_4b50,
      let count = Int(exactly: Words.one(UInt64.self, in: bytes, at: record + 32)),
      let start = Int(exactly: Words.one(UInt64.self, in: bytes, at: record + 48))
    else { return nil }
    return (count, start)
  }
}
