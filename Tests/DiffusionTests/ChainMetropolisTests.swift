import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Langevin moves with and without the accept test, on the line, against quadrature.
@Suite struct ChainMetropolisTests {
  static let line = ChainLine()

  /// States after `moves` moves at the line's noise level.
  private func chain(
    _ method: any Sampler, from start: Points, samples: Samples, moves: Int
  ) -> SamplingRun {
    var run = SamplingRun(
      from: start, down: NoiseLevels(holding: ChainLine.sigma, steps: moves + 1), by: method,
      with: ChainLine.score, samples: samples)
    for _ in 0..<moves { _ = run.advance() }
    return run
  }

  /// n = 20,000 chains, all from x = 3, 300 moves of δ = 0.9: the Kolmogorov distance times √n.
  private func distance(_ method: any Sampler) -> Double {
    let samples = Samples(seed: 31, count: 20_000)
    let start = Points(
      count: samples.count, dimension: 1, values: .init(repeating: 3, count: 20_000))
    let run = chain(method, from: start, samples: samples, moves: 300)
    return kolmogorov(run.states.values.map(Double.init), Self.line.distribution)
  }

  @Test func `the accept test makes the law exact and without it the bias shows`() {
    // Under the law itself 1.95 is exceeded once in a thousand times.
    let (exact, biased) = (
      distance(MALA(density: ChainLine.score, stepSize: 0.9)), distance(Langevin(stepSize: 0.9))
    )
    Measured.record("kolmogorov of mala", exact)
    Measured.record("kolmogorov of langevin", biased)
    #expect(exact < 1.95)
    #expect(biased > 3)
  }

  @Test func `a wrong score proposes badly but the law stays exact`() {
    let other = GaussianScore(mean: [0.5], covariance: .isotropic(1, dimension: 1))
    let samples = Samples(seed: 32, count: 20_000)
    let start = Points(count: samples.count, dimension: 1)
    var run = SamplingRun(
      from: start, down: NoiseLevels(holding: ChainLine.sigma, steps: 401),
      by: MALA(density: ChainLine.score, stepSize: 0.9), with: other, samples: samples)
    for _ in 0..<400 { _ = run.advance() }
    #expect(kolmogorov(run.states.values.map(Double.init), Self.line.distribution) < 1.95)
  }

  /// How many of n = 200,000 draws of p one move takes from cell to cell.
  private func counts(_ method: any Sampler) -> (flows: [[Int]], accepted: Double) {
    let samples = Samples(seed: 33, count: 200_000)
    let start = ChainLine.score.noisedDraws(at: ChainLine.sigma, samples: samples)
    let run = chain(method, from: start, samples: samples, moves: 1)
    var flows = [[Int]](repeating: [0, 0, 0, 0], count: 4)
    for row in 0..<samples.count {
      let (from, to) = (Double(start[row, 0]), Double(run.states[row, 0]))
      flows[ChainLine.cell(from)][ChainLine.cell(to)] += 1
    }
    return (flows, Double(run.result.accepted.reduce(0, +)) / Double(samples.count))
  }

  // 12 flows and 6 pairs a method: 4.5 standard errors leave one false alarm in 8000 runs.
  @Test func `moves between cells balance and are those of quadrature`() {
    let n = 200_000.0
    let (flows, accepted) = counts(MALA(density: ChainLine.score, stepSize: 1.5))
    let expected = Self.line.flows(
      epsilon: 1.5 * ChainLine.sigma * ChainLine.sigma, accept: true)
    for i in 0..<4 {
      for j in 0..<4 where i != j {
        let share = expected[i][j]
        let standardError = (share * (1 - share) / n).squareRoot()
        #expect(abs(Double(flows[i][j]) / n - share) < 4.5 * standardError, "\(i) to \(j)")
        let (out, back) = (Double(flows[i][j]), Double(flows[j][i]))
        #expect(abs(out - back) < 4.5 * (out + back).squareRoot(), "\(i) and \(j)")
      }
    }
    #expect(accepted > 0.5 && accepted < 0.999)
  }

  @Test func `without the accept test moves are those of its own kernel and do not balance`() {
    let n = 200_000.0
    let (flows, accepted) = counts(Langevin(stepSize: 1.5))
    let expected = Self.line.flows(
      epsilon: 1.5 * ChainLine.sigma * ChainLine.sigma, accept: false)
    var worst = 0.0
    for i in 0..<4 {
      for j in 0..<4 where i != j {
        let share = expected[i][j]
        let standardError = (share * (1 - share) / n).squareRoot()
        #expect(abs(Double(flows[i][j]) / n - share) < 4.5 * standardError, "\(i) to \(j)")
        let (out, back) = (Double(flows[i][j]), Double(flows[j][i]))
        worst = max(worst, abs(out - back) / (out + back).squareRoot())
      }
    }
    #expect(worst > 10)
    #expect(accepted == 1)
  }

  @Test func `the default step is accepted about as often as theory wants in high dimension`() {
    // The law of Roberts and Rosenthal is for d → ∞; d = 100 directions of variance σ².
    let density = GaussianScore(
      mean: [Double](repeating: 0, count: 100),
      covariance: .isotropic(1e-6, dimension: 100))
    let samples = Samples(seed: 34, count: 500)
    var run = SamplingRun(
      from: density.noisedDraws(at: 1, samples: samples),
      down: NoiseLevels(holding: 1, steps: 41), by: MALA(density: density), with: density,
      samples: samples)
    for _ in 0..<40 { _ = run.advance() }
    let rate = Double(run.result.accepted.reduce(0, +)) / (40 * 500)
    Measured.record("acceptance of mala at d = 100", rate)
    #expect(rate > 0.57 && rate < 0.9)
  }
}
