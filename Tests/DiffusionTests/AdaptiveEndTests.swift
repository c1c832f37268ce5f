import Arrays
import Diffusion
import TestSupport
import Testing

/// How adaptive runs end: at σ_min to the bit, with a value where they cannot.
@Suite struct AdaptiveEndTests {
  private let samples = Samples(seed: 5, first: 3, count: 8)

  private func start(_ dimension: Int) -> Points {
    var points = samples.normals(dimension: dimension, for: .start)
    points.scale(by: .uniform(30))
    return points
  }

  @Test(arguments: adaptiveMethods.indices)
  func `a row that needs too many attempts ends the run with its state`(method: Int) {
    // A slope that jumps between −1000 x and 1000 x from one σ to the next.
    let score = FormulaScore(dimension: 2) { row, sigma, sample in
      let slope = Float(sigma.bitPattern % 2001) - 1000
      return sample == 6 && sigma < 1 ? row.map { slope * $0 } : [0, 0]
    }
    var run = AdaptiveRun(
      from: start(2), down: ends(from: 30, to: 0.01), by: adaptiveMethods[method], with: score,
      samples: samples, attemptLimit: 2000)
    while run.advance() {}
    guard case .tooManySteps(let row, let sigma) = run.result.status else {
      Issue.record("ended as \(run.result.status)")
      return
    }
    #expect(row == 3 && sigma > 0.01 && sigma < 30)
    let result = run.result
    #expect(result.samples.firstNotFiniteRow == nil)
    #expect(result.accepted[3] + result.rejected[3] == 2000)
    let more = run.advance()
    #expect(!more)
  }

  @Test(arguments: adaptiveMethods.indices)
  func `a score that answers NaN ends the run and names the row`(method: Int) {
    for bad in [Float.nan, .infinity] {
      let score = FormulaScore(dimension: 2) { row, sigma, sample in
        sample == 7 && sigma < 5 ? [0, bad] : [0, 0]
      }
      var run = AdaptiveRun(
        from: start(2), down: ends(from: 30, to: 0.01), by: adaptiveMethods[method], with: score,
        samples: samples)
      while run.advance() {}
      guard case .notFinite(let row, let step) = run.result.status else {
        Issue.record("ended as \(run.result.status)")
        return
      }
      #expect(row == 4)
      #expect(step == run.result.accepted[4] + run.result.rejected[4] - 1)
    }
  }

  @Test func `no step is narrower than half of those before it when nothing changes`() {
    // D = x: every step passes, widths grow until they meet the end.
    let score = FormulaScore(dimension: 1) { row, _, _ in row }
    for sigmaMin in stride(from: 0.01, to: 0.02, by: 0.0007) {
      var run = AdaptiveRun(
        from: start(1), down: ends(from: 30, to: sigmaMin), by: DormandPrince(), with: score,
        samples: samples)
      var widths: [Double] = []
      while !run.walk.rows.isEmpty {
        widths.append(run.walk.rows[0].width)
        _ = run.advance()
      }
      for (wide, narrow) in zip(widths, widths.dropFirst()) { #expect(narrow > 0.45 * wide) }
      #expect(run.result.status == .finished)
    }
  }

  @Test(arguments: adaptiveMethods.indices)
  func `progress rises from zero to one and a stop is told from an end`(method: Int) {
    let score = SamplerLawTests.mixture
    let start = score.matchedStart(at: 30, samples: samples, workers: .all)
    var run = AdaptiveRun(
      from: start, down: ends(from: 30, to: 0.01), by: adaptiveMethods[method], with: score,
      samples: samples)
    #expect(run.progress == 0 && run.result.status == .stopped(step: 0))
    // Less the mean and with it again.
    #expect(zip(run.result.samples.values, start.values).allSatisfy { abs($0 - $1) < 1e-5 })
    var last = 0.0
    while run.advance() {
      #expect(run.progress >= last)
      last = run.progress
    }
    #expect(run.progress == 1 && run.result.status == .finished)
    #expect(run.meanEvaluations == Double(run.result.evaluations.reduce(0, +)) / 8)
  }

  @Test(arguments: adaptiveMethods.indices)
  func `a way of one level is one evaluation`(method: Int) {
    let score = SamplerLawTests.mixture
    let levels = NoiseLevels(sigmas: [0.5])
    let result = adaptiveRun(adaptiveMethods[method], score, down: levels, samples: samples)
    let start = score.matchedStart(at: 0.5, samples: samples, workers: .all)
    #expect(result.evaluations == [Int](repeating: 1, count: 8))
    let clean = score.denoised(start, at: .uniform(0.5))
    #expect(zip(result.samples.values, clean.values).allSatisfy { abs($0 - $1) < 2e-6 })
  }
}
