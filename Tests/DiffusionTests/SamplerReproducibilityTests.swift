import Arrays
import Diffusion
import Testing

/// Same seed, same sample: whatever the batch, the threads, the count.
@Suite struct SamplerReproducibilityTests {
  static let data = RandomStream(seed: 8, for: .toy).normals(count: 300, dimension: 3)

  static let scores: [any MomentScore] = [
    GaussianScore(mean: [1, 2, 3], covariance: .diagonal([1, 0.1, 0])),
    MixtureScore([
      .init(weight: 1, mean: [0, 0, 0], covariance: .isotropic(0.1, dimension: 3)),
      .init(weight: 2, mean: [1, 0, 2], covariance: .diagonal([0.1, 0.2, 0.3])),
    ]),
    EmpiricalScore(data),
    NearestNeighborScore(data, smoothing: 0.3, shifts: 3),
    NearestNeighborScore(
      data, smoothing: 0.3, shifts: 2, neighbors: .nearest(5, remainder: 7)),
  ]

  static let methods: [any Sampler] = [
    Euler(), Heun(), Midpoint(), EDM(steps: 9), EulerMaruyama(), Ancestral(),
    ExponentialIntegrator(), DPM2M(),
    DPM3M(), DPM2MSDE(), DPM3MSDE(), UniPC(steps: 9), UniPC(order: 3, steps: 9),
    GradientEstimation(), GradientEstimation(gamma: 1, mu: 0.5),
    PredictorCorrector(), Langevin(), AnnealedLangevin(corrections: 2),
    MALA(density: GaussianScore(mean: [0, 1, 2], covariance: .isotropic(2, dimension: 3))),
  ]

  private func draw(
    _ score: any MomentScore, _ method: any Sampler, first: Int, count: Int, batch: Int,
    threads: Int
  ) -> [UInt32] {
    let levels = NoiseLevels(.karras, steps: 9, from: 30, to: 0.01)
    var bits: [UInt32] = []
    for start in stride(from: first, to: first + count, by: batch) {
      let samples = Samples(
        seed: 77, first: start, count: min(batch, first + count - start))
      let workers = Workers(count: threads)
      let states = Prior.matched.start(
        at: levels.levels[0], of: levels.process, for: score, samples: samples, workers: workers)
      var run = SamplingRun(
        from: states, down: levels, by: method, with: score, samples: samples, workers: workers)
      while run.advance() {}
      bits += run.result.samples.values.map(\.bitPattern)
    }
    return bits
  }

  @Test(arguments: 0..<scores.count, 0..<methods.count)
  func `a sample has the same bits in every batch, on every number of threads`(
    score: Int, method: Int
  ) {
    let (score, method) = (Self.scores[score], Self.methods[method])
    let whole = draw(score, method, first: 0, count: 70, batch: 70, threads: 2)
    for (batch, threads) in [(1, 1), (7, 2), (64, 1)] {
      #expect(
        draw(score, method, first: 0, count: 70, batch: batch, threads: threads) == whole,
        "\(method.facts.name), batch \(batch), \(threads) threads")
    }
    let part = draw(score, method, first: 10, count: 5, batch: 5, threads: 2)
    #expect(part == Array(whole[10 * 3..<15 * 3]))
    #expect(part != Array(whole[11 * 3..<16 * 3]))
  }
}
