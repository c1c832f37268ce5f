import Arrays
import Diffusion
import Testing

/// Steps work in the memory they were given.
@Suite struct SamplerMemoryTests {
  static let methods: [any Sampler] = [
    Euler(), Heun(), Midpoint(), EDM(steps: 9), EulerMaruyama(), Ancestral(),
    ExponentialIntegrator(), DPM2M(),
    DPM3M(), DPM2MSDE(), DPM3MSDE(), UniPC(order: 2, steps: 9), UniPC(order: 3, steps: 9),
    GradientEstimation(), GradientEstimation(gamma: 1, mu: 0.5),
  ]

  /// Keeps the old states, so that a change of x has to copy them.
  private struct Hoarding: Sampler {
    static let facts = Euler.facts

    func step(
      _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
    ) {
      let held = walk.x
      walk.denoise(at: level.sigma, with: score)
      walk.combine(0.5, plus: 0.5)
      withExtendedLifetime(held) {}
    }
  }

  private func address(_ points: Points) -> Int {
    points.values.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
  }

  /// Where the states and all room beside them lie, in no order: methods swap what they keep.
  private func addresses(_ walk: Walk) -> Set<Int> {
    Set(([walk.x, walk.clean] + walk.scratch + walk.past).map(address))
  }

  /// The addresses after each step.
  private func walk(_ method: any Sampler) -> [Set<Int>] {
    let score = SamplerOrderTests.gaussian
    let levels = NoiseLevels(.karras, steps: 9, from: 40, to: 0.02)
    let samples = Samples(seed: 1, count: 500)
    var run = SamplingRun(
      from: score.matchedStart(at: 40, samples: samples, workers: .all), down: levels,
      by: method, with: score, samples: samples)
    var seen = [addresses(run.walk)]
    while run.advance() { seen.append(addresses(run.walk)) }
    return seen
  }

  @Test(arguments: 0..<methods.count)
  func `no step copies the states or its scratch`(index: Int) {
    let method = Self.methods[index]
    let seen = walk(method)
    let type = type(of: method)
    #expect(seen[0].count == 2 + type.scratchCount + type.pastCount)
    #expect(seen.allSatisfy { $0 == seen[0] }, "\(method.facts.name)")
  }

  @Test func `a step that copies its states is noticed`() {
    let seen = walk(Hoarding())
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 != $1 })
  }
}
