import Arrays
import Files
import Foundation
import Testing

/// What the program writes when it is told to run as on a processor with fewer instructions.
///
/// AVX-512 and AVX2 do the same operations and give the same bits. The baseline rounds each product
/// before it adds it: denoised points stay within twice the tolerance that any set keeps to the
/// formula (``ScoreValueTests``), samples within twice that of paths (``SamplerPathTests``).
@Suite struct LesserProcessorTests {
  static let models = [
    "gaussian", "plane", "mixture", "exact", "smoothed", "estimator", "network",
  ]
  static let tolerance = (
    score: 2 * ScoreValueTests.tolerance, path: 2 * SamplerPathTests.tolerance
  )

  @Test(arguments: models)
  func `scores are the same on lesser processors, to rounding`(model: String) throws {
    let made = try Made(model)
    for sigma in ["0.05", "1", "20"] {
      let words = ["score", made.model, "points.npy", "--as", "denoised", "--sigma", sigma]
      try compare(made, words, Self.tolerance.score)
    }
  }

  @Test(arguments: models, ["heun", "euler-maruyama"])
  func `samples are the same on lesser processors, to rounding`(
    model: String, sampler: String
  ) throws {
    let made = try Made(model)
    try compare(
      made, ["sample", made.model, "--sampler", sampler, "--steps", "16", "--count", "24"],
      Self.tolerance.path)
  }

  @Test func `another noise level is told apart, and so is another seed`() throws {
    let made = try Made("mixture")
    let score = ["score", made.model, "points.npy", "--as", "denoised", "--sigma"]
    let sample = ["sample", made.model, "--steps", "16", "--count", "24", "--seed"]
    let found = try [score + ["1"], score + ["1.001"], sample + ["0"], sample + ["1"]].map {
      try points(made, $0, set: "baseline")
    }
    #expect(gap(found[0], found[1]) > Self.tolerance.score * made.scale)
    #expect(gap(found[2], found[3]) > Self.tolerance.path * made.scale)
  }

  @Test(arguments: ["baseline", "avx2"])
  func `the program runs on the set it is told, or on a lesser one`(set: String) throws {
    let made = try Made("plane")
    let outcome = try Command.run(
      ["benchmark", "score", made.model, "points.npy", "--sigma", "1", "--json"], in: made.folder,
      variables: ["TWEEDIE_KERNELS": set])
    let used = try JSONValue.parse(Array(outcome.output.utf8), file: "the output")
    #expect(["baseline", set].contains(used["instructionSet"]?.text))
  }

  private func compare(_ made: Made, _ words: [String], _ tolerance: Double) throws {
    let told = words.joined(separator: " ")
    let best = try points(made, words, set: nil)
    let middle = try points(made, words, set: "avx2")
    let least = try points(made, words, set: "baseline")
    // Far points have the scale of their distance.
    let largest = best.values.reduce(0) { max($0, abs($1)) }
    let unit = max(made.scale, Double(largest))
    #expect(gap(best, least) <= tolerance * unit, "\(told): \(gap(best, least))")
    // A processor without AVX2 runs the baseline either way.
    #expect(best == middle || middle == least, "\(told): \(gap(best, middle))")
  }

  private func points(_ made: Made, _ words: [String], set: String?) throws -> Points {
    try Command.succeed(
      words + ["-o", "out.npy", "--overwrite"], in: made.folder,
      variables: set.map { ["TWEEDIE_KERNELS": $0] } ?? [:])
    return try made.folder.points("out.npy")
  }

  private func gap(_ a: Points, _ b: Points) -> Double {
    largestGap(a.values.map(Double.init), b.values.map(Double.init))
  }

  /// A folder with a model, its scale, and points to evaluate it at.
  private struct Made {
    let folder: Folder
    var model = "model.json"
    var scale = 1.0

    init(_ kind: String) throws {
      folder = try Folder()
      var dice = Dice(state: 12)
      let dimension = ["plane", "network"].contains(kind) ? 2 : 64
      try folder.write(dice.points(40, dimension, width: 2), to: "points.npy")
      try folder.write(dice.points(300, dimension), to: "data.npy")
      let neighbors = #"{"kind": "neighbors", "data": "data.npy", "smoothing": "#
      switch kind {
      case "gaussian":
        let law = Law.random(.full, dimension: dimension, count: 1)
        scale = law.scale
        try folder.write(law.gaussianDescription, to: model)
      case "plane", "mixture":
        let law = Law.random(.full, dimension: dimension)
        scale = law.scale
        try folder.write(law.description, to: model)
      case "exact": try folder.write(neighbors + "0}", to: model)
      case "smoothed": try folder.write(neighbors + #"0.2, "shifts": 3}"#, to: model)
      case "estimator":
        try folder.write(
          neighbors + #"0.2, "shifts": 3, "neighbors": 5, "remainder": 7, "exactAbove": 2}"#,
          to: model)
      default:
        model = "model.safetensors"
        try Command.succeed(
          ["train", "toy:two-moons", "--steps", "200", "--width", "32", "-o", model], in: folder)
      }
    }
  }
}
