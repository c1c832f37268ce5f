import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Embedded Runge-Kutta pairs follow the flow as closely as they are told.
@Suite struct AdaptiveFlowTests {
  static let levels = ends(from: 20, to: 0.05)
  static let gaussian = SamplerOrderTests.gaussian
  static let mixture = SamplerLawTests.mixture
  static let samples = Samples(seed: 4, count: 64)

  /// The two pairs at a tolerance.
  private func pairs(_ tolerance: Double, scale: Double) -> [any AdaptiveSampler] {
    [
      DormandPrince(tolerance: tolerance, scale: scale),
      BogackiShampine(tolerance: tolerance, scale: scale),
    ]
  }

  /// Root mean square distance of the ends from `truth` over the data's deviation, and the mean
  /// number of evaluations.
  private func errors(
    _ method: any AdaptiveSampler, _ score: any MomentScore, _ truth: Points
  ) -> (error: Double, evaluations: Double) {
    let result = adaptiveRun(method, score, down: Self.levels, samples: Self.samples)
    let squares = (0..<truth.count).map { row in
      zip(result.samples.row(row), truth.row(row)).reduce(0) { sum, pair in
        sum + Double(pair.0 - pair.1) * Double(pair.0 - pair.1)
      }
    }
    // A start next to the border of two components goes either way at any tolerance: the tenth of
    // the rows with the largest errors is left out.
    let kept = squares.sorted().prefix(squares.count * 9 / 10)
    let error = (kept.reduce(0, +) / Double(kept.count * truth.dimension)).squareRoot()
    let evaluations = Double(result.evaluations.reduce(0, +)) / Double(result.evaluations.count)
    return (error / score.deviation, evaluations)
  }

  /// D at the end of the exact flow, and of a flow converged by steps of a fiftieth of log σ.
  private func truth(_ index: Int) -> (score: any MomentScore, ends: Points) {
    if index == 0 {
      let start = Self.gaussian.matchedStart(
        at: Self.levels.sigmaMax, samples: Self.samples, workers: .all)
      let end = Self.gaussian.flow(start, from: Self.levels.sigmaMax, to: Self.levels.sigmaMin)
      return (Self.gaussian, Self.gaussian.denoised(end, at: .uniform(Self.levels.sigmaMin)))
    }
    let fine = DormandPrince(tolerance: 1e-7, scale: Self.mixture.deviation)
    return (
      Self.mixture,
      adaptiveRun(fine, Self.mixture, down: Self.levels, samples: Self.samples).samples
    )
  }

  @Test(arguments: [0, 1], [0, 1])
  func `the error at the end follows the tolerance`(model: Int, pair: Int) {
    let (score, truth) = truth(model)
    let tolerances = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]
    let figures = tolerances.map {
      errors(pairs($0, scale: score.deviation)[pair], score, truth)
    }
    let logs = figures.map { log10($0.error) }
    let slope = zip(tolerances, logs).reduce(0) { $0 + (log10($1.0) + 4) * $1.1 } / 10
    // Four decades; the longest steps of the pair of order five are not yet in its limit.
    #expect(abs(slope - 1) < 0.25, "\(figures), slope \(slope)")
    for (tolerance, figure) in zip(tolerances, figures) {
      #expect(figure.error < 2 * tolerance, "\(figure) at \(tolerance)")
    }
  }

  /// A pair that accepts every step and leaves its width.
  private struct FixedSteps<Pair: EmbeddedRungeKutta>: EmbeddedRungeKutta {
    static var facts: SamplerFacts { Pair.facts }
    static var tableau: Tableau { Pair.tableau }
    let tolerance = 1e9
    let scale = 1.0
    let steps: Double
    func firstWidth(of length: Double) -> Double { length / steps }
    func width(after row: AdaptiveRow, accepted: Bool) -> Double { row.width }
  }

  @Test func `steps of one width err at the stated order`() throws {
    let (score, truth) = truth(0)
    func order<Pair: EmbeddedRungeKutta>(_: Pair.Type, steps: Double) -> Double {
      let coarse = errors(FixedSteps<Pair>(steps: steps), score, truth)
      let fine = errors(FixedSteps<Pair>(steps: 2 * steps), score, truth)
      #expect(coarse.evaluations == Double(Pair.facts.evaluationsPerStep) * steps + 1)
      return log2(coarse.error / fine.error)
    }
    // As many steps as leave the error well above rounding, 10⁻⁷.
    let (five, three) = (
      order(DormandPrince.self, steps: 10), order(BogackiShampine.self, steps: 40)
    )
    #expect(abs(five - 5) < 0.4, "observed \(five)")
    #expect(abs(three - 3) < 0.25, "observed \(three)")
  }

  @Test func `a pair is consistent to its orders on quadratures`() {
    // Σ b c^(q−1) = 1/q up to the order; the lower method's order is one less.
    for (tableau, order) in [(DormandPrince.tableau, 5), (BogackiShampine.tableau, 3)] {
      let last = tableau.weights[tableau.weights.count - 1] + [0]
      let lower = zip(last, tableau.difference).map { $0 - $1 }
      for (weights, order) in [(last, order), (lower, order - 1)] {
        for power in 1...order + 1 {
          let sum = zip(weights, tableau.nodes).reduce(0) {
            $0 + $1.0 * pow($1.1, Double(power - 1))
          }
          #expect((abs(sum - 1 / Double(power)) < 1e-12) == (power <= order))
        }
      }
      for (row, node) in zip(tableau.weights, tableau.nodes) {
        #expect(abs(row.reduce(0, +) - node) < 1e-12)
      }
    }
  }
}
