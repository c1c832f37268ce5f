import Files
import Foundation
import Testing

/// Every command in other units and from other origins: the same law, the same numbers.
@Suite struct UnitTests {
  static let samplers = [
    "heun", "euler", "midpoint", "edm", "dpm++2m", "dpm++3m", "unipc", "gradient-estimation",
    "euler-maruyama", "ancestral", "exponential-integrator", "dpm++2m-sde", "dpm++3m-sde",
    "predictor-corrector", "langevin", "mala", "annealed-langevin", "dormand-prince",
    "bogacki-shampine", "adaptive-sde",
  ]
  static let processes = ["ve", "ve-geometric", "vp", "sub-vp", "cosine", "line"]
  /// Four standard errors of two samples; columns of their own width go another way to the same law.
  static let bound = 4.0

  /// 1000 samples, taken back to x.
  private func sample(
    _ unit: UnitCase, _ words: [String], in folder: Folder, model: String = "model.json"
  ) throws -> [[Double]] {
    try Command.succeed(
      ["sample", model, "--count", "1000", "-o", "x.csv", "--overwrite"] + words, in: folder)
    return try unit.read("x.csv", in: folder)
  }

  private func mixture(_ unit: UnitCase) throws -> Folder {
    let folder = try Folder()
    try folder.write(unit.description, to: "model.json")
    return folder
  }

  @Test func `all samplers and processes are here`() throws {
    let outcome = try Command.run(["list", "--json"], in: Folder())
    let lists = try JSONValue.parse(Array(outcome.output.utf8), file: "list")
    for (key, names) in [("samplers", Self.samplers), ("processes", Self.processes)] {
      guard case .array(let entries)? = lists[key] else {
        Issue.record("\(key) are listed")
        continue
      }
      #expect(Set(entries.compactMap { $0["name"]?.text }) == Set(names))
    }
  }

  @Test(arguments: samplers)
  func `a sampler draws one law in every unit`(sampler: String) throws {
    // Chains move at one level; methods of many evaluations take fewer steps here.
    let isChain = ["langevin", "mala"].contains(sampler)
    let isAdaptive = ["dormand-prince", "bogacki-shampine", "adaptive-sde"].contains(sampler)
    let steps = isAdaptive ? [] : ["--steps", "20"]
    for process in isChain ? ["ve"] : Self.processes {
      let words = ["--sampler", sampler, "--process", process] + steps
      for (columns, units) in [("raw", UnitCase.common), ("proportional", UnitCase.columns)] {
        // The same way for the law at unit one: few steps err by their own.
        let expected = try sample(.plain, words + ["--columns", columns], in: mixture(.plain))
        for unit in units {
          let found = try sample(unit, words, in: mixture(unit))
          #expect(lawGap(found, expected) < Self.bound, "\(words) \(unit.testDescription)")
        }
      }
    }
  }

  @Test(arguments: ["vp", "sub-vp", "cosine"])
  func `a process as published does not`(process: String) throws {
    let words = ["--process", process, "--process-unit", "one", "--steps", "20"]
    let unit = UnitCase(units: [255, 255, 255], origins: [20, 20, 20])
    let expected = try sample(.plain, words, in: mixture(.plain))
    #expect(lawGap(try sample(unit, words, in: mixture(unit)), expected) > 2 * Self.bound)
  }

  @Test func `one noise for columns of every width does not`() throws {
    let expected = try sample(.plain, [], in: mixture(.plain))
    let unit = UnitCase.columns[0]
    let raw = try sample(unit, ["--columns", "raw"], in: mixture(unit))
    #expect(lawGap(raw, expected) > 2 * Self.bound)
  }

  @Test(arguments: [
    ["gaussian"], ["gaussian", "--covariance", "diagonal"], ["mixture", "--components", "2"],
    ["neighbors"], ["neighbors", "--smoothing", "0"],
  ])
  func `a fit draws one law in every unit`(words: [String]) throws {
    let rows = UnitCase.draws(600, seed: 3)
    func draw(_ unit: UnitCase) throws -> [[Double]] {
      let folder = try Folder()
      try folder.write(unit.table(rows), to: "data.csv")
      var words = words
      // τ of unit one for all: zero here, or the rule's own.
      words.insert("data.csv", at: 1)
      try Command.succeed(["fit"] + words + ["-o", "model.json"], in: folder)
      return try sample(unit, [], in: folder)
    }
    let expected = try draw(.plain)
    for unit in UnitCase.common + UnitCase.columns {
      #expect(lawGap(try draw(unit), expected) < Self.bound, "\(words) \(unit.testDescription)")
    }
  }

  @Test func `a network learns one law in every unit`() throws {
    let rows = UnitCase.draws(600, seed: 4)
    func draw(_ unit: UnitCase) throws -> [[Double]] {
      let folder = try Folder()
      try folder.write(unit.table(rows), to: "data.csv")
      try Command.succeed(
        ["train", "data.csv", "--steps", "120", "--batch-size", "64", "-o", "net.safetensors"],
        in: folder)
      return try sample(unit, ["--steps", "12"], in: folder, model: "net.safetensors")
    }
    let expected = try draw(.plain)
    for unit in UnitCase.common + UnitCase.columns {
      #expect(lawGap(try draw(unit), expected) < Self.bound, "\(unit.testDescription)")
    }
  }

