import Files
import Testing

@Suite struct `NPZ files` {
  @Test func `a key picks an array, stored or deflated`() throws {
    let a = try NPZ.parse(NumPyVectors.archive, file: "a.npz", key: "a")
    #expect(a.shape == [2, 3] && a.values == [1.5, -2, 3, 4, 5, 6.25])
    #expect(try NPZ.parse(NumPyVectors.archive, file: "a.npz", key: "labels").values == [3, 1])
    let x = try NPZ.parse(NumPyVectors.deflated, file: "x.npz")
    #expect(x.shape == [3, 2] && x.values == [0, 1, 2, 3, 4, 5])
  }

  @Test func `a missing key is answered with the keys there are`() {
    let none = sentence { () throws(FileError) in
      try NPZ.parse(NumPyVectors.archive, file: "a.npz")
    }
    #expect(none.contains("a.npz:KEY") && none.contains("a, labels"))
    let wrong = sentence { () throws(FileError) in
      try NPZ.parse(NumPyVectors.archive, file: "a.npz", key: "b")
    }
    #expect(wrong.contains("key \"b\"") && wrong.contains("a, labels"))
  }

  @Test func `what is written reads back`() throws {
    let bytes = try NPZ.encode(
      [
        NPZ.Entry(key: "states", shape: [2, 1, 2], values: [1, 2, 3, 4]),
        NPZ.Entry(key: "sigmas", shape: [2], values: [80, 0]),
      ], file: "t.npz")
    let states = try NPZ.parse(bytes, file: "t.npz", key: "states")
    #expect(states.shape == [2, 1, 2] && states.values == [1, 2, 3, 4])
    #expect(try NPZ.parse(bytes, file: "t.npz", key: "sigmas").values == [80, 0])
  }

  /// The archive with one byte changed, counted from the last central directory entry's start.
  private func changed(_ offset: Int, to byte: UInt8) -> [UInt8] {
    var bytes = NumPyVectors.deflated
    let directory = bytes.count - 22 - 51
    bytes[directory + offset] = byte
    return bytes
  }

  @Test func `encryption, foreign methods, false sums and sizes are refused`() {
    for (bytes, words) in [
      (changed(8, to: 1), "encrypted"), (changed(10, to: 12), "method 12"),
      (changed(16, to: 0), "CRC-32"), (changed(24, to: 0x97), "151 bytes"),
      (changed(25, to: 0xff), "bytes its header states"), (changed(20, to: 0x53), "ends early"),
      (changed(23, to: 0x10), "must lie in the file"), (changed(44, to: 9), "local header"),
      (changed(0, to: 0), "zip directory"), (Array("PK\u{3}\u{4}".utf8), "cut short"),
    ] {
      let text = sentence { () throws(FileError) in try NPZ.parse(bytes, file: "x.npz") }
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test func `sizes above 32 bits are read from the zip64 field`() throws {
    // The plain archive with its one entry's sizes moved to an extra field.
    let plain = NumPyVectors.deflated
    let directory = plain.count - 22 - 51
    var entry = Array(plain[directory..<directory + 51])
    let zeros: [UInt8] = [0, 0, 0, 0]
    let sizes: [UInt8] = Array(entry[24..<28]) + zeros + Array(entry[20..<24]) + zeros
    for index in 20..<28 { entry[index] = 0xff }
    entry[30] = 20
    var end = Array(plain.suffix(22))
    end[12] += 20
    let front: [UInt8] = Array(plain[..<directory]) + entry
    let wide: [UInt8] = front + [1, 0, 16, 0] + sizes + end
    #expect(try NPZ.parse(wide, file: "x.npz").values == [0, 1, 2, 3, 4, 5])
    let lacking: [UInt8] = front + [2, 0, 16, 0] + sizes + end
    #expect(
      sentence { () throws(FileError) in try NPZ.parse(lacking, file: "x.npz") }.contains("zip64"))
  }
}
