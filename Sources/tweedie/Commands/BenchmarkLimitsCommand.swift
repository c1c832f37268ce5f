import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie benchmark limits`: what the machine can do, and how much of it the kernels reach.
struct BenchmarkLimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits",
    abstract: "Measure the machine, and the kernels against it, in one run.",
    discussion: """
      EXAMPLE
        tweedie benchmark limits --threads 1
      """)

  @OptionGroup var common: CommonOptions

  /// A kernel on one piece of work: its time beside the least that the machine could take.
  private struct Row {
    let name: String
    let seconds: Double
    /// The largest of the times that arithmetic, exponentials, normals and memory take at least.
    let least: Double
    let bound: String
  }

  func run() throws {
    let console = common.console
    var line = console.progress("measuring")
    line.update(done: 0, total: 4)
    let limits = MachineLimits(workers: common.workers) { work in seconds(work) }
    var rows: [Row] = []
    for (done, work) in [mixture, empirical, particles].enumerated() {
      try console.checkInterrupt()
      line.update(done: 1 + done, total: 4)
      rows.append(work(limits))
    }
    line.end()
    console.tell(
      "\(MachineLimits.instructionSet), \(common.workers.count) threads: "
        + "\(limits.gigaflops.formatted(digits: 3)) GFLOP/s, "
        + "\(limits.gigabytes.formatted(digits: 3)) GB/s, "
        + "\(limits.exponentials.formatted(digits: 3)) G exp/s, "
        + "\(limits.normals.formatted(digits: 3)) G normals/s")
    for row in rows {
      console.tell(
        "\(row.name): \((1e3 * row.seconds).formatted(digits: 3)) ms, "
          + "\((100 * row.least / row.seconds).formatted(digits: 2)) % of the limit "
          + "set by \(row.bound)")
    }
    console.report([
      JSONMember("instructionSet", .string(MachineLimits.instructionSet)),
      JSONMember("threads", .integer(common.workers.count)),
      JSONMember("gigaflops", .number(limits.gigaflops)),
      JSONMember("gigabytesPerSecond", .number(limits.gigabytes)),
      JSONMember("gigaExponentialsPerSecond", .number(limits.exponentials)),
      JSONMember("gigaNormalsPerSecond", .number(limits.normals)),
      JSONMember(
        "kernels",
        .array(
          rows.map {
            .object([
              JSONMember("name", .string($0.name)), JSONMember("seconds", .number($0.seconds)),
              JSONMember("shareOfLimit", .number($0.least / $0.seconds)),
              JSONMember("bound", .string($0.bound)),
            ])
          })),
    ])
  }

  /// Eight components in the plane, 100,000 points: an exponential for each pair.
  private func mixture(_ limits: MachineLimits) -> Row {
    let samples = Samples(seed: common.seed, count: 100_000)
    let score = Toy.eightGaussians.score
    let x = samples.normals(dimension: 2, for: .toy, workers: common.workers)
    return Row(
      name: "mixture denoiser, 8 components, 100,000 points of the plane",
      seconds: time(score, x, sigma: 0.5), least: 8e5 / (1e9 * limits.exponentials),
      bound: "exponentials")
  }

  /// Every point against every datum: two products of N × d × B.
  private func empirical(_ limits: MachineLimits) -> Row {
    let (n, d, batch) = (10_000, 64, 1000)
    let data = Samples(seed: common.seed, count: n)
      .normals(dimension: d, for: .toy, workers: common.workers)
    let x = Samples(seed: common.seed + 1, count: batch)
      .normals(dimension: d, for: .toy, workers: common.workers)
    // Far above the distance of neighbours: every weight counts.
    return Row(
      name: "empirical denoiser, 10,000 data of dimension 64, 1000 points, every weight",
      seconds: time(EmpiricalScore(data), x, sigma: 8),
      least: 4 * Double(n * d * batch) / (1e9 * limits.gigaflops), bound: "multiply-adds")
  }

  /// Euler-Maruyama in the plane: exponentials and normals.
  private func particles(_ limits: MachineLimits) -> Row {
    let (count, steps) = (100_000, 20)
    let samples = Samples(seed: common.seed, count: count)
    let score = Toy.eightGaussians.score
    let levels = NoiseLevels(steps: steps, from: 80, to: 0.01)
    let start = score.matchedStart(at: 80, samples: samples, workers: common.workers)
    let times = (0..<5).map { _ in
      var run = SamplingRun(
        from: start, down: levels, by: EulerMaruyama(), with: score, samples: samples,
        workers: common.workers)
      return seconds { while run.advance() {} }
    }
    let particleSteps = Double(count * steps)
    return Row(
      name: "Euler-Maruyama, 100,000 points of the plane, \(steps) steps, 8 components",
      seconds: times.min() ?? .nan,
      least: particleSteps * (8 / (1e9 * limits.exponentials) + 2 / (1e9 * limits.normals)),
      bound: "exponentials and normals")
  }

  /// The best of a few evaluations.
  private func time(_ score: some Score, _ x: Points, sigma: Double) -> Double {
    let workspace = Workspace(
      samples: Samples(seed: common.seed, count: x.count), workers: common.workers)
    var clean = Points(count: x.count, dimension: x.dimension)
    let times = (0..<9).map { _ in
      seconds { score.denoise(x, at: .uniform(sigma), into: &clean, in: workspace) }
    }
    return times.min() ?? .nan
  }
}
