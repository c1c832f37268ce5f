import Arrays
import Files
import Foundation
import Testing

/// `tweedie evaluate` of data in any unit, with columns unlike each other and numbers that stand for
/// none.
@Suite struct EvaluateUnitTests {
  /// Rows of two columns: a lattice drawn by a fixed rule, then scaled and moved.
  private func rows(_ seed: Int, _ scales: [Double], shift: Double = 0) -> [[Double]] {
    var state = UInt64(seed)
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
    return (0..<300).map { _ in
      scales.enumerated().map { j, scale in
        scale * ((0..<12).reduce(-6) { sum, _ in sum + uniform() } + (j == 0 ? shift : 0))
      }
    }
  }

  private func write(_ rows: [[Double]], _ name: String, _ folder: Folder) throws {
    let lines = rows.map { $0.map { "\($0)" }.joined(separator: ",") }
    try folder.write(lines.joined(separator: "\n") + "\n", to: name)
  }

  private func values(_ outcome: Command.Outcome) throws -> [String: JSONValue] {
    let report = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    guard case .array(let entries) = try #require(report["metrics"]) else { return [:] }
    return Dictionary(uniqueKeysWithValues: entries.map { ($0["name"]?.text ?? "", $0) })
  }

  /// Data in a unit give distances in that unit. n = 300; numbers of seven digits move a metric by
  /// 10⁻⁵ of a deviation to its power.
  @Test(arguments: [1e-12, 1e-3, 255, 1e12, 1e19])
  func `every metric follows the unit`(_ unit: Double) throws {
    let folder = try Folder()
    var found: [[String: JSONValue]] = []
    for scale in [1, unit] {
      try write(rows(1, [scale, scale], shift: 0.4), "x.csv", folder)
      try write(rows(2, [scale, scale]), "y.csv", folder)
      let outcome = try Command.run(
        ["evaluate", "x.csv", "--reference", "y.csv", "--json"], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      found.append(try values(outcome))
    }
    for (name, power) in [
      ("energy", 1.0), ("sliced", 1), ("mmd", 0), ("frechet", 2), ("precision", 0), ("recall", 0),
    ] {
      for key in ["value", "standardError", "floor"] {
        let one = try #require(found[0][name]?[key]?.double)
        let other = try #require(found[1][name]?[key]?.double)
        #expect(abs(other / pow(unit, power) - one) < 1e-5, "\(name) \(key) \(one) \(other)")
      }
      #expect(found[0][name]?["verdict"] == found[1][name]?["verdict"])
    }
  }

  /// Unix times, ten seconds about 1.7 · 10⁹: numbers of Float32 there lie 128 apart. Both sets are told
  /// from one origin, whichever of data and model the reference is; digits of the text, 2 · 10⁻⁷, and
  /// of Float32 are left.
  @Test(arguments: [false, true])
  func `sets far from zero are told from one origin`(_ isModel: Bool) throws {
    let folder = try Folder()
    var found: [[String: JSONValue]] = []
    for origin in [0, 1.7e9] {
      let moved = { (rows: [[Double]]) in rows.map { $0.map { $0 + origin } } }
      try write(moved(rows(1, [10, 10], shift: 0.4)), "x.csv", folder)
      try write(moved(rows(2, [10, 10])), "y.csv", folder)
      try folder.write(
        #"{"kind": "gaussian", "mean": [\#(origin), \#(origin)], "variances": [100, 100]}"#,
        to: "y.json")
      let outcome = try Command.run(
        ["evaluate", "x.csv", "--reference", isModel ? "y.json" : "y.csv", "--json"], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      found.append(try values(outcome))
    }
    for (name, size) in [("energy", 10.0), ("sliced", 10), ("mmd", 1), ("frechet", 100)] {
      for key in ["value", "standardError", "floor"] {
        let one = try #require(found[0][name]?[key]?.double)
        let other = try #require(found[1][name]?[key]?.double)
        #expect(abs(one - other) < 1e-5 * size, "\(name) \(key) \(one) \(other)")
      }
    }
    #expect(found[1]["energy"]?["verdict"] == found[0]["energy"]?["verdict"])
  }

  /// A column of 1 beside one of 1000, shifted by two of its deviations.
  @Test func `unlike columns are told, and in proportion a thin one shows`() throws {
    let folder = try Folder()
    try write(rows(1, [1, 1000], shift: 2), "x.csv", folder)
    try write(rows(2, [1, 1000]), "y.csv", folder)
    let words = ["evaluate", "x.csv", "--reference", "y.csv", "--metrics", "energy", "--json"]
    let raw = try Command.run(words, in: folder)
    #expect(raw.errors.contains("the largest column decides; --columns proportional"))
    #expect(try values(raw)["energy"]?["verdict"]?.text == "at the floor")
    let parts = try Command.run(words + ["--columns", "proportional"], in: folder)
    #expect(!parts.errors.contains("the largest column decides"))
    #expect(try values(parts)["energy"]?["verdict"]?.text?.contains("times the floor") == true)
    let unknown = try Command.run(words + ["--columns", "own"], in: folder)
    #expect(unknown.code == 64 && unknown.errors.contains("raw, proportional"))
  }

  @Test func `numbers that stand for none are refused where they are`() throws {
    let folder = try Folder()
    var missing = rows(2, [1, 1])
    missing[41][1] = 9.97e36
    try write(rows(1, [1, 1]), "x.csv", folder)
    try write(missing, "y.csv", folder)
    for words in [["x.csv", "--reference", "y.csv"], ["y.csv", "--reference", "x.csv"]] {
      let outcome = try Command.run(["evaluate"] + words, in: folder)
      #expect(outcome.code == 65 && outcome.errors.contains("y.csv") && outcome.output == "")
      #expect(outcome.errors.contains("point 42"), "\(outcome.errors)")
    }
  }

  @Test func `the rule of the floor is told with a factor`() throws {
    let folder = try Folder()
    let outcome = try Command.run(
      ["evaluate", "toy:rings:100:1", "--reference", "toy:rings", "--metrics", "sliced"], in: folder
    )
    #expect(outcome.output.contains("factor"))
    #expect(outcome.output.contains("At the floor: no more than 2 errors beyond the mean"))
  }
}
