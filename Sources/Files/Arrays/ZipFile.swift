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

    /// Its name as a place in errors.
    var place: String { "member \"\(Legible.value(name))\"" }
  }

  /// Some bytes of the archive, by their places in it.
  private struct Window {
    let start: Int
    let bytes: [UInt8]

    func one<Word: FixedWidthInteger>(_ type: Word.Type, at place: Int) -> Word {
      Words.one(type, in: bytes, at: place - start)
    }
  }

  let store: any ByteStore
  let file: String
  private(set) var members: [Member] = []

  init(_ store: any ByteStore, file: String) throws(FileError) {
    self.store = store
    self.file = file
    try readDirectory()
  }

  /// What `body` makes of the bytes of one member, whose size and CRC-32 are then checked: damage
  /// is said to be damage, whatever `body` took it for.
  func read<Content>(
    _ member: Member, _ body: (inout MemberBytes) throws(FileError) -> Content
  ) throws(FileError) -> Content {
    var bytes = try MemberBytes(member, in: try range(of: member), of: store, file: file)
    let outcome: Result<Content, FileError>
    do throws(FileError) {
      outcome = .success(try body(&bytes))
    } catch {
      outcome = .failure(error)
    }
    try bytes.finish()
    return try outcome.get()
  }

  /// Where the packed bytes of a member stand.
  private func range(of member: Member) throws(FileError) -> Range<Int> {
    let place = member.place
    guard member.flags & 1 == 0 else { throw .bad(file, place, "it must not be encrypted") }
    guard member.offset <= store.count - 30 else {
      throw .bad(file, place, "its local header must lie in the file, found none")
    }
    let header = try store.bytes(member.offset..<member.offset + 30)
    guard Words.one(UInt32.self, in: header, at: 0) == 0x0403_4b50 else {
      throw .bad(file, place, "its local header must lie in the file, found none")
    }
    let start =
      member.offset + 30 + Int(Words.one(UInt16.self, in: header, at: 26))
      + Int(Words.one(UInt16.self, in: header, at: 28))
    guard start <= store.count, member.packed <= store.count - start else {
      throw .bad(file, place, "its \(member.packed) bytes must lie in the file, but it ends early")
    }
    return start..<start + member.packed
  }

  private mutating func readDirectory() throws(FileError) {
    // The records at the end: 22 bytes and a comment, before it 20 of zip64.
    let first = max(0, store.count - 22 - 0xffff - 20)
    let tail = Window(start: first, bytes: try store.bytes(first..<store.count))
    let end = try endRecord(in: tail)
    var count = Int(tail.one(UInt16.self, at: end + 10))
    var position = Int(tail.one(UInt32.self, at: end + 16))
    if count == 0xffff || position == 0xffff_ffff,
      let wide = try wideEndRecord(before: end, in: tail)
    {
      (count, position) = wide
    }
    let directory = Window(
      start: position, bytes: position < end ? try store.bytes(position..<end) : [])
    while members.count < count {
      guard position <= end - 46, directory.one(UInt32.self, at: position) == 0x0201_4b50 else {
        throw .bad(
          file, "byte \(position)",
          "the zip directory must hold \(count) members, but it ends after \(members.count)")
      }
      position = try readMember(at: position, in: directory, limit: end)
    }
  }

  /// Reads one entry of the directory and returns where the next begins.
  private mutating func readMember(
    at start: Int, in directory: Window, limit: Int
  ) throws(FileError) -> Int {
    func short(_ at: Int) -> Int { Int(directory.one(UInt16.self, at: start + at)) }
    func long(_ at: Int) -> Int { Int(directory.one(UInt32.self, at: start + at)) }
    let nameEnd = start + 46 + short(28)
    let extraEnd = nameEnd + short(30)
    let end = extraEnd + short(32)
    guard end <= limit else {
      throw .bad(file, "byte \(start)", "the entry of the zip directory must lie inside it")
    }
    // Sizes that do not fit 32 bits stand, in this order, in an extra field.
    var sizes = [long(24), long(20), long(42)]
    if sizes.contains(0xffff_ffff) {
      sizes = try widened(sizes, by: nameEnd..<extraEnd, in: directory)
    }
    let name = directory.bytes[start + 46 - directory.start..<nameEnd - directory.start]
    members.append(
      Member(
        name: String(decoding: name, as: UTF8.self),
        flags: UInt16(short(8)), method: UInt16(short(10)), crc: UInt32(long(16)),
        packed: sizes[1], size: sizes[0], offset: sizes[2]))
    return end
  }

  private func widened(
    _ sizes: [Int], by extra: Range<Int>, in directory: Window
  ) throws(FileError) -> [Int] {
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      let id = directory.one(UInt16.self, at: position)
      let next = position + 4 + Int(directory.one(UInt16.self, at: position + 2))
      guard next <= extra.upperBound else { break }
      guard id == 1 else {
        position = next
        continue
      }
      var result = sizes
      position += 4
      for index in result.indices where result[index] == 0xffff_ffff {
        guard position + 8 <= next,
          let size = Int(exactly: directory.one(UInt64.self, at: position))
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
  private func endRecord(in tail: Window) throws(FileError) -> Int {
    var position = store.count - 22
    let first = max(0, store.count - 22 - 0xffff)
    while position >= first {
      if tail.one(UInt32.self, at: position) == 0x0605_4b50,
        position + 22 + Int(tail.one(UInt16.self, at: position + 20)) == store.count
      {
        return position
      }
      position -= 1
    }
    throw .bad(
      file, "byte \(store.count)",
      "a zip archive must end with its directory, but none is there (is the file cut short?)")
  }

  /// The number of members and the start of the directory, by the zip64 records.
  private func wideEndRecord(
    before end: Int, in tail: Window
  ) throws(FileError) -> (count: Int, start: Int)? {
    guard end >= 20, tail.one(UInt32.self, at: end - 20) == 0x0706_4b50,
      let record = Int(exactly: tail.one(UInt64.self, at: end - 12)), record <= end - 56
    else { return nil }
    let wide = Window(start: record, bytes: try store.bytes(record..<record + 56))
    guard wide.one(UInt32.self, at: record) == 0x0606_4b50,
      let count = Int(exactly: wide.one(UInt64.self, at: record + 32)),
      let start = Int(exactly: wide.one(UInt64.self, at: record + 48))
    else { return nil }
    return (count, start)
  }
}
