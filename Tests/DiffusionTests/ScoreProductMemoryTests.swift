import Arrays
import Diffusion
import TestSupport
import Testing

/// What a score remembers of a trajectory does not show in it.
@Suite struct ScoreProductMemoryTests {
  /// A score that starts from nothing at every evaluation.
  private struct Forgetful<Inner: MomentScore>: MomentScore {
    let inner: Inner
    var dimension: Int { inner.dimension }
    var mean: [Double] { inner.mean }
    var totalVariance: Double { inner.totalVariance }

    func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
      inner.matchedStart(at: sigma, samples: samples, workers: workers)
    }

    func denoise(_ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace) {
      inner.denoise(x, at: noise, into: &clean, in: Workspace(samples: workspace.samples))
    }
  }

  private static let data: Points = {
    var inputs = Inputs(seed: 40)
    return inputs.points(6000, 48)
  }()

  /// Long enough for a softmax without shifts to remember products.
  private static let long: Points = {
    var inputs = Inputs(seed: 41)
    return inputs.points(3000, 200)
  }()

  static let scores: [NearestNeighborScore] = [
    NearestNeighborScore(long, smoothing: 0), NearestNeighborScore(data, smoothing: 0.4),
    NearestNeighborScore(data, smoothing: 0.4, shifts: 4),
    NearestNeighborScore(data, smoothing: 0.4, shifts: 3, exactAbove: 1),
    NearestNeighborScore(
      data, smoothing: 1, shifts: 4, neighbors: .nearest(9, remainder: 5), exactAbove: 1),
    NearestNeighborScore(data, smoothing: 1, shifts: 20),
  ]

  static let methods: [any Sampler] = [Heun(), DPM2M(), DPM2MSDE(), Ancestral()]

  @Test(arguments: scores.indices, methods.indices)
  func `samples are those of a score that remembers nothing`(_ score: Int, _ method: Int) {
    func draw(_ score: some MomentScore, _ rows: Range<Int>) -> Points {
      let samples = Samples(seed: 3, first: rows.lowerBound, count: rows.count)
      var run = SamplingRun(
        from: score.matchedStart(at: 40, samples: samples, workers: .all),
        down: NoiseLevels(.karras, steps: 10, from: 40, to: 0.01), by: Self.methods[method],
        with: score, samples: samples)
      while run.advance() {}
      return run.result.samples
    }
    let score = Self.scores[score]
    let samples = draw(score, 0..<20)
    #expect(samples.bitPatterns == draw(Forgetful(inner: score), 0..<20).bitPatterns)
    #expect(draw(score, 3..<8).bitPatterns == samples.rows(3..<8).bitPatterns)
  }

  @Test func `rows that fit in memory are those of the data's size`() {
    let one =
      NearestNeighborScore(
        Self.data, smoothing: 1, neighbors: .nearest(9, remainder: 5)
      ).rememberedRows ?? 0
    let four = Self.scores[2].rememberedRows ?? 0
    #expect(one > four && four > 16)
    // Planes of 6000 points: two anchors of two bytes, three shifts of three; within 27 MiB and a
    // tenth of the data, less four matrices of a jump.
    let d = Self.data.dimension
    let room = (27 << 20) + 6000 * d * 4 / 10 - 32 * d * d
    #expect((0..<10).contains(room / (6000 * 13) - four))
    #expect((EmpiricalScore(Self.long).rememberedRows ?? 0) > one)
    #expect(EmpiricalScore(Self.data).rememberedRows == nil)
    #expect(EmpiricalScore(Points(count: 9, dimension: 2)).rememberedRows == nil)
  }
}
