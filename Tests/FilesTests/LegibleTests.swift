import Arrays
import Files
import Testing

/// Words of files stand in messages on one line, and do nothing there.
@Suite struct `Legible words` {
  @Test(arguments: [
    ("plain, é, σ, 日本", "plain, é, σ, 日本"), ("0.3\u{1b}[2J829", "0.3\\u{1B}[2J829"),
    ("a\nb\r\tc", "a\\u{A}b\\u{D}\\u{9}c"), ("\u{9b}31m\u{7f}\0", "\\u{9B}31m\\u{7F}\\u{0}"),
    ("\u{202e}gnp.exe", "\\u{202E}gnp.exe"), ("\u{2028}\u{feff}", "\\u{2028}\\u{FEFF}"),
    (String(decoding: [0x61, 0xff], as: UTF8.self), "a\\u{FFFD}"), ("👩‍👧", "👩‍👧"),
  ])
  func `what a terminal obeys is shown and not done`(text: String, shown: String) {
    #expect(Legible.escaped(text) == shown)
    #expect(Legible.escaped(shown) == shown, "once is enough")
  }

  @Test func `values, lists and paths are cut`() {
    #expect(Legible.value(String(repeating: "a", count: 60)).count == 60)
    #expect(Legible.value(String(repeating: "a", count: 61)).count == 61)
    #expect(
      Legible.value(String(repeating: "a", count: 9999)) == String(repeating: "a", count: 60) + "…")
    #expect(Legible.list((1...10).map(String.init)) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10")
    #expect(
      Legible.list((1...1244).map(String.init)) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … and 1,234 more"
    )
    #expect(Legible.path(String(repeating: "a/", count: 2000)).count == 241)
  }

  /// Bytes that no message may hold, in words of every kind of file.
  static let hostile = "e\u{1b}[2Jv\u{9b}il\r\n\u{202e}" + String(repeating: "long", count: 200)

  static let readers: [Sample] = {
    let word = Array(hostile.utf8)
    let quoted = [0x22] + word.filter { $0 >= 0x20 } + [0x22]
    func npyHeader(_ text: String) -> [UInt8] { npy(text) }
    return [
      Sample(
        name: "a cell", bytes: Array("x,y\n1,2\n3,0.3".utf8) + word.filter { $0 != 10 && $0 != 13 }
      ) {
        bytes throws(FileError) in try CSV.parse(bytes, file: hostile).points.values
      },
      Sample(name: "a filter", bytes: Array("set,x\na,1\n".utf8)) { bytes throws(FileError) in
        try CSV.parse(
          bytes, file: "a.csv", keeping: CSV.Filter(column: "set", value: hostile)
        ).points.values
      },
      Sample(name: "a column", bytes: Array("set,x\na,1\n".utf8)) { bytes throws(FileError) in
        try CSV.parse(
          bytes, file: "a.csv", keeping: CSV.Filter(column: hostile, value: "a")
        ).points.values
      },
      Sample(
        name: "names of columns", bytes: Array("\"".utf8) + word + Array("\",x\na,1\n".utf8)
      ) { bytes throws(FileError) in
        try CSV.parse(bytes, file: "a.csv", keeping: CSV.Filter(column: "b", value: "a"))
          .points.values
      },
      Sample(name: "an NPY type", bytes: npy(hostile, "(1,)", [0])) { bytes throws(FileError) in
        try NPY.parse(bytes, file: hostile).values
      },
      Sample(name: "an NPY key", bytes: npyHeader("{'\(hostile)': 1}")) { bytes throws(FileError) in
        try NPY.parse(bytes, file: "a.npy").values
      },
      Sample(
        name: "NPZ keys",
        bytes: (try? NPZ.encode(
          (0..<40).map { .init(key: "\($0)\(hostile)", shape: [1], values: [1]) }, file: "a")) ?? []
      ) { bytes throws(FileError) in
        try NPZ.parse(bytes, file: "a.npz", key: hostile).values
      },
      Sample(name: "a JSON text", bytes: Array("{\"kind\": ".utf8) + quoted + Array("}".utf8)) {
        bytes throws(FileError) in
        _ = try ModelDescription.parse(bytes, file: "m.json")
        return []
      },
      Sample(name: "a JSON key", bytes: Array("{".utf8) + quoted + Array(": 1}".utf8)) {
        bytes throws(FileError) in
        _ = try ModelDescription.parse(bytes, file: "m.json")
        return []
      },
    ]
  }()

  @Test(arguments: readers)
  func `no message holds what its file would do to a terminal`(sample: Sample) {
    do throws(FileError) {
      _ = try sample.numbers(sample.bytes)
      Issue.record("\(sample.name) was read")
    } catch {
      let message = error.message
      #expect(
        message.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) },
        "\(Legible.escaped(message))")
      #expect(!message.contains("\u{202e}") && message.count < 1500, "\(message.count) characters")
    }
  }
}
