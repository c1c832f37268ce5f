import Arrays
import Files
import Foundation
import Testing

/// `tweedie measure`: its outputs agree, repeat and go on after an interruption.
@Suite struct MeasureTests {
  static let words = [
    "measure", "model.json", "--samplers", "heun,unipc", "--steps", "4,8", "--teleport",
    "off,auto,3", "--count", "60", "--seeds", "2",
  ]

  static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(
      """
      {"kind": "mixture", "name": "two <b>&\\"", "components": [
        {"weight": 1, "mean": [-2, 0], "variance": 0.1},
        {"weight": 2, "mean": [2, 1], "variances": [0.5, 0.02]}]}
      """, to: "model.json")
    return folder
  }

  /// A JSON value without times and the command, which differ between runs; and without what a
  /// calibration cost, which the next run finds beside the model.
  static func timeless(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): .array(values.map(timeless))
    case .object(let members):
      .object(
        members.filter {
          !["seconds", "command", "outputs", "calibrationEvaluations"].contains($0.key)
        }
        .map { JSONMember($0.key, timeless($0.value)) })
    default: value
    }
  }

  @Test func `page, table, figure and JSON hold the same numbers`() throws {
    let folder = try Self.folder()
    let outcome = try Command.run(Self.words + ["-o", "out", "--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted() == [
        "figure.png", "index.html", "measure.json", "runs.csv",
      ])
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.partial")))
    let json = try folder.json("out/measure.json")
    let printed = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    #expect(Self.timeless(json) == Self.timeless(printed))

    let runs = try #require(json["runs"]?.items)
    #expect(runs.count == 12)
    let lines = try folder.text("out/runs.csv").split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let page = try folder.text("out/index.html")
    for (run, line) in zip(runs, lines.dropFirst()) {
      for (key, word) in zip(lines[0], line) {
        let value = try #require(run[key], "\(key)")
        #expect(value.double.map { $0 == Double(word) } ?? ((value.text ?? "") == word), "\(key)")
      }
      // A row of the page's table has the same words.
      let cells = ["sampler", "steps", "teleport"].map { line[lines[0].firstIndex(of: $0) ?? 0] }
      let numbers = ["evaluations", "evaluationsMax", "error", "standardError"].map {
        line[lines[0].firstIndex(of: $0) ?? 0]
      }
      let head = "<td>" + cells.joined(separator: "</td><td>") + "</td>"
      let row = try #require(
        page.split(separator: "\n").first { $0.hasPrefix("<tr>" + head) }, "\(cells)")
      #expect(
        row.contains(numbers.map { "<td class=\"number\">\($0)</td>" }.joined()), "\(numbers)")
    }
    let savings = try #require(json["savings"]?.items)
    #expect(savings.count == 4)
    for saving in savings {
      #expect(saving["at"]?.items?.count == 2)
      let known = saving["saving"]?.double != nil
      #expect(known || saving["reason"]?.text?.isEmpty == false)
    }
    #expect(page.contains(HTMLChecker.escaped(try #require(json["recommendation"]?.text))))
  }

  @Test func `the page is well formed and loads nothing`() throws {
    let folder = try Self.folder()
    try Command.succeed(Self.words + ["-o", "out"], in: folder)
    let page = try folder.text("out/index.html")
    #expect(HTMLChecker.fault(in: page) == nil)
    #expect(page.contains("two &lt;b&gt;&amp;&quot;") && !page.contains("two <b>"))
    #expect(page.contains("name=\"viewport\""))
    for word in ["<script", "http:", "https:", "url(", "@import", "<link"] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.components(separatedBy: "src=\"").count > 2)
    for piece in page.components(separatedBy: "src=\"").dropFirst() {
      #expect(piece.hasPrefix("data:image/png;base64,"))
    }
    // The checker finds what is wrong.
    #expect(HTMLChecker.fault(in: page.replacingOccurrences(of: "</table>", with: "")) != nil)
    #expect(HTMLChecker.fault(in: page.replacingOccurrences(of: "&lt;", with: "<")) != nil)
  }

  @Test func `a second run gives the same numbers, on other threads and batches too`() throws {
    let folder = try Self.folder()
    try Command.succeed(Self.words + ["-o", "a", "--threads", "1", "--batch", "7"], in: folder)
    try Command.succeed(Self.words + ["-o", "b", "--threads", "3"], in: folder)
    #expect(
      Self.timeless(try folder.json("a/measure.json"))
        == Self.timeless(try folder.json("b/measure.json")))
    try Command.succeed(Self.words + ["-o", "c", "--seed", "1"], in: folder)
    #expect(
      Self.timeless(try folder.json("a/measure.json"))["runs"]
        != Self.timeless(try folder.json("c/measure.json"))["runs"])
  }

  @Test func `samplers that draw are measured by laws`() throws {
    let folder = try Self.folder()
    try Command.succeed(
      [
        "measure", "model.json", "--samplers", "ancestral,adaptive-sde", "--steps", "5,40",
        "--tolerances", "0.5,0.05", "--teleport", "off", "--count", "300", "-o", "out",
      ], in: folder)
    let runs = try #require(try folder.json("out/measure.json")["runs"]?.items)
    #expect(runs.count == 4)
    #expect(runs.allSatisfy { $0["metric"]?.text == "energy distance" })
    let errors = runs.compactMap { $0["error"]?.double }
    #expect(errors[0] > errors[1] && errors[2] > errors[3], "\(errors)")
  }

  @Test func `an interrupted measurement goes on to the same numbers`() throws {
    let folder = try Self.folder()
    let words = [
      "measure", "model.json", "--samplers", "heun", "--steps", "40,60,80,100", "--teleport",
      "off,3", "--count", "15000", "--threads", "1",
    ]
    let command = try Command(words + ["-o", "out"], in: folder)
    let first = folder.path("out.partial/run-0-heun-40-off.json")
    let end = ContinuousClock.now + .seconds(60)
    while !FileManager.default.fileExists(atPath: first), ContinuousClock.now < end {
      Thread.sleep(forTimeInterval: 0.005)
    }
    kill(command.process.processIdentifier, SIGINT)
    let outcome = try command.outcome()
    #expect(outcome.code == 130)
    #expect(outcome.errors.contains("settings are kept in out.partial; --resume goes on"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))

    // Without the word nothing is thrown away, and other words are refused by name.
    let again = try Command.run(words + ["-o", "out"], in: folder)
    #expect(again.code == 73 && again.errors.contains("--resume"))
    let other = try Command.run(words + ["-o", "out", "--resume", "--seed", "4"], in: folder)
    #expect(other.code == 65 && other.errors.contains("begun with seed 0, not 4"))

    try Command.succeed(words + ["-o", "out", "--resume"], in: folder)
    try Command.succeed(words + ["-o", "whole"], in: folder)
    #expect(
      Self.timeless(try folder.json("out/measure.json"))
        == Self.timeless(try folder.json("whole/measure.json")))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.partial")))
  }

  static let refusals: [(words: String, code: Int32, sentence: String)] = [
    ("--samplers heun,unicp", 64, "There is no sampler unicp; did you mean \"unipc\"?"),
    ("--samplers heun,heun", 64, "--samplers names heun twice."),
    ("--samplers heun,,unipc", 64, "--samplers takes words between commas"),
    ("--samplers langevin", 64, "langevin moves at one noise level"),
    ("--steps 0", 64, "--steps takes numbers from 1 to 1000000, not 0."),
    ("--steps 1", 64, "at least one number of two or more"),
    ("--steps 8,8", 64, "--steps names 8 twice."),
    ("--steps 6,x", 64, "not x."),
    ("--teleport off,soon", 64, "not soon."),
    ("--teleport 3,3.0", 64, "--teleport names 3 twice."),
    ("--teleport off --teleport-budget 0.1", 64, "--teleport-budget goes with"),
    ("--rho x", 64, "--rho"),
    ("--count 1", 64, "--count"),
    ("-o model.json", 73, "must be a folder"),
    ("-o there", 73, "--overwrite"),
    ("-o there --overwrite", 73, "notes.txt"),
  ]

  @Test(arguments: refusals.indices)
  func `bad words are refused before the work`(index: Int) throws {
    let folder = try Self.folder()
    try folder.makeFolder("there")
    try folder.write("mine", to: "there/notes.txt")
    let before = try folder.listing()
    let (words, code, sentence) = Self.refusals[index]
    let output = words.hasPrefix("-o") ? [] : ["-o", "out"]
    let outcome = try Command.run(
      ["measure", "model.json"] + words.split(separator: " ").map(String.init) + output,
      in: folder)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(try folder.listing() == before)
  }

  @Test func `a folder of earlier results is replaced when asked`() throws {
    let folder = try Self.folder()
    let words = [
      "measure", "model.json", "--samplers", "euler", "--steps", "4", "--teleport", "off",
      "--count", "20", "-o", "out",
    ]
    try Command.succeed(words, in: folder)
    #expect(try Command.run(words, in: folder).code == 73)
    let before = try folder.text("out/measure.json")
    try Command.succeed(words + ["--overwrite", "--seed", "9"], in: folder)
    #expect(try folder.text("out/measure.json") != before)
  }
}

