import Arrays
import Files
import Foundation
import Testing

/// What commands say and what their files say of themselves.
@Suite struct OutputTests {
  /// Commands with the keys of their JSON object.
  static let objects: [(words: String, keys: String)] = [
    (
      "sample model.json --count 5 --steps 4 -o a.npy -o a.png -o a.csv -o a.tsv",
      "model sampler schedule process steps count seed sigmaMax sigmaMin teleport evaluations "
        + "accepted rejected seconds status outputs"
    ),
    ("score model.json points.npy --sigma 1 -o b.npy", "model count seconds outputs"),
    ("fit gaussian points.npy -o c.json", "model data outputs"),
    ("fit mixture points.npy --components 2 -o d.json", "model data components outputs"),
    ("fit neighbors points.npy -o e.json", "model data smoothing shifts outputs"),
    ("toy rings --count 5 -o f.csv -o f.png", "toy count seed outputs"),
    ("show model.json -o g.png", "model kind dimension outputs"),
    ("show points.npy", "data count dimension lowest highest"),
    ("list", "models toys samplers schedules processes metrics"), ("list samplers", "samplers"),
  ]

  @Test(arguments: objects.indices)
  func `--json prints one object with the documented keys`(index: Int) throws {
    let folder = try folder()
    let words = Self.objects[index].words.split(separator: " ").map(String.init)
    let outcome = try Command.run(words + ["--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.count { $0 == "\n" } == 1, "one line")
    let json = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    for key in Self.objects[index].keys.split(separator: " ") {
      #expect(json[String(key)] != nil, "\(key)")
    }
    let outputs = words.enumerated().compactMap {
      words[max(0, $0.offset - 1)] == "-o" ? $0.element : nil
    }
    if !outputs.isEmpty { #expect(json["outputs"] == JSONValue(outputs)) }
    for output in outputs { #expect(try folder.bytes(output).count > 0) }
  }

  @Test func `evaluations are those of the method`() throws {
    let folder = try folder()
    for (sampler, wanted) in [("heun", 13), ("euler", 7), ("ancestral", 7), ("edm", 13)] {
      let outcome = try Command.run(
        [
          "sample", "model.json", "--sampler", sampler, "--steps", "7", "--count", "5", "-o",
          "x.npy", "--json", "--overwrite",
        ], in: folder)
      let evaluations = try JSONValue.parse(Array(outcome.output.utf8), file: "")["evaluations"]
      #expect(evaluations?["mean"]?.double == Double(wanted), "\(sampler)")
      #expect(evaluations?["max"]?.int == wanted)
      #expect(evaluations?["total"]?.int == 5 * wanted)
    }
  }

  @Test(arguments: objects.indices)
  func `--quiet says nothing`(index: Int) throws {
    try Command.succeed(
      Self.objects[index].words.split(separator: " ").map(String.init), in: folder())
  }

  @Test func `pictures and arrays say what made them`() throws {
    let folder = try folder()
    let words = [
      "sample", "model.json", "--count", "5", "--steps", "4", "--seed", "18446744073709551615",
      "-o", "an output.npy", "-o", "a.png", "-o", "a.csv",
    ]
    try Command.succeed(words, in: folder)
    let digest = SHA256.digest(of: try folder.bytes("model.json"))
    for file in ["an output.npy", "a.csv"] {
      let sidecar = try folder.json(file + ".json")
      let command = try #require(sidecar["command"]?.text)
      #expect(
        command.hasPrefix("tweedie sample model.json ") && command.contains("'an output.npy'"))
      #expect(sidecar["version"]?.text?.isEmpty == false)
      #expect(sidecar["seed"] == JSONValue(UInt64.max))
      #expect(sidecar["modelDigest"]?.text == digest)
      #expect(sidecar["evaluations"]?.double == 7)
      #expect((sidecar["seconds"]?.double ?? 0) > 0)
    }
    let texts = try PNGImage.read(folder.path("a.png")).texts
    func text(_ key: String) -> String? { texts.first { $0.key == key }?.text }
    #expect(text("Comment")?.hasPrefix("tweedie sample model.json ") == true)
    #expect(text("Software")?.hasPrefix("tweedie ") == true)
    let version = try folder.json("a.csv.json")["version"]?.text
    #expect(text("version") == version)
    #expect(text("seed") == "18446744073709551615" && text("modelDigest") == digest)
    #expect(text("evaluations") == "7.0" && Double(text("seconds") ?? "") != nil)
  }

  @Test func `the command of a sidecar makes the same file again`() throws {
    let folder = try folder()
    try Command.succeed(
      ["sample", "model.json", "--count", "5", "--seed", "3", "-o", "a.npy"], in: folder)
    let first = try folder.bytes("a.npy")
    let command = try #require(try folder.json("a.npy.json")["command"]?.text)
    try Command.succeed(
      command.split(separator: " ").dropFirst().map(String.init).filter { $0 != "--quiet" }
        + ["--overwrite"], in: folder)
    #expect(try folder.bytes("a.npy") == first)
  }

  @Test func `tables and arrays hold the same numbers`() throws {
    let folder = try folder()
    try Command.succeed(
      ["sample", "model.json", "--count", "5", "-o", "a.npy", "-o", "a.csv", "-o", "a.tsv"],
      in: folder)
    let points = try folder.points("a.npy")
    #expect(try DataFile.read(folder.path("a.csv")).points == points)
    #expect(try DataFile.read(folder.path("a.tsv")).points == points)
  }

  @Test func `without -o samples go to Outputs under the name of the run`() throws {
    let folder = try folder()
    try Command.succeed(["sample", "model.json", "--count", "5", "--seed", "9"], in: folder)
    let names = try folder.listing().keys.filter { $0.hasPrefix("Outputs/") }.sorted()
    let stem = "Outputs/model-heun-9"
    #expect(names == [stem + ".npy", stem + ".npy.json", stem + ".png"])
    // A second run keeps the first one's files.
    let before = try folder.listing()
    try Command.succeed(["sample", "model.json", "--seed", "9"], in: folder)
    let after = try folder.listing()
    #expect(after.filter { before[$0.key] != nil } == before)
    #expect(after[stem + "-2.npy"] != nil && after[stem + "-2.png"] != nil)
  }

  @Test(arguments: ["", "sample", "fit", "fit mixture", "score", "toy", "show", "list"])
  func `help has an example`(command: String) throws {
    let words = command.split(separator: " ").map(String.init) + ["--help"]
    let outcome = try Command.run(words, in: Folder())
    #expect(outcome.code == 0 && outcome.output.contains("EXAMPLE"))
    #expect(outcome.output.contains("tweedie " + command))
  }

  private func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(Law.random(.full, dimension: 2).description, to: "model.json")
    var dice = Dice(state: 1)
    try folder.write(dice.points(40, 2), to: "points.npy")
    return folder
  }
}
