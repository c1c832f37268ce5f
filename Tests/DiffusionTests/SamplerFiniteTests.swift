import Arrays
import Diffusion
import Testing

/// A run ends at the first step that leaves a number that is none, whoever wrote it.
@Suite struct SamplerFiniteTests {
  /// Writes its states itself, after a combination that was finite.
  private struct Spoiling: Sampler {
    static let facts = Euler.facts
    let row: Int
    let at: Int

    func step(
      _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
    ) {
      walk.denoise(at: level.sigma, with: score)
      walk.combine(0.5, plus: 0.5)
      if walk.step == at { walk.x[row, 1] = .infinity }
    }
  }

  /// D is not a number in one row below a level.
  private struct Broken: Score {
    let row: Int
    let level: Double
    var dimension: Int { 3 }

    func denoise(_ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace) {
      for index in 0..<x.count {
        for axis in 0..<3 {
          clean[index, axis] = index == row && noise[index] < level ? .nan : x[index, axis] / 2
        }
      }
    }
  }

  private let levels = NoiseLevels(.karras, steps: 9, from: 30, to: 0.01)
  private let samples = Samples(seed: 1, count: 700)

  private func end(_ method: any Sampler, _ score: some Score) -> SamplingStatus {
    var run = SamplingRun(
      from: samples.normals(dimension: 3, for: .start), down: levels, by: method, with: score,
      samples: samples)
    while run.advance() {}
    return run.result.status
  }

  @Test(arguments: [(0, 0), (699, 3), (350, 8)])
  func `states that a method spoils itself are found at its step`(_ row: Int, _ step: Int) {
    let score = Broken(row: -1, level: 0)
    #expect(end(Spoiling(row: row, at: step), score) == .notFinite(row: row, step: step))
    #expect(end(Spoiling(row: row, at: 100), score) == .finished)
  }

  @Test(arguments: 0..<SamplerReproducibilityTests.methods.count)
  func `a score that is not a number ends the run at its row`(_ index: Int) {
    let method = SamplerReproducibilityTests.methods[index]
    // Accept tests turn such proposals down.
    guard method.facts.name != "mala" else { return }
    let level = levels.levels[4].sigma
    for row in [0, 699] {
      guard case .notFinite(let found, let step) = end(method, Broken(row: row, level: level))
      else {
        Issue.record("\(method.facts.name) did not notice.")
        continue
      }
      #expect(found == row)
      #expect((3...5).contains(step), "\(method.facts.name) at \(step)")
    }
    #expect(end(method, Broken(row: -1, level: level)) == .finished)
  }
}