extension JSONValue {
  fileprivate var items: [JSONValue]? {
    if case .array(let values) = self { values } else { nil }
  }
}

/// Enough of HTML to see that tags close in order and texts are escaped.
enum HTMLChecker {
  private static let empty: Set<String> = ["meta", "img", "br", "hr"]

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "'", with: "&#39;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }

  /// What is wrong first; nil where nothing is.
  static func fault(in page: String) -> String? {
    guard page.hasPrefix("<!DOCTYPE html>\n") else { return "no document type" }
    var open: [String] = []
    for piece in page.dropFirst("<!DOCTYPE html>".count).split(
      separator: "<", omittingEmptySubsequences: true
    ).dropFirst(0) where piece != "\n" {
      guard let end = piece.firstIndex(of: ">") else { return "a < without >: \(piece.prefix(40))" }
      let tag = piece[..<end]
      let text = piece[piece.index(after: end)...]
      if open.last != "style", text.contains(">") { return "a > in text: \(text.prefix(40))" }
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else { return "</\(tag.dropFirst())>" }
        continue
      }
      let name = String(tag.prefix { $0.isLetter || $0.isNumber })
      guard !name.isEmpty else { return "a tag without name: <\(tag.prefix(40))>" }
      let quotes = tag.count { $0 == "\"" }
      if quotes % 2 != 0 { return "an open quote: <\(tag.prefix(40))>" }
      if !empty.contains(name) { open.append(name) }
    }
    return open.isEmpty ? nil : "open: \(open)"
  }
}
