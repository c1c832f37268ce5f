import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Whole runs: what they learn, and that their bits depend on nothing they should not.
@Suite struct TrainingRunTests {
  static let shape = MLPShape(dimension: 2, width: 32, depth: 2, embedding: 8, coordinateWaves: 0)

  static func settings(steps: Int) -> TrainingSettings {
    var settings = TrainingSettings()
    (settings.steps, settings.warmUp, settings.batchSize) = (steps, 20, 300)
    (settings.reportInterval, settings.averages) = (20, [10, 40])
    return settings
  }

  static func state(after steps: Int, threads: Int, of total: Int = 60) -> TrainingState {
    let run = TrainingRun(
      TrainingData(.twoMoons, seed: 1), .mlp(shape), settings(steps: total),
      workers: Workers(count: threads))
    while run.step < steps, run.advance() { if run.isReportDue { _ = run.report() } }
    return run.state
  }

  @Test func `every number of threads gives the same bits`() {
    let one = Self.state(after: 30, threads: 1)
    #expect(one == Self.state(after: 30, threads: 2))
    #expect(one == Self.state(after: 30, threads: 5))
    #expect(one != Self.state(after: 29, threads: 1))
  }

  @Test func `a run that was broken off goes on with the same bits`() {
    let run = TrainingRun(
      TrainingData(.twoMoons, seed: 1), .mlp(Self.shape), Self.settings(steps: 60),
      workers: Workers(count: 2))
    #expect(run.restore(Self.state(after: 33, threads: 2)) == nil)
    while run.advance() { if run.isReportDue { _ = run.report() } }
    #expect(run.state == Self.state(after: 60, threads: 1))
    #expect(run.status == .finished)
    // Without its moments a run goes another way.
    let other = TrainingRun(
      TrainingData(.twoMoons, seed: 1), .mlp(Self.shape), Self.settings(steps: 60))
    var poorer = Self.state(after: 33, threads: 2)
    poorer.buffers = poorer.buffers.map {
      ($0.name, $0.name == "moments.first" ? $0.values.map { _ in 0 } : $0.values)
    }
    #expect(other.restore(poorer) == nil)
    while other.advance() { if other.isReportDue { _ = other.report() } }
    #expect(other.state != run.state)
  }

  @Test func `a state that does not fit is refused and changes nothing`() {
    let run = TrainingRun(
      TrainingData(.twoMoons, seed: 1), .mlp(Self.shape), Self.settings(steps: 60))
    let before = run.state
    var wrong = Self.state(after: 5, threads: 1)
    wrong.buffers.removeLast()
    #expect(run.restore(wrong)?.contains("averages.1") == true)
    wrong = Self.state(after: 5, threads: 1)
    wrong.buffers[0].values.removeLast()
    #expect(run.restore(wrong)?.contains("parameters") == true)
    wrong = Self.state(after: 5, threads: 1)
    wrong.step = 61
    #expect(run.restore(wrong)?.contains("step") == true)
    #expect(run.state == before)
  }

  /// The largest held-out excess after some steps on the correlated Gaussian.
  static func gaussianExcess(_ change: (inout TrainingSettings) -> Void) -> Double {
    var settings = settings(steps: 600)
    settings.averages = [30]
    settings.rate = 4e-3
    change(&settings)
    let run = TrainingRun(TrainingData(.gaussian, seed: 2), .mlp(shape), settings)
    while run.advance() {}
    return run.report().worstHeldOut
  }

  static let variants: [(name: String, change: @Sendable (inout TrainingSettings) -> Void)] = [
    ("as it is", { _ in }), ("velocity", { $0.target = .velocity }),
    ("log-uniform", { $0.noise = .logUniform }),
    ("clean score", { $0.usesCleanScore = true }),
  ]

  @Test(arguments: variants.indices)
  func `the minimiser on a Gaussian is its linear denoiser`(index: Int) {
    let (name, change) = Self.variants[index]
    let excess = Self.gaussianExcess(change)
    Measured.record("excess on a Gaussian, \(name)", excess)
    // An untrained network, c_skip x, errs most where the two variances differ: see below.
    #expect(excess < 0.02, "\(name)")
  }

  @Test func `a network that hardly learns is told from one that does`() {
    #expect(Self.gaussianExcess { $0.rate = 1e-7 } > 0.1)
  }

  @Test func `the loss has its floor`() {
    let run = TrainingRun(
      TrainingData(.gaussian, seed: 2), .mlp(Self.shape), Self.settings(steps: 400))
    var last = 0.0
    var floor = Double.infinity
    while run.advance() {
      guard run.isReportDue else { continue }
      let report = run.report()
      (last, floor) = (report.loss, report.floor ?? .infinity)
    }
    // 20 steps of 300 rows of 2 numbers, whose squares deviate by √2: a standard error of 1.3 %.
    #expect(last > floor * (1 - 4 * 0.013))
    #expect(last < floor * 1.1)
  }

  @Test func `patience stops a run that no longer improves`() {
    var settings = Self.settings(steps: 100_000)
    (settings.patience, settings.rate, settings.reportInterval) = (3, 1e-12, 1)
    settings.averages = [1]
    let points = Toy.twoMoons.draws(Samples(seed: 3, count: 50))
    let run = TrainingRun(TrainingData(points, heldOut: 0.2, seed: 3), .mlp(Self.shape), settings)
    while run.advance() { if run.isReportDue { _ = run.report() } }
    #expect(run.status == .stoppedEarly)
    #expect(run.step == 4)
  }

  @Test func `held-out points are not trained on`() {
    let points = Toy.twoMoons.draws(Samples(seed: 3, count: 50))
    let data = TrainingData(points, heldOut: 0.2, seed: 3)
    #expect(data.heldOut.count == 10)
    #expect(data.dimension == 2)
  }

  @Test func `a rate that is far too high ends as a value`() {
    var settings = Self.settings(steps: 3000)
    (settings.rate, settings.warmUp, settings.clip) = (1e30, 0, 1e30)
    let run = TrainingRun(TrainingData(.gaussian, seed: 2), .mlp(Self.shape), settings)
    while run.advance() {}
    guard case .notFinite = run.status else {
      Issue.record("The status is \(run.status).")
      return
    }
  }
}
