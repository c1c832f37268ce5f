import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Errors of samples against converged trajectories and laws.
@Suite struct TrajectoryErrorTests {
  static let gaussian = GaussianScore(
    mean: [1, -2, 0.5], covariance: .diagonal([4, 1, 0.05]))
  static let samples = Samples(seed: 5, count: 200)
  static let (high, low) = (160.0, 0.01)

  private var spread: Double { Self.gaussian.totalVariance.squareRoot() }

  private func start() -> Points {
    Self.gaussian.matchedStart(at: Self.high, samples: Self.samples, workers: .all)
  }

  private func solved(to change: Double) -> ConvergedFlow {
    var flow = ConvergedFlow(
      from: start(), sigmaMax: Self.high, sigmaMin: Self.low, spread: spread)
    while flow.change > change {
      var run = flow.refinement(
        of: 0..<Self.samples.count, with: Self.gaussian, samples: Self.samples)
      while run.advance() {}
      flow.refine(run.result.samples)
    }
    return flow
  }

  // The last change bounds the error of a method whose error falls by more than half when steps
  // double; Float32 leaves some 10⁻⁶ of σ_max = 70 deviations.
  @Test func `the converged flow is the Gaussian's own`() throws {
    let flow = solved(to: 1e-4)
    let exact = Self.gaussian.denoised(
      Self.gaussian.flow(start(), from: Self.high, to: Self.low), at: .uniform(Self.low))
    let solution = try #require(flow.solution)
    let errors = Estimate(solution.trajectoryErrors(from: exact, spread: spread))
    Measured.record("converged flow: error", errors.mean)
    #expect(errors.mean < 1e-4 + 7e-5)
    // Another end of the grid is noticed.
    let other = Self.gaussian.denoised(
      Self.gaussian.flow(start(), from: Self.high, to: 0.3), at: .uniform(0.3))
    #expect(Estimate(solution.trajectoryErrors(from: other, spread: spread)).mean > 1e-2)
  }

  @Test func `Heun's error falls by four when steps double`() throws {
    let solution = try #require(solved(to: 1e-4).solution)
    let errors = [32, 64].map { steps in
      var run = SamplingRun(
        from: start(), down: NoiseLevels(.karras, steps: steps, from: Self.high, to: Self.low),
        by: Heun(), with: Self.gaussian, samples: Self.samples)
      while run.advance() {}
      return Estimate(run.result.samples.trajectoryErrors(from: solution, spread: spread)).mean
    }
    Measured.record("trajectory error: Heun's ratio", errors[0] / errors[1])
    #expect((3.2...5).contains(errors[0] / errors[1]), "\(errors)")
  }

  @Test func `an error is a distance in units of the spread`() {
    let a = Points(rows: [[0, 0], [1, 1]])
    let b = Points(rows: [[3, 4], [1, 1]])
    #expect(a.trajectoryErrors(from: b, spread: 2) == [2.5, 0])
  }

  @Test func `rows of an energy distance have it for their mean`() {
    let x = Self.gaussian.draws(Samples(seed: 1, count: 300), purpose: .toy)
    var y = Self.gaussian.draws(Samples(seed: 2, count: 200), purpose: .toy)
    y.scale(by: .uniform(1.2))
    let wanted = EnergyDistance().estimate(x, against: y, workers: .all).value / spread
    let rows = EnergyErrors(from: y, spread: spread).errors(of: x)
    #expect(abs(Estimate(rows).mean - wanted) < 1e-9 * abs(wanted) + 1e-12)
  }

  // 100 sets of 200 rows, a fixed reference far enough away: a standard deviation of 100 numbers
  // is known to 7 %, three times that are allowed.
  @Test func `their spread is that of the distance when rows are drawn again`() {
    var reference = Self.gaussian.draws(Samples(seed: 2, count: 500), purpose: .toy)
    reference.scale(by: .uniform(1.5))
    let energy = EnergyErrors(from: reference, spread: spread)
    let sets = (0..<100).map {
      Estimate(
        energy.errors(
          of: Self.gaussian.draws(Samples(seed: UInt64(100 + $0), count: 200), purpose: .toy)))
    }
    let between = Estimate(sets.map(\.mean)).variance.squareRoot()
    let within = Estimate(sets.map(\.standardError)).mean
    Measured.record("energy rows: standard error over its truth", within / between)
    #expect(abs(within / between - 1) < 0.21)
    // Distances to the reference alone would be taken for twice as sure, or half.
    #expect(between > 0)
  }
}
