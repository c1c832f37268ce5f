import Arrays
import Diffusion
import TestSupport
import Testing

/// The numbers that chains draw and the level they hold.
@Suite struct ChainDrawTests {
  @Test func `moves of one step and of all steps draw different numbers`() {
    // With D = 0 and δ = 1 the state after a move is its noise alone.
    let score = GaussianScore(mean: [0, 0, 0], covariance: .isotropic(0, dimension: 3))
    let samples = Samples(seed: 52, count: 3000)
    var states: [Points] = [score.noisedDraws(at: 1, samples: samples)]
    var run = SamplingRun(
      from: states[0], down: NoiseLevels(holding: 1, steps: 4), by: Langevin(stepSize: 1),
      with: score, samples: samples)
    for _ in 0..<3 {
      _ = run.advance()
      states.append(run.states)
    }
    // n = 9000, 6 pairs.
    for i in states.indices {
      for j in 0..<i {
        let products = zip(states[i].values, states[j].values).map { Double($0) * Double($1) }
        #expect(Estimate(products).deviation(from: 0) < 4.5)
      }
    }
  }

  @Test func `one level is held to the end`() {
    let levels = NoiseLevels(holding: 0.3, steps: 5)
    #expect(levels.levels.map(\.sigma) == [0.3, 0.3, 0.3, 0.3, 0.3, 0])
    #expect(levels.steps == 5)
  }
}
