import Arrays
import Diffusion
import Foundation
import Synchronization
import TestSupport

/// Every method that chooses its steps.
let adaptiveMethods: [any AdaptiveSampler] = [
  DormandPrince(), BogackiShampine(), AdaptiveSDE(tolerance: 0.05),
  AdaptiveSDE(tolerance: 0.05, rejection: .redraw),
]

/// A matched start and the way from there to the end.
func adaptiveRun(
  _ method: any AdaptiveSampler, _ score: any MomentScore, down levels: NoiseLevels,
  samples: Samples, workers: Workers = .all
) -> SamplingResult {
  let start = score.matchedStart(at: levels.sigmaMax, samples: samples, workers: workers)
  var run = AdaptiveRun(
    from: start, down: levels, by: method, with: score, samples: samples, workers: workers)
  while run.advance() {}
  return run.result
}

/// The ends of a way.
func ends(
  from sigmaMax: Double, to sigmaMin: Double, _ process: NoiseProcess = .varianceExploding
) -> NoiseLevels {
  NoiseLevels(.logLinear, steps: 2, from: sigmaMax, to: sigmaMin, process: process)
}

/// A score that counts the rows it is asked about.
final class RowCountingScore<Base: MomentScore>: MomentScore {
  private let base: Base
  private let count = Mutex(0)

  init(_ base: Base) { self.base = base }

  var rows: Int { count.withLock { $0 } }
  var dimension: Int { base.dimension }
  var mean: [Double] { base.mean }
  var totalVariance: Double { base.totalVariance }

  func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    base.matchedStart(at: sigma, samples: samples, workers: workers)
  }

  func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    count.withLock { $0 += x.count }
    base.denoise(x, at: noise, into: &clean, in: workspace)
  }
}

/// A score by a formula for each row's numbers, σ and sample.
struct FormulaScore: Score {
  let dimension: Int
  let formula: @Sendable (_ row: [Float], _ sigma: Double, _ sample: UInt64) -> [Float]

  func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    for row in 0..<x.count {
      let denoised = formula(Array(x.row(row)), noise[row], workspace.samples.indices[row])
      for (column, value) in denoised.enumerated() { clean[row, column] = value }
    }
  }
}
