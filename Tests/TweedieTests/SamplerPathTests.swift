import Arrays
import Files
import Foundation
import Testing

/// Where `tweedie sample --initial` ends, against the same algorithm in Float64.
@Suite struct SamplerPathTests {
  /// Of the data's scale: Float32 states, and a flow that draws paths apart between components.
  static let tolerance = 1e-3

  @Test(arguments: [2, 16, 64], ["heun", "euler"])
  func `samples follow algorithm 1 of Karras et al`(dimension: Int, sampler: String) throws {
    let (folder, law, start) = try problem(dimension)
    try sample(folder, sampler, "out.npy")
    let found = try folder.points("out.npy")
    let grid = Flow.karras(18, from: 80, to: 0.002, rho: 7)
    let laws = grid.dropLast().map { NoisedLaw(law, sigma: $0) }
    for row in 0..<start.count {
      let wanted = Flow.karrasAlgorithm1(
        start.doubles(row), grid, laws, correct: sampler == "heun")
      let gap = largestGap(found.doubles(row), wanted)
      #expect(gap <= Self.tolerance * law.scale, "row \(row): \(gap)")
    }
  }

  @Test func `Euler and Heun are told apart`() throws {
    let (folder, law, _) = try problem(2)
    try sample(folder, "heun", "heun.npy")
    try sample(folder, "euler", "euler.npy")
    let (heun, euler) = (try folder.points("heun.npy"), try folder.points("euler.npy"))
    let gaps = (0..<heun.count).map { largestGap(heun.doubles($0), euler.doubles($0)) }
    #expect((gaps.max() ?? 0) > 10 * Self.tolerance * law.scale)
  }

  @Test func `ancestral sampling without noise is Euler`() throws {
    let (folder, law, _) = try problem(16)
    try sample(folder, "euler", "euler.npy")
    try sample(folder, "ancestral", "quiet.npy", ["--eta", "0"])
    try sample(folder, "ancestral", "noisy.npy", ["--eta", "1"])
    let euler = try folder.points("euler.npy")
    let (quiet, noisy) = (try folder.points("quiet.npy"), try folder.points("noisy.npy"))
    for row in 0..<euler.count {
      // 18 steps whose coefficients round differently.
      #expect(largestGap(euler.doubles(row), quiet.doubles(row)) < 1e-4 * law.scale)
    }
    #expect(largestGap(euler.doubles(0), noisy.doubles(0)) > 0.01 * law.scale)
  }

  /// About the mean and in units of the deviation, or as published.
  @Test(arguments: [2, 16, 64], [true, false])
  func `variance preserving samples follow Euler's method in z`(
    dimension: Int, isPublished: Bool
  ) throws {
    let (steps, count) = (60, 24)
    let folder = try Folder()
    let law = Law.random(.full, dimension: dimension)
    try folder.write(law.description, to: "model.json")
    var dice = Dice(state: 9)
    let unit = isPublished ? 1 : law.scale
    let center = isPublished ? [Double](repeating: 0, count: dimension) : law.mean
    let start = dice.points(count, dimension, width: unit * Flow.VP.sigma(1))
    try folder.write(start, to: "start.npy")
    try Command.succeed(
      [
        "sample", "model.json", "--initial", "start.npy", "--process", "vp", "--sampler", "euler",
        "--schedule", "process", "--steps", "\(steps)", "--process-unit",
        isPublished ? "one" : "data", "-o", "out.npy",
      ], in: folder)
    let found = try folder.points("out.npy")
    // From t = 1 to the 10⁻³ of the published code, evenly.
    let times = (0..<steps).map { 1 + Double($0) / Double(steps - 1) * (1e-3 - 1) }
    let own = law.standing(about: center, in: unit)
    let laws = times.map { NoisedLaw(own, sigma: Flow.VP.sigma($0)) }
    for row in 0..<count {
      let y = zip(start.doubles(row), center).map { ($0 - $1) / unit }
      let end = Flow.VP.euler(y, times, laws)
      let gap = largestGap(found.doubles(row), zip(end, center).map { $0 * unit + $1 })
      #expect(gap <= Self.tolerance * law.scale, "row \(row): \(gap)")
    }
  }

  @Test func `levels come from a file`() throws {
    let (folder, law, start) = try problem(2)
    let grid = [40.0, 11, 3, 1, 0.4, 0.1, 0.02, 0]
    try folder.write(grid.map { "\($0)\n" }.joined(), to: "levels.csv")
    try Command.succeed(
      [
        "sample", "model.json", "--initial", "start.npy", "--schedule", "levels.csv", "-o",
        "out.npy",
      ], in: folder)
    let found = try folder.points("out.npy")
    let laws = grid.dropLast().map { NoisedLaw(law, sigma: $0) }
    for row in 0..<start.count {
      let wanted = Flow.karrasAlgorithm1(start.doubles(row), grid, laws, correct: true)
      #expect(largestGap(found.doubles(row), wanted) <= Self.tolerance * law.scale)
    }
  }

  /// A mixture, and states at σ = 80.
  private func problem(_ dimension: Int) throws -> (Folder, Law, Points) {
    let folder = try Folder()
    let law = Law.random(.full, dimension: dimension)
    try folder.write(law.description, to: "model.json")
    var dice = Dice(state: 4)
    let start = dice.points(32, dimension, width: 80)
    try folder.write(start, to: "start.npy")
    return (folder, law, start)
  }

  private func sample(
    _ folder: Folder, _ sampler: String, _ output: String, _ more: [String] = []
  ) throws {
    try Command.succeed(
      [
        "sample", "model.json", "--initial", "start.npy", "--sampler", sampler, "--schedule",
        "karras", "--rho", "7", "--sigma-max", "80", "--sigma-min", "0.002", "--steps", "18",
        "-o", output,
      ] + more, in: folder)
  }
}
