import Arrays
import Files
import Foundation
import Testing

/// What `tweedie score` writes, against Float64 formulas.
@Suite struct ScoreValueTests {
  /// Of the data's scale; Float32 resolves 1.2e-7 of it, and sums run over dozens of terms.
  static let tolerance = 2e-5
  static let sigmas = [0.01, 0.3, 5]
  static let dimensions = [2, 16, 64]
  static let quantities = [
    "denoised", "score", "noise", "velocity", "log-density", "divergence",
  ]

  @Test(arguments: Law.Kind.allCases, dimensions)
  func `mixtures agree with the formula`(kind: Law.Kind, dimension: Int) throws {
    let folder = try Folder()
    let law = Law.random(kind, dimension: dimension)
    try folder.write(law.description, to: "model.json")
    try compare(folder, law.scale, dimension, Self.quantities) { NoisedLaw(law, sigma: $0) }
  }

  @Test(arguments: Law.Kind.allCases, dimensions)
  func `Gaussians agree with the formula`(kind: Law.Kind, dimension: Int) throws {
    let folder = try Folder()
    let law = Law.random(kind, dimension: dimension, count: 1, seed: 7)
    try folder.write(law.gaussianDescription, to: "model.json")
    try compare(folder, law.scale, dimension, ["denoised", "log-density", "divergence"]) {
      NoisedLaw(law, sigma: $0)
    }
  }

  @Test(arguments: dimensions)
  func `neighbours without smoothing agree with the formula`(dimension: Int) throws {
    let folder = try Folder()
    var dice = Dice(state: 3)
    let data = dice.points(500, dimension)
    try folder.write(data, to: "data.npy")
    try folder.write(
      #"{"kind": "neighbors", "data": "data.npy", "smoothing": 0, "neighbors": "all"}"#,
      to: "model.json")
    let rows = (0..<data.count).map(data.doubles)
    try compare(folder, 1, dimension, Self.quantities) { NoisedData(data: rows, sigma: $0) }
  }

  @Test func `every row takes its own noise from a file`() throws {
    let folder = try Folder()
    let law = Law.random(.full, dimension: 16)
    try folder.write(law.description, to: "model.json")
    var dice = Dice(state: 5)
    let points = dice.points(60, 16, width: 2)
    let sigmas = (0..<60).map { Self.sigmas[$0 % 3] }
    try folder.write(points, to: "points.npy")
    try folder.write(NPY.encode(column: sigmas.map { Float($0) }), to: "sigmas.npy")
    try folder.write(sigmas.map { "\($0)\n" }.joined(), to: "sigmas.csv")
    let formulas = Self.sigmas.map { NoisedLaw(law, sigma: $0) }
    for file in ["sigmas.npy", "sigmas.csv"] {
      try Command.succeed(
        [
          "score", "model.json", "points.npy", "--sigma", file, "--as", "denoised", "-o",
          "out.npy", "--overwrite",
        ], in: folder)
      let found = try folder.points("out.npy")
      for row in 0..<60 {
        let wanted = formulas[row % 3].denoised(points.doubles(row)).clean
        #expect(largestGap(found.doubles(row), wanted) < Self.tolerance * law.scale)
      }
    }
  }

  @Test func `a wrong formula is told apart`() throws {
    let folder = try Folder()
    let law = Law.random(.diagonal, dimension: 16)
    try folder.write(law.description, to: "model.json")
    var dice = Dice(state: 5)
    let points = dice.points(8, 16)
    try folder.write(points, to: "points.npy")
    try Command.succeed(
      ["score", "model.json", "points.npy", "--sigma", "0.3", "--as", "denoised", "-o", "o.npy"],
      in: folder)
    let found = try folder.points("o.npy")
    let wrong = NoisedLaw(law, sigma: 0.3 * 1.001)
    let gaps = (0..<8).map { row in
      largestGap(found.doubles(row), wrong.denoised(points.doubles(row)).clean)
    }
    #expect((gaps.max() ?? 0) > Self.tolerance * law.scale)
  }

  /// Runs the command for every quantity and noise and compares it with the formula.
  private func compare(
    _ folder: Folder, _ scale: Double, _ dimension: Int, _ quantities: [String],
    _ formula: (Double) -> any NoisedFormula
  ) throws {
    for sigma in Self.sigmas {
      var dice = Dice(state: 11)
      // The last eight are far from all data.
      let near = dice.points(40, dimension, width: 1 + sigma)
      let far = dice.points(8, dimension, width: 100 * (1 + sigma))
      let points = Points(
        count: 48, dimension: dimension, values: near.values + far.values)
      try folder.write(points, to: "points.npy")
      let formula = formula(sigma)
      let wanted = (0..<points.count).map { formula.denoised(points.doubles($0)) }
      for quantity in quantities {
        try Command.succeed(
          [
            "score", "model.json", "points.npy", "--sigma", "\(sigma)", "--as", quantity, "-o",
            "out.npy", "--overwrite",
          ], in: folder)
        let found = try folder.points("out.npy")
        for row in 0..<points.count {
          let (share, gap) = Self.error(
            quantity, found.doubles(row), wanted[row], points.doubles(row), sigma, scale)
          // Weights come from squared distances over 2σ², which Float32 rounds.
          let rounding = quantity == "divergence" ? 0x1p-24 * scale * scale / (sigma * sigma) : 0
          #expect(
            share <= Self.tolerance + rounding,
            "\(quantity) at σ = \(sigma), row \(row): off by \(gap), \(share) of the scale")
        }
      }
    }
  }

  /// The largest error in units of the scale, and as it is.
  ///
  /// Score and noise are compared as displacements, in data units. Far points have the scale of
  /// their distance; a density has that of its logarithm, a trace that of the dimension or itself.
  private static func error(
    _ quantity: String, _ found: [Double], _ wanted: Denoised, _ x: [Double], _ sigma: Double,
    _ scale: Double
  ) -> (share: Double, gap: Double) {
    let distance = (x.reduce(0) { $0 + $1 * $1 } / Double(x.count)).squareRoot()
    let unit = max(scale, distance > 5 * (1 + sigma) ? distance : 0)
    let gap: Double
    switch quantity {
    case "denoised":
      gap = largestGap(found, wanted.clean)
    case "score":
      let target = zip(wanted.clean, x).map { $0 - $1 }
      gap = largestGap(found.map { $0 * sigma * sigma }, target)
    case "noise", "velocity":
      let target = zip(wanted.clean, x).map { $1 - $0 }
      gap = largestGap(found.map { $0 * sigma }, target)
    case "log-density":
      gap = abs(found[0] - wanted.logDensity)
      return (gap / max(1, abs(wanted.logDensity)), gap)
    default:
      gap = abs(found[0] - wanted.trace)
      return (gap / max(Double(x.count), abs(wanted.trace)), gap)
    }
    return (gap / unit, gap)
  }
}

/// The largest difference of two rows.
func largestGap(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  // NaN is no small difference.
  return zip(a, b).reduce(0) {
    let gap = abs($1.0 - $1.1)
    return gap.isNaN ? .infinity : max($0, gap)
  }
}
