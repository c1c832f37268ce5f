import Arrays
import Files
import Foundation
import Testing

/// A digest tells models apart by all that their samples depend on.
@Suite struct DigestTests {
  private static func digest(_ model: String, in folder: Folder) throws -> String {
    let outcome = try Command.run(["show", model, "--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let facts = try JSONValue.parse(Array(outcome.output.utf8), file: "show")
    return try #require(facts["digest"]?.text)
  }

  private static func points(_ first: Float) -> Points {
    Points(rows: [[first, 0], [1, 1], [2, 0], [0, 3]])
  }

  @Test func `other data under the same description is another model`() throws {
    let folder = try Folder()
    try folder.write(Self.points(0), to: "data.npy")
    try folder.write(#"{"kind": "neighbors", "data": "data.npy", "smoothing": 0.1}"#, to: "m.json")
    let first = try Self.digest("m.json", in: folder)
    // The same mean and variance to the digit, so that no moment tells.
    try folder.write(Points(rows: [[0, 3], [1, 1], [2, 0], [0, 0]]), to: "data.npy")
    let reordered = try Self.digest("m.json", in: folder)
    try folder.write(Self.points(0.5), to: "data.npy")
    let changed = try Self.digest("m.json", in: folder)
    #expect(Set([first, reordered, changed]).count == 3)
    try folder.write(Self.points(0), to: "data.npy")
    #expect(try Self.digest("m.json", in: folder) == first, "The same data, the same digest.")
    // The digest of a file is what sha256sum prints; the model's is that of both lines.
    let own = SHA256.digest(of: try folder.bytes("m.json"))
    let data = SHA256.digest(of: try folder.bytes("data.npy"))
    #expect(first == SHA256.digest(of: Array("\(own)\n\(data)".utf8)))
    #expect(first != own, "The control: the digest of the description alone.")
  }

  @Test func `arrays beside a description are part of it`() throws {
    let folder = try Folder()
    for (name, variance) in [("one", 1.0), ("two", 2.0)] {
      let model = ModelDescription(
        kind: .gaussian(
          GaussianDescription(mean: [0, 0], covariance: .diagonal([variance, 1]))))
      try folder.makeFolder(name)
      try model.write(to: folder.path("\(name)/m.json"), overwrite: false, inlineLimit: 1)
    }
    #expect(try folder.bytes("one/m.json") == folder.bytes("two/m.json"))
    let (one, two) = (
      try Self.digest("one/m.json", in: folder), try Self.digest("two/m.json", in: folder)
    )
    #expect(one != two)
  }

  @Test func `count and seed of a toy are part of it, and its defaults are themselves`() throws {
    let folder = try Folder()
    var digests: Set<String> = []
    for (index, data) in ["toy:rings:50", "toy:rings:50:1", "toy:rings:51"].enumerated() {
      try folder.write(
        #"{"kind": "neighbors", "data": "\#(data)", "smoothing": 0.1}"#, to: "\(index).json")
      digests.insert(try Self.digest("\(index).json", in: folder))
    }
    #expect(digests.count == 3)
  }

  @Test func `pictures of a folder count in their order`() throws {
    let folder = try Folder()
    let pictures = try ["a", "b"].map { name in
      try Command.succeed(
        ["toy", "glyphs", "--count", "1", "--seed", name == "a" ? "1" : "2", "-o", "\(name).png"],
        in: folder)
      return try folder.bytes("\(name).png")
    }
    try folder.makeFolder("set")
    try folder.write(#"{"kind": "neighbors", "data": "set", "smoothing": 1}"#, to: "m.json")
    var digests: [String] = []
    for (first, second) in [(0, 1), (1, 0), (0, 0), (0, 1)] {
      try folder.write(pictures[first], to: "set/1.png")
      try folder.write(pictures[second], to: "set/2.png")
      digests.append(try Self.digest("m.json", in: folder))
    }
    #expect(Set(digests).count == 3 && digests[0] == digests[3])
  }

  @Test func `a calibration of other data is not taken for this one's`() throws {
    let folder = try Folder()
    func isCached() throws -> Bool {
      let outcome = try Command.run(
        [
          "sample", "m.json", "--count", "4", "--teleport", "auto", "-o", "s.npy", "--overwrite",
          "--json",
        ], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let report = try JSONValue.parse(Array(outcome.output.utf8), file: "sample")
      return report["teleport"]?["cached"] == .bool(true)
    }
    try folder.write(#"{"kind": "neighbors", "data": "data.npy", "smoothing": 0.1}"#, to: "m.json")
    let rows: [[Float]] = (0..<40).map { [Float($0 % 7), Float($0 % 5)] }
    try folder.write(Points(rows: rows), to: "data.npy")
    let first = try isCached()
    let second = try isCached()
    #expect(!first && second)
    // Other pairs of the same numbers: count, mean and total variance are what they were.
    try folder.write(
      Points(rows: rows.indices.map { [rows[$0][0], rows[($0 + 1) % 40][1]] }), to: "data.npy")
    let changed = try isCached()
    #expect(!changed)
  }

  @Test func `a later format is refused by name of who wrote it`() throws {
    let folder = try Folder()
    try folder.write(Self.points(0), to: "points.npy")
    try Command.succeed(["fit", "gaussian", "points.npy", "-o", "g.json"], in: folder)
    let written = try folder.json("g.json")
    #expect(written["format"]?.int == 1 && written["version"]?.text != nil)
    let later = #"{"format": 7, "version": "9.8.7", "kind": "new", "unknown": 1}"#
    try folder.write(later, to: "later.json")
    let outcome = try Command.run(["show", "later.json"], in: folder)
    #expect(outcome.code == 65)
    for word in ["later.json", "format", "7", "tweedie 9.8.7"] {
      #expect(outcome.errors.contains(word), "\(outcome.errors)")
    }
    // A file that names no format is of the first.
    let plain = #"{"kind": "gaussian", "mean": [0], "variance": 1}"#
    try folder.write(plain, to: "plain.json")
    try folder.write(plain.replacingOccurrences(of: "{", with: #"{"format": 1, "#), to: "one.json")
    for name in ["plain.json", "one.json"] { _ = try Self.digest(name, in: folder) }
    try folder.write(plain.replacingOccurrences(of: "{", with: #"{"format": 0, "#), to: "zero.json")
    #expect(try Command.run(["show", "zero.json"], in: folder).code == 65)
  }

  @Test func `a report of several sentences is told in as many lines`() throws {
    let folder = try Folder()
    let words = ["fit", "gaussian", "toy:rings:50", "-o", "g.json"]
    let outcome = try Command.run(words, in: folder)
    let lines = outcome.output.split(separator: "\n")
    #expect(outcome.code == 0 && lines.count >= 4 && lines.last == "wrote g.json")
    #expect(lines.first == "50 points of 2 coordinates, full covariance.", "\(outcome.output)")
  }

  @Test func `units of a fit are chosen by the data and the covariance`() throws {
    let folder = try Folder()
    try folder.write(
      Points(rows: (0..<30).map { [Float($0 % 7), 1e6 * Float($0 % 5), Float($0 % 3)] }),
      to: "wide.npy")
    func units(_ words: String) throws -> (units: String?, errors: String, code: Int32) {
      let outcome = try Command.run(
        ["fit"] + words.split(separator: " ").map(String.init)
          + ["-o", "m.json", "--overwrite", "--json"], in: folder)
      let json = try? JSONValue.parse(Array(outcome.output.utf8), file: "fit")
      return (json?["units"]?.text, outcome.errors, outcome.code)
    }
    for words in [
      "gaussian wide.npy", "mixture wide.npy -k 2", "gaussian wide.npy --units columns",
    ] {
      let found = try units(words)
      #expect(found.units == "columns" && !found.errors.contains("one unit"), "\(found)")
    }
    for words in [
      "gaussian wide.npy --units common", "mixture wide.npy -k 2 --covariance isotropic",
      "gaussian wide.npy --covariance low-rank --rank 1",
    ] {
      let found = try units(words)
      #expect(found.units == "common" && found.errors.contains("in one unit"), "\(found)")
    }
    #expect(try units("gaussian toy:glyphs:60").units == "common")
    let refused = try units("gaussian wide.npy --units columns --covariance isotropic")
    #expect(refused.code == 64 && refused.errors.contains("isotropic"))
    #expect(try units("mixture wide.npy --units colums").errors.contains("did you mean"))
  }
}
