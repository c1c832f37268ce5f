import Files
import Foundation
import Testing

/// What comes out of the program on standard error, and with `--json`, whatever words go in.
@Suite struct HostileWordsTests {
  private static let word = "e\u{1b}[2Jv\u{9b}il\n\u{202e}x"

  @Test(arguments: [
    ["show", word + ".csv"], ["show", "a.csv"], ["show", "a.csv:" + word], ["sample", word],
    ["sample", "eight-gaussians", "--sampler", word], [word], ["toy", word, "-o", "o.npy"],
    ["show", "a.csv", "--" + word],
    ["score", "eight-gaussians", "b.csv", "--sigma", word, "-o", "o.npy"],
  ])
  func `every error is one line that a terminal does not obey`(words: [String]) throws {
    let folder = try Folder()
    try folder.write("x,y\n1,2\n3,0.3\u{1b}[2J829\n", to: "a.csv")
    try folder.write("x,y\n1,2\n", to: "b.csv")
    let outcome = try Command.run(words + ["--json"], in: folder)
    #expect(outcome.code != 0)
    let lines = outcome.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines[1].isEmpty, "\(lines)")
    for text in [outcome.errors, outcome.output] {
      #expect(
        text.unicodeScalars.allSatisfy { scalar in
          scalar == "\n" || (scalar.value >= 0x20 && !(0x7f...0x9f).contains(scalar.value))
        })
    }
    let value = try JSONValue.parse(Array(outcome.output.utf8), file: "output")
    #expect(value["error"]?["message"]?.text != nil)
  }

  @Test func `show says what a hostile header is`() throws {
    let folder = try Folder()
    try folder.write("x\u{1b}[2J,y\n1,2\n", to: "a.csv")
    let outcome = try Command.run(["show", "a.csv"], in: folder)
    #expect(outcome.code == 0 && !outcome.output.contains("\u{1b}"))
  }

  @Test func `a Unix time keeps its seconds in words and on axes`() throws {
    let folder = try Folder()
    let rows = (0..<50).map { "\(1_700_000_000 + $0),\($0 % 7)" }
    try folder.write("t,x\n" + rows.joined(separator: "\n"), to: "t.csv")
    let outcome = try Command.run(["show", "t.csv", "--json", "-o", "t.png"], in: folder)
    let value = try JSONValue.parse(Array(outcome.output.utf8), file: "output")
    #expect(value["highest"]?.double == 1_700_000_049)
    guard case .array(let mean) = value["mean"] else {
      Issue.record("show says a mean")
      return
    }
    #expect(mean[0].double == 1_700_000_024.5)
    // The deviation of 0…49, where rounded to 128 s there is none.
    #expect(value["deviation"]?.double ?? 0 > 10)
  }
}
