import Files
import Testing

/// A safetensors file with any header text and any content.
func safetensors(_ header: String, _ content: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt32(header.utf8.count)) + [0, 0, 0, 0] + Array(header.utf8) + content
}

@Suite struct `Safetensors files` {
  static let sample = Safetensors(
    metadata: [("format", "tweedie"), ("madeBy", "tweedie train")],
    tensors: [
      NamedTensor("weight", Tensor(shape: [2, 3], values: [1, -2, 3, 4, 5.5, 6])),
      NamedTensor("mean", Tensor(shape: [2], doubles: [0.1, 1e-30])),
      NamedTensor("one", Tensor(shape: [], values: [7])),
    ])

  @Test func `what is written reads back`() throws {
    let file = try Safetensors.parse(Self.sample.encode(), file: "a.safetensors")
    #expect(file["weight"] == Self.sample["weight"] && file["mean"] == Self.sample["mean"])
    #expect(file["one"]?.values == [7] && file["none"] == nil)
    #expect(file["mean"]?.values == [0.1, 1e-30])
    #expect(file.text("format") == "tweedie" && file.metadata.map(\.key) == ["format", "madeBy"])
    #expect(file.tensors.map(\.name) == ["mean", "weight", "one"])
  }

  @Test func `the header ends on a multiple of 8`() {
    let bytes = Self.sample.encode()
    #expect(Int(bytes[0]) % 8 == 0 && bytes[8] == 0x7b)
  }

  @Test(
    arguments: [
      ("F16", [0, 0x3c], 1), ("BF16", [0x80, 0x3f], 1), ("I8", [0xff], -1), ("U8", [0xff], 255),
      ("F64", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], 1), ("I64", [2, 0, 0, 0, 0, 0, 0, 0], 2),
      ("BOOL", [1], 1),
    ] as [(String, [UInt8], Float)])
  func `every type is read`(type: String, content: [UInt8], value: Float) throws {
    let header = #"{"a":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(content.count)]}}  "#
    let file = try Safetensors.parse(safetensors(header, content), file: "a")
    #expect(file["a"]?.values == [value])
  }

  private static func one(_ type: String, _ shape: String, _ offsets: String) -> String {
    #""dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)"#
  }

  /// Broken files and words of the sentence each ends with.
  static let broken: [([UInt8], String)] = [
    ([1, 2, 3], "8 bytes"), ([255, 255, 255, 255, 255, 255, 255, 255, 0], "must lie in the file"),
    (safetensors("[]"), "JSON object"), (safetensors("{"), "header, line 1"),
    (safetensors("{}", [1]), "1 more bytes"),
    (safetensors(#"{"a":1}"#), "dtype, shape and data_offsets"),
    (safetensors("{\"a\":{\(one("F32", "[1]", "[0,4]")),\"b\":1}}", [0, 0, 0, 0]), "an object of"),
    (
      safetensors("{\"a\":{\(one("C64", "[1]", "[0,8]"))}}", [UInt8](repeating: 0, count: 8)), "C64"
    ),
    (safetensors("{\"a\":{\(one("F32", "[1]", "[0,8]"))}}", [0, 0, 0, 0]), "end at 8 and 4"),
    (safetensors("{\"a\":{\(one("F32", "[2]", "[0,4]"))}}", [0, 0, 0, 0]), "must fill its bytes"),
    (safetensors("{\"a\":{\(one("F32", "[-1]", "[0,4]"))}}", [0, 0, 0, 0]), "none negative"),
    (safetensors("{\"a\":{\(one("F32", "[1]", "[4,0]"))}}", [0, 0, 0, 0]), "begin and end"),
    (
      safetensors("{\"a\":{\(one("F32", "[4611686018427387904,4]", "[0,4]"))}}", [0, 0, 0, 0]),
      "must fill its bytes"
    ),
    (
      safetensors(
        "{\"a\":{\(one("U8", "[2]", "[0,2]"))},\"b\":{\(one("U8", "[2]", "[1,3]"))}}", [0, 0, 0]),
      "overlaps"
    ),
    (
      safetensors(
        "{\"a\":{\(one("U8", "[1]", "[0,1]"))},\"b\":{\(one("U8", "[1]", "[2,3]"))}}", [0, 0, 0]),
      "gap"
    ),
    (safetensors("{\"a\":{\(one("F32", "[1]", "[0,4]"))}}", [0, 0, 0xc0, 0x7f]), "number 0"),
    (safetensors(#"{"__metadata__":{"a":1}}"#), "object of texts"),
  ]

  @Test(arguments: broken)
  func `what breaks the format is refused in a sentence`(bytes: [UInt8], words: String) {
    let text = sentence { () throws(FileError) in try Safetensors.parse(bytes, file: "a.st") }
    #expect(text.hasPrefix("a.st, ") && text.contains(words), "\(text)")
  }
}
