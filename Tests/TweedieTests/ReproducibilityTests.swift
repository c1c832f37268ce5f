import Arrays
import Files
import Foundation
import Testing

/// Sample 17 of seed 3 is the same to the bit however it is drawn.
@Suite struct ReproducibilityTests {
  static let models = ["mixture", "exact", "smoothed", "estimator"]
  static let count = 20

  @Test(arguments: models)
  func `samples do not depend on batch, threads, company or the run`(model: String) throws {
    let folder = try folder(model)
    for sampler in try samplers(of: model, folder) {
      let base = try draw(folder, sampler, ["--count", "\(Self.count)"])
      for more in [
        ["--batch", "1"], ["--batch", "7"], ["--batch", "64"], ["--threads", "1"],
        ["--threads", "2"], ["--threads", "2", "--batch", "3"], [],
      ] {
        let again = try draw(folder, sampler, ["--count", "\(Self.count)"] + more)
        #expect(again.values == base.values, "\(sampler) \(more.joined(separator: " "))")
      }
      let few = try draw(folder, sampler, ["--first", "10", "--count", "5"])
      #expect(few.values == base.rows(10..<15).values, "\(sampler) --first")
    }
  }

  @Test(arguments: models)
  func `another seed draws other samples`(model: String) throws {
    let folder = try folder(model)
    for sampler in try samplers(of: model, folder) {
      let base = try draw(folder, sampler, ["--count", "5"])
      let other = try draw(folder, sampler, ["--count", "5", "--seed", "4"])
      for row in 0..<5 {
        #expect(base.row(row) != other.row(row), "\(sampler), row \(row)")
      }
    }
  }

  @Test func `row i of the initial states belongs to sample i`() throws {
    let folder = try folder("mixture")
    var dice = Dice(state: 2)
    try folder.write(dice.points(Self.count, 3, width: 100), to: "start.npy")
    let start = ["--initial", "start.npy"]
    let ancestral = Method(description: "ancestral", words: ["--steps", "12"])
    let base = try draw(folder, ancestral, start)
    let few = try draw(folder, ancestral, start + ["--first", "10", "--count", "5"])
    let rest = try draw(folder, ancestral, start + ["--first", "10"])
    #expect(base.count == Self.count)
    #expect(few.values == base.rows(10..<15).values)
    #expect(rest.values == base.rows(10..<20).values)
  }

  @Test func `fits do not depend on threads or the run`() throws {
    let folder = try folder("mixture")
    for fit in [
      ["gaussian", "data.npy"], ["mixture", "data.npy", "--components", "3"],
      ["neighbors", "data.npy"],
    ] {
      for (index, threads) in ["1", "2", "2"].enumerated() {
        try Command.succeed(
          ["fit"] + fit + ["-o", "fit\(index).json", "--threads", threads, "--overwrite"],
          in: folder)
      }
      let models = try (0..<3).map { index in
        // Name and command tell the runs apart; the law must not.
        let members = try folder.json("fit\(index).json")
        return ["kind", "mean", "covariance", "components", "smoothing", "exactAbove"].map {
          members[$0]
        }
      }
      #expect(models[0] == models[1] && models[1] == models[2], "\(fit[0])")
    }
  }

  /// A method, with the words that make its run short.
  private struct Method: CustomStringConvertible {
    let description: String
    let words: [String]
  }

  /// Every method there is, by the command's own list; those that accept by a density only for
  /// models that have one.
  private func samplers(of model: String, _ folder: Folder) throws -> [Method] {
    let list = try Command.run(["list", "samplers", "--json"], in: folder)
    let json = try JSONValue.parse(Array(list.output.utf8), file: "list")
    guard case .array(let rows) = json["samplers"] else { return [] }
    #expect(rows.count >= 18)
    let hasDensity = ["mixture", "exact"].contains(model)
    return rows.compactMap { row in
      guard let name = row["name"]?.text, hasDensity || name != "mala" else { return nil }
      let words = row["adaptive"] == .bool(true) ? ["--tolerance", "0.1"] : ["--steps", "12"]
      return Method(description: name, words: words)
    }
  }

  private func folder(_ model: String) throws -> Folder {
    let folder = try Folder()
    var dice = Dice(state: 8)
    try folder.write(dice.points(300, 3), to: "data.npy")
    switch model {
    case "mixture":
      try folder.write(Law.random(.full, dimension: 3).description, to: "model.json")
    case "exact":
      try folder.write(#"{"kind": "neighbors", "data": "data.npy"}"#, to: "model.json")
    case "smoothed":
      try folder.write(
        #"{"kind": "neighbors", "data": "data.npy", "smoothing": 0.2, "shifts": 3}"#,
        to: "model.json")
    default:
      try folder.write(
        """
        {"kind": "neighbors", "data": "data.npy", "smoothing": 0.2, "shifts": 3, \
        "neighbors": 5, "remainder": 7, "exactAbove": 2}
        """, to: "model.json")
    }
    return folder
  }

  private func draw(_ folder: Folder, _ sampler: Method, _ words: [String]) throws -> Points {
    try Command.succeed(
      ["sample", "model.json", "--sampler", sampler.description, "-o", "out.npy", "--overwrite"]
        + (words.contains("--seed") ? [] : ["--seed", "3"]) + sampler.words + words,
      in: folder)
    return try folder.points("out.npy")
  }
}
