import Arrays
import Files
import Testing

/// Animated PNG: what a reader finds, chunk by chunk.
@Suite struct AnimationTests {
  /// Three frames of noise, each different.
  static let frames: [Raster] = (0..<3).map { frame in
    var raster = Raster(width: 40, height: 30, channels: 3)
    let words = RandomStream(seed: 5, purpose: 9).words(3600, sample: UInt64(frame))
    raster.bytes = words.map { UInt8(truncatingIfNeeded: $0) }
    return raster
  }

  private func chunks(_ file: [UInt8]) -> [(name: String, content: ArraySlice<UInt8>)] {
    var result: [(String, ArraySlice<UInt8>)] = []
    var at = 8
    while at < file.count {
      let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      result.append(
        (String(decoding: file[at + 4..<at + 8], as: UTF8.self), file[at + 8..<at + 8 + length]))
      at += 12 + length
    }
    return result
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  @Test func `a reader without animation sees the first frame`() throws {
    let file = encodeAnimation(
      Self.frames, milliseconds: [100, 200, 300], texts: [("Comment", "σ falls")])
    let picture = try PNGImage(file, file: "a.png")
    #expect(picture.samples.map { UInt8($0) } == Self.frames[0].bytes)
    #expect(picture.samples.map { UInt8($0) } != Self.frames[1].bytes)
    #expect(picture.texts.contains(PNGText("Comment", "σ falls")))
  }

  @Test func `control chunks count frames and data in one sequence`() {
    let chunks = chunks(encodeAnimation(Self.frames, milliseconds: [100, 200, 300]))
    #expect(chunks.first?.name == "IHDR" && chunks.last?.name == "IEND")
    let control = chunks.filter { $0.name == "acTL" }
    #expect(control.count == 1 && number(control[0].content.prefix(4)) == 3)
    let times = chunks.filter { $0.name == "fcTL" }.map { chunk in
      number(chunk.content.dropFirst(20).prefix(2))
    }
    #expect(times == [100, 200, 300])
    let sequence = chunks.filter { $0.name == "fcTL" || $0.name == "fdAT" }
      .map { number($0.content.prefix(4)) }
    #expect(sequence == Array(0..<sequence.count))
  }

  @Test func `every frame's data is that of the frame alone`() {
    let chunks = chunks(encodeAnimation(Self.frames, milliseconds: [1, 1, 1]))
    var frames: [[UInt8]] = []
    for chunk in chunks {
      if chunk.name == "fcTL" { frames.append([]) }
      if chunk.name == "IDAT" { frames[frames.count - 1] += chunk.content }
      if chunk.name == "fdAT" { frames[frames.count - 1] += chunk.content.dropFirst(4) }
    }
    for (frame, data) in zip(Self.frames, frames) {
      let alone = self.chunks(encodePNG(frame)).filter { $0.name == "IDAT" }.flatMap(\.content)
      #expect(data == alone)
    }
  }
}
