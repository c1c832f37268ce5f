import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Runs of convolutional networks: what they learn, and that their bits depend on nothing they
/// should not.
@Suite struct UNetRunTests {
  static let shape = UNetShape(width: 8, height: 8, channels: [8, 16], attention: 1)

  /// Pictures of stripes, upright or level, at one of four shifts, a little noisy: a mixture whose
  /// mean and covariance say little.
  static let stripes: Points = {
    var inputs = Inputs(seed: 1)
    let values = (0..<400).flatMap { _ in
      let (isUpright, shift) = (inputs.uniform() < 0.5, Int(inputs.uniform() * 4))
      return (0..<64).map { place in
        let along = isUpright ? place % 8 : place / 8
        return Float(((along + shift) / 2 % 2 == 0 ? 1 : -1) + 0.05 * inputs.bell())
      }
    }
    return Points(count: 400, dimension: 64, values: values)
  }()

  static func run(
    steps: Int, threads: Int, _ change: (inout TrainingSettings) -> Void = { _ in }
  ) -> TrainingRun {
    var settings = TrainingSettings()
    (settings.steps, settings.warmUp, settings.batchSize) = (steps, 5, 44)
    (settings.reportInterval, settings.averages) = (10, [5, 20])
    change(&settings)
    return TrainingRun(
      TrainingData(stripes, heldOut: 0.2, seed: 1), .unet(shape), settings,
      workers: Workers(count: threads))
  }

  static func state(after steps: Int, threads: Int) -> TrainingState {
    let run = run(steps: 24, threads: threads)
    while run.step < steps, run.advance() { if run.isReportDue { _ = run.report() } }
    return run.state
  }

  @Test func `every number of threads gives the same bits`() {
    let one = Self.state(after: 12, threads: 1)
    #expect(one == Self.state(after: 12, threads: 2))
    #expect(one == Self.state(after: 12, threads: 5))
    #expect(one != Self.state(after: 11, threads: 1))
  }

  @Test func `a run that was broken off goes on with the same bits`() {
    let run = Self.run(steps: 24, threads: 2)
    #expect(run.restore(Self.state(after: 13, threads: 2)) == nil)
    while run.advance() { if run.isReportDue { _ = run.report() } }
    #expect(run.state == Self.state(after: 24, threads: 1))
    #expect(run.status == .finished)
  }

  @Test func `it learns pictures`() {
    // Relative to the linear denoiser of the data's moments.
    func error(steps: Int, rate: Double) -> Double {
      let run = Self.run(steps: steps, threads: 2) { $0.rate = rate }
      while run.advance() {}
      let bands = run.report().excess.map(\.heldOut)
      return bands.reduce(0, +) / Double(bands.count)
    }
    let (learned, untrained) = (
      error(steps: 400, rate: 4e-3), error(steps: 5, rate: 1e-9)
    )
    Measured.record("stripes, error of a trained network", learned)
    Measured.record("stripes, error of an untrained network", untrained)
    // c_skip x knows neither stripes nor that their noise is small.
    #expect(learned < untrained / 3)
  }

  @Test func `a picture's denoiser has the same bits in every batch and on any threads`() {
    let one = UNetCase(Self.shape, rows: 1, seed: 5)
    let score = NetworkScore(
      one.network, one.weights,
      Preconditioning(mean: Inputs.fixedRow(64), deviation: 1), .isotropic(1, dimension: 64))
    var inputs = Inputs(seed: 6)
    let (count, x) = (21, inputs.points(21, 64, scale: 2))
    let sigmas = (0..<count).map { 0.01 * Double(1 + $0 * $0) }
    func denoised(_ rows: [Int], threads: Int) -> [Float] {
      let workspace = Workspace(
        samples: Samples(seed: 0, count: rows.count), workers: Workers(count: threads))
      return score.denoised(x.rows(at: rows), at: .each(rows.map { sigmas[$0] }), in: workspace)
        .values
    }
    let whole = denoised(Array(0..<count), threads: 1)
    #expect(whole.allSatisfy { $0.isFinite })
    #expect(whole == denoised(Array(0..<count), threads: 3))
    #expect(
      whole == denoised(Array(0..<5), threads: 2) + denoised(Array(5..<count), threads: 1))
    for row in [3, 20] {
      #expect(denoised([row], threads: 1)[...] == whole[64 * row..<64 * (row + 1)])
    }
  }

  @Test func `a network is made again from its parameters by name`() {
    let one = UNetCase(Self.shape, rows: 1, seed: 7)
    let score = NetworkScore(
      one.network, one.weights, Preconditioning(mean: Inputs.fixedRow(64), deviation: 1),
      .isotropic(1, dimension: 64))
    var named = Dictionary(uniqueKeysWithValues: score.parameters.map { ($0.name, $0.values) })
    for (entry, shape) in zip(score.parameters, NetworkShape.unet(Self.shape).parameters) {
      #expect(entry.name == shape.name && entry.sizes == shape.sizes)
      #expect(entry.values.count == entry.sizes.reduce(1, *))
    }
    let again = NetworkScore(
      .unet(Self.shape), parameters: named, preconditioning: score.preconditioning,
      covariance: score.covariance)
    #expect(again?.parameters.map(\.values) == score.parameters.map(\.values))
    named["down.0.0.norm.0.gain"]?.removeLast()
    #expect(
      NetworkScore(
        .unet(Self.shape), parameters: named, preconditioning: score.preconditioning,
        covariance: score.covariance) == nil)
  }
}

extension Inputs {
  /// The same numbers each time.
  static func fixedRow(_ dimension: Int) -> [Double] {
    var inputs = Inputs(seed: 9)
    return inputs.row(dimension)
  }
}
