import Arrays
import Diffusion
import TestSupport
import Testing

/// A row's steps are its own: the same bits and counts in every batch.
@Suite struct AdaptiveReproducibilityTests {
  private func draw(
    _ score: any MomentScore, _ method: any AdaptiveSampler, batch: Int, threads: Int
  ) -> SamplingResult {
    var all = SamplingResult(
      samples: Points(count: 70, dimension: score.dimension), evaluations: [], accepted: [],
      rejected: [], status: .finished)
    for first in stride(from: 0, to: 70, by: batch) {
      let samples = Samples(seed: 77, first: 10 + first, count: min(batch, 70 - first))
      let part = adaptiveRun(
        method, score, down: ends(from: 30, to: 0.02), samples: samples,
        workers: Workers(count: threads))
      #expect(part.status == .finished)
      all.samples.replaceRows(from: first, with: part.samples)
      all.evaluations += part.evaluations
      all.accepted += part.accepted
      all.rejected += part.rejected
    }
    return all
  }

  @Test(arguments: 0..<SamplerReproducibilityTests.scores.count, adaptiveMethods.indices)
  func `a sample and its counts are the same alone and in any batch`(score: Int, method: Int) {
    let (score, method) = (SamplerReproducibilityTests.scores[score], adaptiveMethods[method])
    let whole = draw(score, method, batch: 70, threads: 2)
    for (batch, threads) in [(1, 1), (7, 2), (64, 1)] {
      let parts = draw(score, method, batch: batch, threads: threads)
      #expect(parts.samples.bitPatterns == whole.samples.bitPatterns)
      #expect(parts.evaluations == whole.evaluations)
      #expect(parts.accepted == whole.accepted && parts.rejected == whole.rejected)
    }
    // Rows differ, or there would be nothing to show.
    #expect(Set(whole.evaluations).count > 1)
  }

  @Test(arguments: adaptiveMethods.indices)
  func `a row is evaluated as often as it tries steps, and once`(method: Int) {
    let method = adaptiveMethods[method]
    let score = RowCountingScore(SamplerLawTests.mixture)
    let result = adaptiveRun(
      method, score, down: ends(from: 30, to: 0.02), samples: Samples(seed: 3, count: 200))
    #expect(score.rows == result.evaluations.reduce(0, +))
    for row in 0..<200 {
      let attempts = result.accepted[row] + result.rejected[row]
      #expect(result.evaluations[row] == method.facts.evaluationsPerStep * attempts + 1)
    }
    // Flows this smooth are followed without a step back.
    #expect(result.rejected.reduce(0, +) > 0 || !method.facts.stochastic)
  }
}
