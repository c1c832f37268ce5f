import Arrays
import Files
import Foundation
import Testing

/// Jumps in front of samplers, as a user asks for them.
@Suite struct TeleportTests {
  private static let mixture = """
    {"kind": "mixture", "components": [
      {"weight": 1, "mean": [-1, 0.5, 0], "variances": [0.2, 0.1, 0.3]},
      {"weight": 2, "mean": [1, 0, 0.4], "variances": [0.1, 0.3, 0.2]}]}
    """
  private static let gaussian = #"{"kind": "gaussian", "mean": [1, 2], "variances": [0.5, 2]}"#

  private func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(Self.mixture, to: "model.json")
    try folder.write(Self.gaussian, to: "gaussian.json")
    return folder
  }

  /// What `sample … --json` prints.
  private func report(_ words: String, in folder: Folder) throws -> JSONValue {
    let outcome = try Command.run(
      ["sample"] + words.split(separator: " ").map(String.init)
        + ["-o", "out.npy", "--overwrite", "--json"], in: folder)
    try #require(outcome.code == 0, "\(words): \(outcome.errors)")
    return try JSONValue.parse(Array(outcome.output.utf8), file: "output")
  }

  private func keys(_ value: JSONValue?) -> Set<String> {
    guard case .object(let members)? = value else { return [] }
    return Set(members.map(\.key))
  }

  @Test func `JSON and metadata tell the jump`() throws {
    let folder = try folder()
    let expected: Set<String> = [
      "sigma", "from", "kind", "nats", "budget", "calibrationEvaluations", "cached",
      "surrogateEvaluations", "grid",
    ]
    let auto = try report("model.json --count 5 --teleport auto", in: folder)
    let jump = auto["teleport"]
    #expect(keys(jump) == expected)
    #expect(jump?["kind"]?.text == "gaussian-flow" && jump?["grid"]?.text == "tail")
    #expect(jump?["from"]?.double == auto["sigmaMax"]?.double)
    #expect(jump?["budget"]?.double == 0.01)
    let nats = try #require(jump?["nats"]?.double)
    #expect(nats <= 0.01001 && nats > 0.009)
    #expect(try #require(jump?["calibrationEvaluations"]?.int) >= 256)
    // Heun on what is left of the grid: the jump itself costs nothing.
    let steps = try #require(auto["steps"]?.int)
    #expect(steps < 32 && auto["evaluations"]?["max"]?.int == 2 * steps - 1)
    let side = try folder.json("out.npy.json")
    #expect(keys(side["teleport"]) == expected)
    let off = try report("model.json --count 5", in: folder)
    #expect(off["teleport"] == .null && off["steps"]?.int == 32)
    #expect(try folder.json("out.npy.json")["teleport"] == .null)
    // A level of one's own; nats are known from the calibration before where it reaches.
    let own = try report("model.json --count 5 --teleport 5", in: folder)
    #expect(own["teleport"]?["sigma"]?.double == 5)
    #expect(try #require(own["teleport"]?["nats"]?.double) < 0.01)
    #expect(own["teleport"]?["budget"] == .null)
    #expect(own["teleport"]?["calibrationEvaluations"]?.int == 0)
    // The control: nothing is known of another model, and nothing is measured for it.
    let other = try report("gaussian.json --count 5 --teleport 5", in: folder)
    #expect(other["teleport"]?["nats"] == .null)
  }

  @Test(arguments: [
    ("heun", "", "gaussian-flow"), ("ancestral", "", "gaussian-transition"),
    ("heun", "model.json", "mixture-flow"), ("dormand-prince", "data.npy", "gaussian-flow"),
    ("adaptive-sde", "model.json", "mixture-transition"),
    ("euler", "points.json", "neighbors-flow"),
    ("euler-maruyama", "points.json", "neighbors-transition"),
    ("unipc", "toy:s-curve:500", "gaussian-flow"), ("edm", "s-curve", "mixture-transition"),
  ])
  func `the sampler and the moments choose the jump`(
    sampler: String, moments: String, kind: String
  ) throws {
    let folder = try folder()
    var dice = Dice(state: 1)
    try folder.write(dice.points(60, 3), to: "data.npy")
    try folder.write(
      #"{"kind": "neighbors", "data": "data.npy", "smoothing": 0.2, "shifts": 2}"#,
      to: "points.json")
    let words = moments.isEmpty ? "" : " --teleport-moments \(moments)"
    let json = try report(
      "model.json --count 4 --teleport 4 --sampler \(sampler)" + words, in: folder)
    #expect(json["teleport"]?["kind"]?.text == kind)
    let isFollowed = ["mixture-flow", "neighbors-flow"].contains(kind)
    #expect((try #require(json["teleport"]?["surrogateEvaluations"]?.int) > 0) == isFollowed)
  }

  @Test(arguments: ["ve", "ve-geometric", "vp", "sub-vp", "cosine", "line"])
  func `every process and both grids end where they end without the jump`(
    process: String
  ) throws {
    let folder = try folder()
    func samples(_ words: String) throws -> Points {
      _ = try report(
        "gaussian.json --count 30 --sampler dpm++3m --steps 400 --schedule log-linear "
          + "--sigma-max 100 --process \(process) \(words)", in: folder)
      return try folder.points("out.npy")
    }
    func gap(_ a: Points, _ b: Points) -> Double {
      zip(a.values, b.values).reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
    }
    let whole = try samples("")
    // The sampler's own error at 400 steps, order two: some 1e-3.
    for grid in ["tail", "respaced"] {
      #expect(gap(whole, try samples("--teleport 3 --teleport-grid \(grid)")) < 5e-3)
    }
    #expect(gap(whole, try samples("--teleport 3 --teleport-moments toy:rings:2000")) > 5e-3)
  }

  @Test func `a calibration is kept, and used for nothing else`() throws {
    let folder = try folder()
    let words = "model.json --count 5 --teleport auto"
    func jump(_ words: String) throws -> JSONValue {
      try #require(try report(words, in: folder)["teleport"])
    }
    let first = try jump(words)
    #expect(first["cached"] == .bool(false))
    let kept = try folder.bytes("model.teleport.json")
    let second = try jump(words)
    #expect(second["cached"] == .bool(true) && second["calibrationEvaluations"]?.int == 0)
    for key in ["sigma", "from", "nats", "kind"] { #expect(second[key] == first[key]) }
    #expect(try folder.bytes("model.teleport.json") == kept)
    // Another budget, range, surrogate or model is measured.
    for other in [
      "--teleport-budget 0.02", "--sigma-max 60", "--teleport-moments toy:s-curve:300",
    ] {
      #expect(try jump(words + " " + other)["cached"] == .bool(false), "\(other)")
      #expect(try jump(words + " " + other)["cached"] == .bool(true), "\(other)")
    }
    try folder.write(Self.mixture.replacingOccurrences(of: "0.3", with: "0.4"), to: "model.json")
    #expect(try jump(words)["cached"] == .bool(false))
    try folder.write(Self.mixture, to: "model.json")
    #expect(try jump(words)["sigma"] == first["sigma"])
    // Damage is mended without a word.
    for damage in ["", "{", "not JSON", String(decoding: kept.dropLast(40), as: UTF8.self)] {
      try folder.write(damage, to: "model.teleport.json")
      let again = try jump(words)
      #expect(again["cached"] == .bool(false) && again["sigma"] == first["sigma"])
      #expect(try folder.bytes("model.teleport.json") == kept)
    }
    let wrong = String(decoding: kept, as: UTF8.self)
      .replacingOccurrences(of: "\"nats\": [0.0", with: "\"nats\": [-1.0")
    try folder.write(wrong, to: "model.teleport.json")
    #expect(try jump(words)["cached"] == .bool(false))
    // A model of that name is no calibration and stays.
    try folder.write(Self.gaussian, to: "model.teleport.json")
    #expect(try jump(words)["cached"] == .bool(false))
    #expect(try folder.text("model.teleport.json") == Self.gaussian)
  }

  @Test func `data that changes behind a description is calibrated anew`() throws {
    let folder = try folder()
    try folder.write(
      #"{"kind": "neighbors", "data": "data.npy", "smoothing": 0.2}"#, to: "points.json")
    var dice = Dice(state: 1)
    var cached: [JSONValue?] = []
    for data in [dice.points(80, 2), dice.points(80, 2)] {
      try folder.write(data, to: "data.npy")
      for _ in 0..<2 {
        let json = try report("points.json --count 3 --teleport auto", in: folder)
        cached.append(json["teleport"]?["cached"])
      }
    }
    #expect(cached == [.bool(false), .bool(true), .bool(false), .bool(true)])
  }

  @Test func `ready models and toys keep no calibration`() throws {
    let folder = try folder()
    let before = try folder.listing().count
    for model in ["two-moons", "toy:rings"] {
      for _ in 0..<2 {
        let json = try report("\(model) --count 3 --teleport auto", in: folder)
        #expect(json["teleport"]?["cached"] == .bool(false))
      }
    }
    // The samples and what made them.
    #expect(try folder.listing().count == before + 2)
  }

  @Test func `there is no jump from below where it lands, and a Gaussian goes to the end`() throws {
    let folder = try folder()
    for sigma in ["100", "150"] {
      let json = try report(
        "gaussian.json --count 6 --sigma-max 100 --teleport \(sigma)", in: folder)
      #expect(json["teleport"] == .null)
    }
    let off = try report("gaussian.json --count 6 --sigma-max 100", in: folder)
    #expect(off["steps"]?.int == 32)
    for sampler in ["heun", "euler-maruyama", "dormand-prince", "adaptive-sde"] {
      let whole = try report(
        "gaussian.json --count 6 --sampler \(sampler) --teleport auto", in: folder)
      #expect(whole["teleport"]?["sigma"]?.double == whole["sigmaMin"]?.double)
      #expect(whole["evaluations"]?["max"]?.int == 1)
    }
    // One evaluation is all that is left: the exact flow, and D.
    let outcome = try Command.run(
      ["sample", "gaussian.json", "--teleport", "auto", "-o", "out.npy", "--overwrite"],
      in: folder)
    #expect(outcome.errors.contains("all the way to sigma-min"))
    // A jump that would leave the law at once is none.
    try folder.write(#"{"kind": "gaussian", "mean": [99, 99], "variance": 9}"#, to: "far.json")
    let far = try report(
      "gaussian.json --count 6 --teleport auto --teleport-moments far.json", in: folder)
    #expect(far["teleport"] == .null && far["evaluations"]?["max"]?.int == 63)
  }

  @Test func `moments in other units are pointed out`() throws {
    let folder = try folder()
    var dice = Dice(state: 9)
    let data = dice.points(200, 2)
    try folder.write(data, to: "data.npy")
    try folder.write(
      Points(count: 200, dimension: 2, values: data.values.map { ($0 + 1) / 2 }),
      to: "halved.npy")
    try folder.write(#"{"kind": "neighbors", "data": "data.npy"}"#, to: "points.json")
    func errors(_ moments: String) throws -> String {
      try Command.run(
        [
          "sample", "points.json", "--count", "3", "--teleport", "5", "--teleport-moments",
          moments, "-o", "out.npy", "--overwrite",
        ], in: folder
      ).errors
    }
    #expect(try errors("halved.npy").contains("[0, 1] and in [-1, 1]"))
    #expect(try errors("data.npy") == "")
  }

  /// Every method, by the command's own list.
  @Test(arguments: ["", "--teleport-moments model.json"])
  func `samples after a jump do not depend on batch, threads or company`(more: String) throws {
    let folder = try folder()
    let list = try Command.run(["list", "samplers", "--json"], in: folder)
    let json = try JSONValue.parse(Array(list.output.utf8), file: "list")
    guard case .array(let rows) = json["samplers"] else { return }
    for row in rows {
      let name = try #require(row["name"]?.text)
      if ["langevin", "mala"].contains(name) { continue }
      let size = row["adaptive"] == .bool(true) ? "--tolerance 0.1" : "--steps 12"
      func draw(_ words: String) throws -> Points {
        _ = try report(
          "model.json --seed 3 --teleport 2.5 --sampler \(name) \(size) \(more) \(words)",
          in: folder)
        return try folder.points("out.npy")
      }
      let base = try draw("--count 70 --threads 2")
      for words in ["--batch 1", "--batch 7 --threads 2", "--threads 1"] {
        #expect(try draw("--count 70 " + words).values == base.values, "\(name) \(words)")
      }
      let few = try draw("--first 60 --count 5")
      #expect(few.values == base.rows(60..<65).values, "\(name) --first")
    }
  }

  @Test func `initial states jump too, and a trace starts where they land`() throws {
    let folder = try folder()
    var dice = Dice(state: 2)
    let start = dice.points(4, 2, width: 100)
    try folder.write(start, to: "start.npy")
    _ = try report(
      "gaussian.json --initial start.npy --sigma-max 100 --teleport 3 --trace path.npz", in: folder)
    let states = try NPZ.read(folder.path("path.npz"), key: "x")
    let sigmas = try NPZ.read(folder.path("path.npz"), key: "sigma").values
    #expect(abs(sigmas[0] - 3) < 1e-5)
    for (axis, (mean, variance)) in [(1.0, 0.5), (2.0, 2.0)].enumerated() {
      let factor = ((variance + 9) / (variance + 10_000)).squareRoot()
      for row in 0..<4 {
        let landed = mean + factor * (Double(start[row, axis]) - mean)
        let found = Double(states.values[row * 2 + axis])
        #expect(abs(found - landed) < 1e-5 * (1 + abs(landed)))
      }
    }
  }
}
