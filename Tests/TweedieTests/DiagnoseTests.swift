import Arrays
import Files
import Foundation
import Testing

/// `tweedie diagnose`: what it prints and writes, on models whose shares are known in kind.
@Suite struct DiagnoseTests {
  private func diagnose(_ words: String, _ folder: Folder) throws -> JSONValue {
    let words = ["diagnose"] + words.split(separator: " ").map(String.init) + ["--json"]
    let outcome = try Command.run(words, in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
  }

  private func levels(_ value: JSONValue) throws -> [JSONValue] {
    guard case .array(let levels) = try #require(value["levels"]) else { return [] }
    return levels
  }

  private func share(_ level: JSONValue, _ reference: String, _ field: String) throws -> Double {
    try #require(level[reference]?[field]?["value"]?.double)
  }

  @Test func `a mixture is Gaussian at high noise alone, in JSON, table and figure`() throws {
    let folder = try Folder()
    let found = try diagnose(
      "eight-gaussians --data toy:eight-gaussians --count 300 --levels 5 --components 8 "
        + "--sigma-min 0.05 --sigma-max 50 -o d.png -o d.csv", folder)
    #expect(try folder.listing().keys.sorted() == ["d.csv", "d.png"])
    for key in ["model", "data", "count", "seed", "mixtureComponents", "evaluations", "seconds"] {
      #expect(found[key] != nil, "\(key)")
    }
    // One evaluation for the shares, and two at each of two coordinates.
    #expect(found["evaluations"]?.int == 5 * 300 * 5)
    let levels = try levels(found)
    #expect(levels.count == 5)
    let unexplained = try levels.map { 1 - (try share($0, "gaussian", "score")) }
    #expect(unexplained[0] > 0.1 && unexplained[4] < 0.01, "\(unexplained)")
    for level in levels {
      // Fitted to 10,000 draws with the right number of components: the model, nearly.
      #expect(try share(level, "mixture", "score") > 0.98)
      #expect(try #require(level["asymmetry"]?["value"]?.double) < 1e-4)
      #expect(try #require(level["excess"]?["value"]?.double) < 0.05)
    }
    let table = try DataFile.read(folder.path("d.csv")).points
    #expect(table.count == 5 && table.dimension == 19)
    let first = try #require(levels[0]["sigma"]?.double)
    #expect(abs(Double(table[0, 0]) - first) < 1e-6)
  }

  // The training set's own score, held against the Gaussian and itself: neighbours explain all.
  @Test func `a training set is its own neighbours`() throws {
    let folder = try Folder()
    try Command.succeed(["toy", "rings", "--count", "200", "-o", "p.npy"], in: folder)
    try folder.write(
      #"{"kind": "neighbors", "data": "p.npy", "smoothing": 0, "shifts": 1, "neighbors": "all"}"#,
      to: "m.json")
    for level in try levels(
      diagnose("m.json --data p.npy --levels 3 --components 2 --of denoiser", folder))
    {
      #expect(try share(level, "neighbors", "denoiser") > 1 - 1e-6)
      #expect(level["excess"] == .null)
    }
  }

  @Test func `seed and threads decide as everywhere`() throws {
    let folder = try Folder()
    let words = "two-moons-network --data toy:two-moons --count 200 --levels 3 --components 4"
    let one = try levels(diagnose(words + " --threads 1", folder))
    #expect(try levels(diagnose(words + " --threads 3", folder)) == one)
    #expect(try levels(diagnose(words + " --seed 1", folder)) != one)
  }
}
