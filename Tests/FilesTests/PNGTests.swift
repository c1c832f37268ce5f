import Arrays
import Files
import Testing

/// PNG files made by hand: any depth and colour, stored without compression.
struct HandmadePNG {
  var width = 2
  var height = 2
  var depth: UInt8 = 8
  var color: UInt8 = 0
  var interlaced = false
  /// Chunks between the header and the data.
  var extra: [UInt8] = []
  /// Rows of the picture as they stand in the file, a filter byte before each.
  var rows: [UInt8]

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  var bytes: [UInt8] {
    let sizes = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
    let header: [UInt8] = sizes + [depth, color, 0, 0, interlaced ? 1 : 0]
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    let data: [UInt8] = [0x78, 0x01] + storedDeflate(rows) + bigEndian(b << 16 | a)
    let front = Self.signature + Self.chunk("IHDR", header) + extra
    return front + Self.chunk("IDAT", data) + Self.chunk("IEND", [])
  }

  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return bigEndian(UInt32(content.count)) + body + bigEndian(crc32(body))
  }
}

/// The four bytes of a word, the highest first.
func bigEndian(_ word: UInt32) -> [UInt8] { littleEndian(word).reversed() }

@Suite struct `PNG files` {
  @Test(arguments: [1, 3])
  func `what is encoded decodes to the same bytes`(channels: Int) throws {
    var raster = Raster(width: 17, height: 5, channels: channels)
    for index in raster.bytes.indices { raster.bytes[index] = UInt8(index * 7 & 255) }
    let picture = try PNGImage(encodePNG(raster), file: "a.png")
    #expect(picture.shape == ImageShape(width: 17, height: 5, channels: channels))
    #expect(picture.samples == raster.bytes.map(UInt16.init))
    #expect(picture.bitDepth == 8 && !picture.hadAlpha && picture.texts.isEmpty)
  }

  @Test func `texts come back, Latin-1 and beyond`() throws {
    let texts = [
      ("Software", "tweedie 1.0"), ("Title", "Träume\nzwei"), ("Comment", "σ = 80 → 0.002 🎲"),
      ("Empty", ""),
    ]
    let bytes = encodePNG(Raster(width: 1, height: 1, channels: 1), texts: texts)
    let picture = try PNGImage(bytes, file: "a.png")
    #expect(picture.texts == texts.map { PNGText($0.0, $0.1) })
    let words = String(decoding: bytes.map { $0 < 128 ? $0 : 0x3f }, as: UTF8.self)
    #expect(words.contains("tEXtSoftware") && words.contains("iTXtComment"))
  }

  @Test(
    arguments: [
      (HandmadePNG(depth: 1, rows: [0, 0b0100_0000, 0, 0b1000_0000]), 1, [0, 1, 1, 0]),
      (HandmadePNG(depth: 2, rows: [0, 0b0001_0000, 0, 0b1011_0000]), 1, [0, 1, 2, 3]),
      (HandmadePNG(depth: 4, rows: [0, 0x0f, 0, 0x3a]), 1, [0, 15, 3, 10]),
      (HandmadePNG(depth: 8, rows: [0, 0, 255, 0, 7, 9]), 1, [0, 255, 7, 9]),
      (
        HandmadePNG(depth: 16, rows: [0, 0, 1, 255, 255, 0, 1, 0, 128, 0]), 1,
        [1, 65535, 256, 32768]
      ),
      (
        HandmadePNG(height: 1, color: 2, rows: [0, 1, 2, 3, 4, 5, 6]), 3, [1, 2, 3, 4, 5, 6]
      ),
      (
        HandmadePNG(
          height: 1, color: 3, extra: HandmadePNG.chunk("PLTE", [9, 8, 7, 1, 2, 3]),
          rows: [0, 1, 0]),
        3, [1, 2, 3, 9, 8, 7]
      ),
      (
        HandmadePNG(
          height: 1, depth: 1, color: 3, extra: HandmadePNG.chunk("PLTE", [9, 8, 7, 1, 2, 3]),
          rows: [0, 0x40]),
        3, [9, 8, 7, 1, 2, 3]
      ),
    ] as [(HandmadePNG, Int, [UInt16])])
  func `every depth and colour gives its stored samples`(
    png: HandmadePNG, channels: Int, samples: [UInt16]
  ) throws {
    let picture = try PNGImage(png.bytes, file: "a.png")
    #expect(picture.channels == channels && picture.samples == samples)
    #expect(!picture.hadAlpha)
    #expect(picture.bitDepth == (png.color == 3 ? 8 : Int(png.depth)))
  }

  @Test(
    arguments: [
      (HandmadePNG(height: 1, color: 4, rows: [0, 5, 0, 6, 255]), 1, [5, 6]),
      (HandmadePNG(width: 1, height: 1, color: 6, rows: [0, 1, 2, 3, 0]), 3, [1, 2, 3]),
      (
        HandmadePNG(height: 1, extra: HandmadePNG.chunk("tRNS", [0, 5]), rows: [0, 5, 6]), 1,
        [5, 6]
      ),
      (
        HandmadePNG(
          width: 1, height: 1, color: 3,
          extra: HandmadePNG.chunk("PLTE", [9, 8, 7]) + HandmadePNG.chunk("tRNS", [0]),
          rows: [0, 0]),
        3, [9, 8, 7]
      ),
    ] as [(HandmadePNG, Int, [UInt16])])
  func `alpha is dropped, colours stay, and it is said`(
    png: HandmadePNG, channels: Int, samples: [UInt16]
  ) throws {
    let picture = try PNGImage(png.bytes, file: "a.png")
    #expect(picture.channels == channels && picture.samples == samples && picture.hadAlpha)
  }