  @Test(arguments: ["score", "denoised", "noise", "velocity", "log-density", "divergence"])
  func `values at points follow the unit`(quantity: String) throws {
    let rows = UnitCase.draws(50, seed: 5)
    func values(_ unit: UnitCase, _ sigma: Double) throws -> [[Double]] {
      let folder = try mixture(unit)
      try folder.write(unit.table(rows), to: "points.csv")
      try Command.succeed(
        [
          "score", "model.json", "points.csv", "--sigma", "\(sigma * unit.units[0])", "--as",
          quantity, "-o", "y.csv",
        ], in: folder)
      return try folder.text("y.csv").split(separator: "\n").compactMap { line in
        let numbers = line.split(separator: ",").compactMap { Double($0) }
        return numbers.isEmpty ? nil : numbers
      }
    }
    for sigma in [0.01, 0.7] {
      let expected = try values(.plain, sigma)
      for unit in UnitCase.common {
        let a = unit.units[0]
        let found = try values(unit, sigma)
        try #require(found.count == expected.count)
        for (row, wanted) in zip(found, expected) {
          for column in row.indices {
            let value: Double
            switch quantity {
            case "denoised": value = row[column] / a - unit.origins[column]
            case "score": value = row[column] * a
            case "velocity", "noise", "divergence": value = row[column]
            default: value = row[column] + 3 * log(a)
            }
            // Points are read to 1e-7 of a deviation, and scores change by that over σ².
            let slack =
              quantity == "score" ? 1e-5 / (sigma * sigma) : 1e-5 * (1 + abs(3 * log(a))) / sigma
            #expect(
              abs(value - wanted[column]) < slack, "\(quantity) \(sigma) \(unit.testDescription)")
          }
        }
      }
    }
  }

  @Test func `likelihoods follow the unit of every column`() throws {
    let rows = UnitCase.draws(40, seed: 6)
    func mean(_ unit: UnitCase) throws -> Double {
      let folder = try mixture(unit)
      try folder.write(unit.table(rows), to: "points.csv")
      let outcome = try Command.run(
        ["likelihood", "model.json", "points.csv", "--json", "--quiet"], in: folder)
      let json = try JSONValue.parse(Array(outcome.output.utf8), file: "likelihood")
      return try #require(json["mean"]?.double)
        + unit.units.reduce(0) { $0 + log($1) }
    }
    let expected = try mean(.plain)
    for unit in UnitCase.common + UnitCase.columns {
      #expect(abs(try mean(unit) - expected) < 2e-3, "\(unit.testDescription)")
    }
  }

  @Test func `errors of samplers do not depend on the unit`() throws {
    func errors(_ unit: UnitCase) throws -> [Double] {
      let outcome = try Command.run(
        [
          "measure", "model.json", "--samplers", "heun,euler-maruyama", "--steps", "6,12",
          "--teleport", "off,auto", "--count", "200", "-o", "out", "--json", "--quiet",
        ], in: mixture(unit))
      let json = try JSONValue.parse(Array(outcome.output.utf8), file: "measure")
      guard case .array(let runs)? = json["runs"] else { return [] }
      return runs.compactMap { run in
        // In units of the data's spread, of trajectories and of laws.
        run["error"]?.double
      }
    }
    let expected = try errors(.plain)
    #expect(expected.count == 8)
    for unit in UnitCase.common {
      let found = try errors(unit)
      try #require(found.count == expected.count, "\(unit.testDescription)")
      for (value, wanted) in zip(found, expected) {
        #expect(abs(value - wanted) < 0.02 * wanted + 1e-5, "\(unit.testDescription)")
      }
    }
  }

  @Test func `a diagnosis does not depend on the unit`() throws {
    let rows = UnitCase.draws(400, seed: 7)
    func shares(_ unit: UnitCase) throws -> [Double] {
      let folder = try mixture(unit)
      try folder.write(unit.table(rows), to: "data.csv")
      try Command.succeed(
        [
          "diagnose", "model.json", "--data", "data.csv", "--levels", "4", "--count", "100",
          "--components", "2", "-o", "d.csv",
        ], in: folder)
      // The first column is σ, in the unit; the rest are shares.
      return try folder.text("d.csv").split(separator: "\n").dropFirst().flatMap { line in
        line.split(separator: ",", omittingEmptySubsequences: false).dropFirst()
          .map { Double($0) ?? 0 }
      }
    }
    let expected = try shares(.plain)
    #expect(expected.count > 8)
    for unit in UnitCase.common {
      let found = try shares(unit)
      try #require(found.count == expected.count)
      for (value, wanted) in zip(found, expected) {
        #expect(abs(value - wanted) < 2e-3 * (1 + abs(wanted)), "\(unit.testDescription)")
      }
    }
  }

  @Test(arguments: [1e-18, 1e18])
  func `a width beyond Float32 is refused in a sentence`(unit: Double) throws {
    let unit = UnitCase(units: [unit, unit, unit], origins: [0, 0, 0])
    let outcome = try Command.run(["sample", "model.json", "-o", "x.npy"], in: mixture(unit))
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("between 1e-15 and 1e15"), "\(outcome.errors)")
  }
}
