import Arrays
import Files
import Foundation
import Testing

/// `tweedie evaluate` and `tweedie likelihood`: what they print and write.
@Suite struct MeasureCommandTests {
  private func json(_ words: [String], _ folder: Folder) throws -> JSONValue {
    let outcome = try Command.run(words + ["--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
  }

  private func metrics(_ value: JSONValue) throws -> [String: JSONValue] {
    guard case .array(let entries) = try #require(value["metrics"]) else { return [:] }
    return Dictionary(uniqueKeysWithValues: entries.map { ($0["name"]?.text ?? "", $0) })
  }

  private static let usual = ["energy", "sliced", "mmd", "frechet", "precision", "recall"]

  @Test func `every metric that is defined is measured by default`() throws {
    let folder = try Folder()
    let model = try json(
      ["evaluate", "toy:eight-gaussians:300:5", "--reference", "toy:eight-gaussians"], folder)
    #expect(try Set(metrics(model).keys) == Set(Self.usual + ["modes"]))
    let data = try json(
      [
        "evaluate", "toy:rings:200:5", "--reference", "toy:rings:500", "--held-out",
        "toy:rings:200:9",
      ], folder)
    let found = try metrics(data)
    #expect(Set(found.keys) == Set(Self.usual + ["novelty", "copies"]))
    for entry in found.values {
      for key in ["value", "standardError", "floor"] {
        #expect(entry[key]?.double?.isFinite == true, "\(entry)")
      }
      #expect(entry["verdict"]?.text != nil)
    }
    #expect(try metrics(model)["modes"]?["pValue"]?.double.map { (0...1).contains($0) } == true)
    for key in ["samples", "reference", "count", "referenceCount", "seed", "seconds", "outputs"] {
      #expect(model[key] != nil, "\(key)")
    }
    let listed = try json(["list", "metrics"], folder)
    guard case .array(let names) = try #require(listed["metrics"]) else { return }
    #expect(names.compactMap { $0["name"]?.text } == Self.usual + ["modes", "novelty"])
  }

  /// n = 500: exact draws are at the floor, those of another law far above by every distance.
  @Test func `another law is off the floor`() throws {
    let folder = try Folder()
    for (samples, isSame) in [("toy:two-moons:500:8", true), ("toy:rings:500:8", false)] {
      let found = try metrics(
        json(
          ["evaluate", samples, "--reference", "toy:two-moons", "--metrics", "energy,mmd,frechet"],
          folder))
      #expect(found.count == 3)
      for entry in found.values {
        #expect((entry["verdict"]?.text == "at the floor") == isSame, "\(entry)")
      }
    }
  }

  @Test func `table, JSON and file say the same numbers`() throws {
    let folder = try Folder()
    let words = ["evaluate", "toy:rings:100:5", "--reference", "toy:rings"]
    let found = try metrics(json(words + ["-o", "table.csv"], folder))
    let outcome = try Command.run(words + ["--threads", "1"], in: folder)
    #expect(outcome.code == 0 && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
    let rows = try folder.text("table.csv").split(separator: "\n").map { $0.split(separator: ",") }
    #expect(
      rows[0].joined(separator: ",") == "metric,value,standardError,floor,floorMean,floorSpread")
    for name in Self.usual {
      let entry = try #require(found[name])
      let line = try #require(lines.first { $0.first == Substring(name) })
      let row = try #require(rows.first { $0.first == Substring(name) })
      for (place, key) in ["value", "standardError", "floor"].enumerated() {
        let exact = try #require(entry[key]?.double)
        let shown = try #require(Double(line[place + 1]))
        // Two to four digits are shown.
        #expect(abs(shown - exact) <= 0.05 * abs(exact), "\(name) \(key)")
        #expect(Double(row[place + 1]) == exact, "\(name) \(key)")
      }
      let verdict = try #require(entry["verdict"]?.text)
      #expect(outcome.output.contains(verdict))
    }
  }

  @Test func `sets above the limit are thinned and said to be`() throws {
    let folder = try Folder()
    let words = [
      "evaluate", "toy:rings:300:1", "--reference", "toy:rings:400:2", "--count-limit", "150",
      "--metrics", "energy", "--json",
    ]
    let outcome = try Command.run(words, in: folder)
    #expect(outcome.errors.contains("300 samples") && outcome.errors.contains("400 references"))
    let found = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    #expect(found["count"]?.int == 150 && found["referenceCount"]?.int == 150)
    let small = try Command.run(
      ["evaluate", "toy:rings:300:1", "--reference", "toy:rings:400:2", "--metrics", "energy"],
      in: folder)
    #expect(small.errors.contains("too small to be split"))
  }

  /// The file is Float32; step error and rounding bound the rest.
  @Test func `likelihood writes the density of the model`() throws {
    let folder = try Folder()
    try Command.succeed(["toy", "two-moons", "--count", "40", "-o", "x.npy"], in: folder)
    let model = ["toy:two-moons", "x.npy"]
    let report = try json(
      ["likelihood"] + model + ["--sigma-min", "0.05", "-o", "flow.npy"], folder)
    try Command.succeed(
      ["score"] + model + ["--sigma", "0.05", "--as", "log-density", "-o", "own.npy"],
      in: folder)
    let (flow, own) = (try folder.points("flow.npy").values, try folder.points("own.npy").values)
    #expect(flow.count == 40 && zip(flow, own).allSatisfy { abs($0 - $1) < 2e-3 })
    let mean = flow.reduce(0) { $0 + Double($1) } / 40
    let told = try #require(report["mean"]?.double)
    #expect(abs(mean - told) < 1e-5)
    #expect(report["ownDensityGap"]?.double.map { $0 < 2e-3 } == true)
    for key in ["model", "count", "standardError", "seconds", "outputs", "stepError"] {
      #expect(report[key] != nil && report[key] != .null, "\(key)")
    }
    #expect(report["bitsPerDimension"] == .null)
    let outcome = try Command.run(["likelihood"] + model + ["--sigma-min", "0.05"], in: folder)
    let shown = outcome.output.split(separator: "\n").first { $0.hasPrefix("mean") }
    let number = shown?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
    #expect(try abs(#require(number) - told) < 1e-4)
    #expect(outcome.output.contains("own density"))
  }

  @Test func `models without a density take probes and pictures have bits`() throws {
    let folder = try Folder()
    try folder.write(
      """
      {"kind": "neighbors", "data": "toy:glyphs:50:1", "smoothing": 0.2, "neighbors": 5, \
      "remainder": 5}
      """, to: "model.json")
    let words = [
      "likelihood", "model.json", "toy:glyphs:4:2", "--steps", "8", "--sigma-min", "0.5",
    ]
    let found = try json(words + ["--probes", "2"], folder)
    #expect(found["probeError"]?.double.map { $0 > 0 } == true)
    let (mean, bits) = (
      try #require(found["mean"]?.double), try #require(found["bitsPerDimension"]?.double)
    )
    #expect(abs(bits + (mean / 256 + log(2.0 / 255)) / log(2)) < 1e-9)
    #expect(found["ownDensityGap"] == .null)
    let again = try json(words + ["--probes", "2", "--threads", "1"], folder)
    #expect(again["mean"] == found["mean"])
  }
}
