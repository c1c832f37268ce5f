import Arrays
import Files
import Testing

/// An NPY file with any header text and any content.
func npy(_ header: String, _ content: [UInt8] = []) -> [UInt8] {
  let text: [UInt8] = Array(header.utf8) + [0x0a]
  let length = [UInt8(text.count & 255), UInt8(text.count >> 8)]
  let front: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
  return front + length + text + content
}

/// An NPY file of a type and a shape.
func npy(_ descr: String, _ shape: String, _ content: [UInt8], fortran: Bool = false) -> [UInt8] {
  npy(
    "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }",
    content)
}

@Suite struct `NPY files` {
  @Test func `what is written reads back`() throws {
    let points = Points(rows: [[1, -2.5, 3e-38], [.pi, 0, 3.4e38]])
    let array = try NPY.parse(NPY.encode(points), file: "a.npy")
    #expect(array.shape == [2, 3])
    #expect(try array.points(file: "a.npy") == points)
    let column = try NPY.parse(NPY.encode(column: [1, 2, 3]), file: "c.npy")
    #expect(column.shape == [3])
    #expect(try column.points(file: "c.npy") == Points(rows: [[1], [2], [3]]))
  }

  @Test(arguments: [1, 9, 10, 99, 100, 12_345])
  func `numbers begin on a multiple of 64`(count: Int) {
    let bytes = NPY.encode(column: [Float](repeating: 1, count: count))
    #expect((bytes.count - 4 * count) % 64 == 0)
    #expect(bytes[bytes.count - 4 * count - 1] == 0x0a)
  }

  @Test func `the header is the one NumPy writes`() {
    let written = NPY.encode(Points(rows: [[1.5, -2, 3], [4, 5, 6.25]]))
    let text = String(decoding: written[10..<70], as: UTF8.self)
    #expect(text.hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"))
  }

  @Test(arguments: [NumPyVectors.bigEndian, NumPyVectors.fortran])
  func `byte order and index order do not matter`(bytes: [UInt8]) throws {
    let array = try NPY.parse(bytes, file: "a.npy")
    #expect(array.shape == [2, 3])
    #expect(array.values == [1.5, -2, 3, 4, 5, 6.25])
  }

  @Test func `Fortran order of three sizes is put in C order`() throws {
    // a[i, j, k] = 100 i + 10 j + k, written with i fastest.
    var content: [UInt8] = []
    for k in 0..<2 {
      for j in 0..<3 { for i in 0..<2 { content.append(UInt8(100 * i + 10 * j + k)) } }
    }
    let array = try NPY.parse(npy("|u1", "(2, 3, 2)", content, fortran: true), file: "a.npy")
    #expect(array.values == [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121])
  }

  @Test(
    arguments: [
      ("|i1", [0xff], -1), ("|u1", [0xff], 255), ("|b1", [2], 1), ("<i2", [0xfe, 0xff], -2),
      (">i2", [1, 0], 256), ("<u2", [0xff, 0xff], 65535), ("<i4", [0, 0, 0, 0x80], -2_147_483_648),
      (">u4", [0, 0, 1, 0], 256), ("<i8", [255, 255, 255, 255, 255, 255, 255, 255], -1),
      (">u8", [0x80, 0, 0, 0, 0, 0, 0, 0], 9_223_372_036_854_775_808), ("<f2", [0, 0xc0], -2),
      (">f4", [0x3f, 0x80, 0, 0], 1), ("=f4", [0, 0, 0x80, 0x3f], 1),
    ] as [(String, [UInt8], Float)])
  func `every real type is read`(descr: String, content: [UInt8], value: Float) throws {
    #expect(try NPY.parse(npy(descr, "(1,)", content), file: "a.npy").values == [value])
  }

  @Test func `half precision is exact`() throws {
    let values = try NPY.parse(NumPyVectors.half, file: "a.npy").values
    #expect(values == [0.5, -1.25, 65504, 0x1p-24])
  }

  @Test(arguments: [NumPyVectors.versionTwo, NumPyVectors.versionThree])
  func `versions two and three are read`(bytes: [UInt8]) throws {
    #expect(try NPY.parse(bytes, file: "a.npy").values == [7])
  }

