import Files
import Testing

@Suite struct `JSON` {
  private func parse(_ text: String) throws(FileError) -> JSONValue {
    try JSONValue.parse(Array(text.utf8), file: "a.json")
  }

  @Test func `values read as what they are`() throws {
    let value = try parse(#" {"a": [1, -2.5e1, true, false, null], "b": {"c": "d"}, "e": []} "#)
    #expect(
      value
        == .object([
          JSONMember("a", .array([.integer(1), .number(-25), .bool(true), .bool(false), .null])),
          JSONMember("b", .object([JSONMember("c", .string("d"))])), JSONMember("e", .array([])),
        ]))
    #expect(try parse("18446744073709551615") == .natural(.max))
    #expect(try parse("-0") == .number(-0.0))
    #expect(
      try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83c\udfb2é🎲""#).text == "\"\\/\u{8}\u{c}\n\r\té🎲é🎲")
  }

  @Test func `what is written reads back`() throws {
    let value = JSONValue.object([
      JSONMember("seed", JSONValue(UInt64.max)), JSONMember("small", JSONValue(UInt64(7))),
      JSONMember("numbers", JSONValue([0.1, 1e-300, -1e22, .leastNonzeroMagnitude])),
      JSONMember("text", .string("a\"\\\n\u{1}é🎲")), JSONMember("none", .null),
      JSONMember("empty", .object([])), JSONMember("rows", .array([JSONValue([1]), .array([])])),
    ])
    #expect(try parse(value.compact) == value)
    #expect(try parse(value.pretty) == value)
    #expect(!value.compact.contains("\n"))
  }

  @Test func `layout is stable, and numbers are the shortest`() {
    let value = JSONValue.object([
      JSONMember("b", JSONValue(Float(0.1))), JSONMember("a", JSONValue([1, 2.5])),
      JSONMember("rows", .array([JSONValue([1]), JSONValue([2])])),
      JSONMember("bad", .number(.nan)),
    ])
    #expect(
      value.pretty == """
        {
          "b": 0.1,
          "a": [1.0, 2.5],
          "rows": [
            [1.0],
            [2.0]
          ],
          "bad": null
        }

        """)
    #expect(value.compact == #"{"b": 0.1, "a": [1.0, 2.5], "rows": [[1.0], [2.0]], "bad": null}"#)
  }

  @Test(arguments: [
    ("", "line 1, column 1", "the text ends"), ("{", "line 1, column 2", "key in quotes"),
    ("{\"a\" 1}", "line 1, column 6", "':' must follow"),
    ("{\"a\": 1,}", "line 1, column 9", "key in quotes"),
    ("{\n  \"a\": 1\n  \"b\": 2}", "line 3, column 3", "',' or '}'"),
    ("[1 2]", "line 1, column 4", "',' or ']'"), ("[1,]", "line 1, column 4", "found ']'"),
    ("1 2", "line 1, column 3", "nothing may follow"), ("01", "line 1, column 1", "\"01\""),
    ("1.", "line 1, column 1", "\"1.\""), ("-", "line 1, column 1", "\"-\""),
    ("1e", "line 1, column 1", "\"1e\""), (".5", "line 1, column 1", "found '.'"),
    ("+1", "line 1, column 1", "found '+'"), ("1e999", "line 1, column 1", "finite"),
    ("NaN", "line 1, column 1", "found 'N'"), ("tru", "line 1, column 1", "found 't'"),
    ("\"a", "line 1, column 3", "must end with"), ("\"\\x\"", "line 1, column 2", "escape"),
    ("\"\\", "line 1, column 2", "escape"), ("\"\\ud800\"", "line 1, column 2", "surrogates"),
    ("\"\\u12\"", "line 1", "escape"), ("\"a\tb\"", "line 1, column 3", "control character"),
    ("{\"é\": 1, \"é\": 2}", "line 1, column 10", "found \"é\" again"),
    ("'a'", "line 1, column 1", "found '''"),
  ])
  func `what breaks JSON is named by line and column`(text: String, place: String, rule: String) {
    let message = sentence { () throws(FileError) in try parse(text) }
    #expect(
      message.contains(place) && message.contains(rule), "\(message)")
  }

  @Test func `nesting ends in a sentence, not on the stack`() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(sentence { () throws(FileError) in try parse(deep) }.contains("nested at most 64"))
    let objects = String(repeating: "{\"a\":", count: 100_000)
    #expect(sentence { () throws(FileError) in try parse(objects) }.contains("nested at most 64"))
  }

  @Test func `bytes that are not UTF-8 are named`() {
    let bytes = Array("[\n\"é".utf8) + [0xff, 0x22, 0x5d]
    let message = sentence { () throws(FileError) in try JSONValue.parse(bytes, file: "a.json") }
    #expect(message.contains("line 2, column 3") && message.contains("UTF-8"))
  }

  @Test func `a sidecar stands beside its array`() throws {
    try withFolder { folder in
      let members = [
        JSONMember("command", .string("tweedie sample")), JSONMember("seed", .integer(1)),
      ]
      try Sidecar.write(members, beside: folder + "/out.npy", overwrite: false)
      let bytes = try FileBytes.read(folder + "/out.npy.json")
      #expect(try JSONValue.parse(bytes, file: "") == .object(members))
    }
  }
}
