import Arrays
import Files
import Testing

@Suite struct `IDX files` {
  static let plain: [UInt8] = [
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 128, 1, 2, 3, 4, 5,
  ]

  @Test(arguments: [plain, NumPyVectors.gzip])
  func `pictures are read plain and in gzip`(bytes: [UInt8]) throws {
    let array = try IDX.parse(bytes, file: "a")
    #expect(array.shape == [2, 2, 2] && array.values == [0, 255, 128, 1, 2, 3, 4, 5])
    #expect(array.image == ImageShape(width: 2, height: 2, channels: 1))
    #expect(array.elementType == .uint8 && array.byteRange == nil)
    let mapped = try IDX.parse(bytes, file: "a", mappingBytesTo: 0...1)
    #expect(mapped.values[0] == 0 && mapped.values[1] == 1 && mapped.byteRange == 0...1)
  }

  @Test(
    arguments: [
      (0x08, [200], 200), (0x09, [0xff], -1), (0x0b, [0xff, 0xfe], -2), (0x0c, [0, 0, 1, 0], 256),
      (0x0d, [0x3f, 0xc0, 0, 0], 1.5), (0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5),
    ] as [(UInt8, [UInt8], Float)])
  func `every type is read`(type: UInt8, content: [UInt8], value: Float) throws {
    let array = try IDX.parse([0, 0, type, 1, 0, 0, 0, 1] + content, file: "a")
    #expect(array.values == [value])
    #expect(try array.points(file: "a").dimension == 1)
  }

  @Test func `members of gzip follow one another, and zeros may pad the last`() throws {
    let array = try IDX.parse(
      gzip(Array(Self.plain[..<7])) + gzip(Array(Self.plain[7...])), file: "a")
    #expect(array.values.count == 8)
    #expect(try IDX.parse(NumPyVectors.gzip + [0, 0, 0], file: "a").values.count == 8)
  }

  /// Broken files and words of the sentence each ends with.
  static let broken: [([UInt8], String)] = {
    let large = [UInt8](repeating: 255, count: 12)
    let bomb: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 1] + [UInt8](repeating: 7, count: 1 << 20)
    let claim: [UInt8] = [0, 0, 8, 2, 127, 255, 255, 255, 127, 255, 255, 255]
    return [
      (Array(plain.dropLast()), "ends early"), (plain + [0], "more follow"),
      ([0, 0, 7, 1, 0, 0, 0, 1, 0], "must begin with"), ([0, 0, 8, 0], "must begin with"),
      ([0, 0, 8, 2, 0, 0, 0, 1], "hold 2 sizes"), (claim, "ends early"),
      ([0, 0, 8, 3] + large, "overflows"), ([0, 0, 8, 1, 0, 0, 0, 0], "at least one number"),
      ([0, 0, 13, 1, 0, 0, 0, 1, 0x7f, 0xc0, 0, 0], "found nan"), (gzip(bomb), "more follow"),
      (gzip(claim), "ends early"), (gzip([1, 2, 3, 4, 5]), "must begin with"),
      (NumPyVectors.gzip + [1], "found more"), (Array(NumPyVectors.gzip.dropLast(9)), "ends early"),
    ]
  }()

  @Test(arguments: broken)
  func `what breaks the format is refused in a sentence`(bytes: [UInt8], words: String) {
    let text = sentence { () throws(FileError) in
      try IDX.parse(bytes, file: "a").points(file: "a")
    }
    #expect(text.hasPrefix("a, ") || text.hasPrefix("a: "), "\(text)")
    #expect(text.contains(words), "\(text)")
  }

  @Test func `a false checksum of gzip is told from a false length`() {
    var bytes = NumPyVectors.gzip
    bytes[bytes.count - 8] ^= 1
    #expect(sentence { () throws(FileError) in try IDX.parse(bytes, file: "a") }.contains("CRC-32"))
    bytes = NumPyVectors.gzip
    bytes[bytes.count - 4] ^= 1
    #expect(
      sentence { () throws(FileError) in try IDX.parse(bytes, file: "a") }
        .contains("number of bytes"))
  }
}

/// A gzip member that stores its bytes.
func gzip(_ content: [UInt8]) -> [UInt8] {
  storedHeader + storedDeflate(content) + littleEndian(crc32(content))
    + littleEndian(UInt32(content.count))
}

private let storedHeader: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]

/// The four bytes of a word, the lowest first.
func littleEndian(_ word: UInt32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
}

/// A deflate stream that stores its bytes.
func storedDeflate(_ content: [UInt8]) -> [UInt8] {
  var stream: [UInt8] = []
  var rest = content[...]
  repeat {
    let block = rest.prefix(65535)
    rest = rest.dropFirst(block.count)
    let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
    stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
  } while !rest.isEmpty
  return stream
}

/// CRC-32 as gzip, zip and PNG have it, bit by bit.
func crc32(_ content: [UInt8]) -> UInt32 {
  var sum: UInt32 = ~0
  for byte in content {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
  }
  return ~sum
}