  @Test func `trailing sizes are flattened and kept as a picture`() throws {
    let array = try NPY.parse(NumPyVectors.cube, file: "a.npy")
    #expect(array.image == ImageShape(width: 2, height: 2, channels: 1))
    #expect(try array.points(file: "a.npy").dimension == 4)
    let color = try NPY.parse(npy("|u1", "(1, 2, 1, 3)", [0, 1, 2, 3, 4, 255]), file: "a.npy")
    #expect(color.image == ImageShape(width: 1, height: 2, channels: 3))
    #expect(color.byteRange == nil)
    let mapped = try NPY.parse(
      npy("|u1", "(1, 2, 1, 3)", [0, 1, 2, 3, 4, 255]), file: "a.npy", mappingBytesTo: -1...1)
    #expect(mapped.byteRange == -1...1)
    #expect(mapped.values.first == -1 && mapped.values.last == 1)
  }

  @Test(arguments: [
    ("|O", "Python objects"), ("<c8", "complex"), ("<U3", "strings"), ("<M8", "dates"),
    ("<f16", "'<f16'"), ("|f4", "'|f4'"), ("f4", "'f4'"), ("", "''"),
  ])
  func `other types are refused by name`(descr: String, words: String) {
    let text = sentence { () throws(FileError) in
      try NPY.parse(npy(descr, "(1,)", [0, 0, 0, 0]), file: "a.npy")
    }
    #expect(text.contains("a.npy") && text.contains("byte") && text.contains(words))
  }

  /// Broken files and words of the sentence each ends with.
  static let broken: [([UInt8], String)] = [
    (npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}"), "structured"),
    (npy("<f4", "(2,)", [0, 0, 0, 0]), "needs 8 bytes, but 4 follow"),
    (npy("<f4", "(1,)", [0, 0, 0, 0, 0]), "needs 4 bytes, but 5 follow"),
    (npy("<f4", "(1000000000000000000,)", []), "overflow|needs"),
    (npy("<f4", "(1000000000000000000, 1000000000000000000)", []), "overflows"),
    (npy("<f4", "(99999999999999999999,)", []), "whole numbers below"),
    (npy("<f4", "(-1,)", []), "whole numbers below"),
    (npy("<f4", "(4611686018427387904, 4, 0)", []), "at least one number"),
    (npy("<f4", "(3, 0)", []), "at least one number"),
    (npy("<f4", "(0, 3)", []), "at least one number"),
    (npy("<f4", "()", [0, 0, 0, 0]), "must have rows"),
    (npy("{'descr': '<f4', 'shape': (1,)}", [0, 0, 0, 0]), "fewer"),
    (npy("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}"), "keys must be"),
    (npy("{'descr': '<f4', 'color': 1}"), "found 'color'"),
    (npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}"), "True or False"),
    (npy("{'descr': '<f4"), "closed"), (npy("[1]"), "dictionary"),
    (npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x"), "nothing may follow"),
    (Array(npy("").prefix(6)) + [9, 0, 0, 0], "version"),
    (Array(npy("").prefix(8)) + [255, 255], "claims 65535 bytes"),
    (Array("NUMPY".utf8), "must begin with"), ([], "must begin with"),
  ]

  @Test(arguments: broken)
  func `what breaks the format is refused in a sentence`(bytes: [UInt8], words: String) {
    let text = sentence { () throws(FileError) in
      try NPY.parse(bytes, file: "a.npy").points(file: "a.npy")
    }
    #expect(text.hasPrefix("a.npy") && text.hasSuffix("."))
    #expect(words.split(separator: "|").contains { text.contains($0) }, "\(text)")
  }

  @Test(
    arguments: [
      ("<f4", [0, 0, 0, 0, 0, 0, 0xc0, 0x7f], "nan"),
      ("<f4", [0, 0, 0, 0, 0, 0, 0x80, 0x7f], "inf"),
      ("<f2", [0, 0, 0, 0xfc], "-inf"),
      (
        ">f8", [0, 0, 0, 0, 0, 0, 0, 0, 0x7e, 0x37, 0xe4, 0x3c, 0x88, 0, 0x75, 0x9c], "as a Float32"
      ),
    ] as [(String, [UInt8], String)])
  func `a number that is not finite is named by row and column`(
    descr: String, content: [UInt8], words: String
  ) {
    let text = sentence { () throws(FileError) in
      try NPY.parse(npy(descr, "(1, 2)", content), file: "a.npy")
    }
    #expect(text.contains("row 0, column 1") && text.contains(words))
  }
}