  @Test func `interlaced pictures are put together`() throws {
    // Adam7 on 2 × 2: pass 1 holds (0, 0), pass 6 (1, 0), pass 7 the second row.
    let png = HandmadePNG(interlaced: true, rows: [0, 10, 0, 20, 0, 30, 40])
    #expect(try PNGImage(png.bytes, file: "a.png").samples == [10, 20, 30, 40])
  }

  @Test func `gamma changes nothing`() throws {
    let gamma = HandmadePNG.chunk("gAMA", bigEndian(220_000))
    let png = HandmadePNG(extra: gamma, rows: [0, 1, 2, 0, 3, 4])
    #expect(try PNGImage(png.bytes, file: "a.png").samples == [1, 2, 3, 4])
  }

  @Test(arguments: [1, 2, 4, 8, 16] as [UInt8])
  func `the ends of every depth meet the ends of the range`(depth: UInt8) throws {
    let row: [UInt8] =
      depth == 16
      ? [0, 0, 255, 255] : depth == 8 ? [0, 255] : [depth == 1 ? 0x40 : depth == 2 ? 0x30 : 0x0f]
    let png = HandmadePNG(height: 1, depth: depth, rows: [0] + row)
    let picture = try PNGImage(png.bytes, file: "a.png")
    #expect(picture.numbers() == [-1, 1])
    #expect(picture.numbers(on: 0...1) == [0, 1])
  }

  /// Broken files and words of the sentence each ends with.
  static let broken: [([UInt8], String)] = {
    let sound = HandmadePNG(rows: [0, 1, 2, 0, 3, 4])
    var wrongSum = sound.bytes
    wrongSum[29] ^= 1
    var unknownFilter = sound
    unknownFilter.rows[0] = 9
    var short = sound
    short.rows.removeLast()
    var large = sound
    (large.width, large.height) = (90_000, 90_000)
    var wide = sound
    wide.width = 200_000
    // Two gigabytes of text in a file of a hundred bytes.
    var claim = sound
    claim.extra = [0x7f, 0xff, 0xff, 0xff] + Array("iTXt".utf8) + [0, 0, 0, 0]
    var bomb = sound
    (bomb.width, bomb.height) = (10_000, 10_000)
    return [
      (wrongSum, "CRC"), (unknownFilter.bytes, "filter"),
      (short.bytes, "Not enough image data|early"),
      (claim.bytes, "ends early"), (large.bytes, "too many pixels"), (wide.bytes, "IHDR"),
      (bomb.bytes, "too short"),
      (Array(sound.bytes.dropLast()), "ends early"), ([1, 2, 3, 4, 5, 6, 7, 8, 9], "Not a PNG"),
      ([], "ends early"), (HandmadePNG.signature + HandmadePNG.chunk("IEND", []), "libpng says"),
      (HandmadePNG(color: 3, rows: [0, 0, 0, 0, 0, 0]).bytes, "PLTE"),
      (HandmadePNG(depth: 3, rows: [0, 0, 0, 0, 0, 0]).bytes, "IHDR"),
      (HandmadePNG(width: 0, rows: [0, 0]).bytes, "IHDR"),
    ]
  }()

  @Test(arguments: broken)
  func `what breaks the format is refused in a sentence`(bytes: [UInt8], words: String) {
    let text = sentence { () throws(FileError) in try PNGImage(bytes, file: "a.png") }
    #expect(text.hasPrefix("a.png: the PNG must be sound"))
    #expect(words.split(separator: "|").contains { text.contains($0) }, "\(text)")
  }

  @Test func `damage behind a sound checksum never crashes`() {
    // Every header and every palette, their CRC-32 put right again.
    var dice = Dice(state: 7)
    for _ in 0..<3000 {
      let png = HandmadePNG(
        width: Int.random(in: 0...9, using: &dice), height: Int.random(in: 0...9, using: &dice),
        depth: [1, 2, 4, 8, 16].randomElement(using: &dice) ?? 8,
        color: [0, 2, 3, 4, 6].randomElement(using: &dice) ?? 0,
        interlaced: Bool.random(using: &dice),
        extra: HandmadePNG.chunk(
          ["PLTE", "tRNS", "tEXt", "iTXt", "zTXt", "gAMA", "sBIT", "eXIf", "iCCP"]
            .randomElement(using: &dice) ?? "PLTE",
          (0..<Int.random(in: 0...12, using: &dice)).map { _ in
            UInt8.random(in: 0...9, using: &dice)
          }
        ),
        rows: (0..<Int.random(in: 0...200, using: &dice)).map { _ in
          UInt8.random(in: 0...4, using: &dice)
        })
      if let picture = try? PNGImage(png.bytes, file: "a.png") {
        #expect(picture.samples.count == picture.width * picture.height * picture.channels)
        #expect(picture.numbers().allSatisfy { (-1...1).contains($0) })
      }
    }
  }
}
