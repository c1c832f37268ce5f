import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// The law of what the adaptive SDE sampler draws.
@Suite struct AdaptiveLawTests {
  static let count = 40_000
  static let processes: [NoiseProcess] = [
    .varianceExploding, .variancePreserving, .subVariancePreserving,
  ]

  // n = 20,000, 15 statistics, bound as in SamplerLawTests: six standard errors, of which one is
  // for the method's own error at this tolerance.
  @Test(arguments: processes)
  func `samples have the weights, means and variances of the mixture`(process: NoiseProcess) {
    let tests = SamplerLawTests()
    let result = adaptiveRun(
      AdaptiveSDE(tolerance: 0.01, absolute: 0.002), SamplerLawTests.mixture,
      down: ends(from: 60, to: 0.005, process), samples: Samples(seed: 11, count: 20_000))
    let deviations = tests.deviations(result.samples)
    #expect(deviations.allSatisfy { abs($0) < tests.bound }, "\(deviations)")
  }

  /// Mean square of the ends of pure noise, over what it is.
  ///
  /// With D = x the score is zero, and from x = 0 at σ = 1 the process adds noise alone:
  /// E x² = 1 − σ_min². One coordinate: its error is |ΔW| times the change of g, so that large
  /// increments are taken back and small ones are not.
  private func pureNoise(_ rejection: Rejection) -> (Estimate, SamplingResult) {
    let score = FormulaScore(dimension: 1) { row, _, _ in row }
    let samples = Samples(seed: 21, count: Self.count)
    var run = AdaptiveRun(
      from: Points(count: Self.count, dimension: 1), down: ends(from: 1, to: 0.1),
      by: AdaptiveSDE(tolerance: 1e-9, absolute: 0.002, rejection: rejection), with: score,
      samples: samples)
    while run.advance() {}
    let result = run.result
    return (Estimate(result.samples.values.map { Double($0) * Double($0) / 0.99 }), result)
  }

  @Test func `a bridge leaves the increments their law, redrawing does not`() {
    // n = 40,000: standard error √2/√n = 0.0071 of the mean square. The method's own error is of
    // the order of the tolerance, 0.002.
    let (kept, keptRun) = pureNoise(.bridge)
    let (redrawn, redrawnRun) = pureNoise(.redraw)
    for run in [keptRun, redrawnRun] { #expect(run.rejected.reduce(0, +) > 10 * Self.count) }
    #expect(kept.deviation(from: 1) < 4, "\(kept.mean) ± \(kept.standardError)")
    // Less than half of the variance is left; ten standard errors are a weak demand.
    #expect(redrawn.mean < 1 && redrawn.deviation(from: 1) > 10, "\(redrawn.mean)")
    #expect(kolmogorov(normalized(keptRun), normalDistribution) < 1.95)
    #expect(kolmogorov(normalized(redrawnRun), normalDistribution) > 1.95)
    Measured.record("adaptive noise: deficit with a bridge", 1 - kept.mean)
    Measured.record("adaptive noise: deficit redrawn", 1 - redrawn.mean)
  }

  private func normalized(_ result: SamplingResult) -> [Double] {
    result.samples.values.map { Double($0) / 0.99.squareRoot() }
  }
}
