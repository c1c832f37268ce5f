import Arrays
import Files
import Foundation
import Testing

/// A wrong command: what it ends with and what its sentence names.
struct Refusal: Sendable, CustomTestStringConvertible {
  let words: [String]
  let code: Int32
  let names: [String]

  init(_ words: String, _ code: Int32, _ names: [String]) {
    // An empty word is written ''.
    self.words = words.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    self.code = code
    self.names = names
  }

  init(_ words: String, _ code: Int32, _ names: String...) { self.init(words, code, names) }

  var testDescription: String { words.joined(separator: " ") }
}

/// Every wrong input ends in one sentence and the documented exit code, and writes nothing.
@Suite struct RefusalTests {
  @Test(arguments: Refusal.models + Refusal.points + Refusal.fits)
  func `wrong files are named with place and rule`(refusal: Refusal) throws {
    try check(refusal)
  }

  @Test(arguments: Refusal.choices + Refusal.numbers + Refusal.conflicts + Refusal.measures)
  func `wrong words are usage errors`(refusal: Refusal) throws { try check(refusal) }

  @Test(arguments: Refusal.outputs)
  func `outputs that cannot be written are named before the work`(refusal: Refusal) throws {
    try check(refusal)
  }

  @Test func `the same words without the fault succeed`() throws {
    for words in [
      "sample ok.json -o new.npy --count 3 --steps 3",
      "score ok.json points.npy --sigma 1 -o s.npy",
      "fit neighbors points.npy -o new.json", "fit gaussian pictures.gz -o pictures.json",
      "sample ok.json -o r.npy --rho 5 --count 3",
      "sample ok.json -o b.npy --process vp --beta-min 0.2 --beta-max 10 --count 3",
      "sample ok.json -o p.npy --prior standard --count 3",
      "score ok.json two.npz:a --sigma 1 -o z.npy", "sample folded.json -o f.npy --count 3",
    ] {
      let words = Refusal(words, 0).words
      try Command.succeed(words, in: RefusalFolder.make(for: words))
    }
  }

  private func check(_ refusal: Refusal) throws {
    let folder = try RefusalFolder.make(for: refusal.words)
    let before = try folder.listing()
    let outcome = try Command.run(refusal.words + ["--json"], in: folder)
    #expect(outcome.code == refusal.code, "\(outcome.errors)")

    let lines = outcome.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 2 && lines.last == "", "one line: \(outcome.errors)")
    let sentence = String(lines.first ?? "")
    #expect(
      sentence.hasPrefix("tweedie: ") && [".", "?"].contains(sentence.suffix(1)), "\(sentence)")
    for name in refusal.names { #expect(sentence.contains(name), "\(sentence)") }

    let json = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    let error = try #require(json["error"])
    let message = try #require(error["message"]?.text)
    #expect(sentence == "tweedie: " + message)
    #expect(error["file"] != nil && error["place"] != nil)
    #expect(outcome.output.count { $0 == "\n" } == 1)
    if let file = error["file"]?.text, !file.isEmpty { #expect(message.contains(file)) }

    #expect(try folder.listing() == before, "nothing appears, changes or goes")
  }
}
