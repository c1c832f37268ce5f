import Diffusion
import Foundation
import Testing

@Suite struct TeleportGridTests {
  static let processes: [NoiseProcess] = [
    .varianceExploding, .geometric(sigmaMin: 0.01, sigmaMax: 50), .variancePreserving,
    .subVariancePreserving, .cosine, .line,
  ]
  static let schedules: [Schedule] = [.karras, .logLinear, .process, .cosine]

  @Test(arguments: processes, schedules)
  func `a tail is the same grid with its nearest level replaced`(
    _ process: NoiseProcess, _ schedule: Schedule
  ) {
    let whole = NoiseLevels(schedule, steps: 18, from: 50, to: 0.01, process: process)
    for sigma in [49.9, 31, 8.4, 2, 0.5, 0.0100001, 0.01] {
      let tail = whole.tail(from: sigma)
      #expect(tail.sigmaMax == sigma && tail.process == process)
      #expect(tail.levels[0].time == process.time(at: sigma))
      #expect(tail.levels.last?.sigma == 0)
      // What follows is the end of the whole grid, level for level.
      let rest = Array(tail.levels.dropFirst())
      #expect(rest == Array(whole.levels.suffix(rest.count)))
      // The first step is no narrower than half of the one it is part of.
      let replaced = whole.levels[whole.levels.count - tail.levels.count]
      for level in whole.levels.dropLast() {
        #expect(abs(log(replaced.sigma / sigma)) <= abs(log(level.sigma / sigma)))
      }
    }
    #expect(whole.tail(from: 50) == whole)
    #expect(whole.tail(from: 70) == whole)
  }

  @Test(arguments: processes, schedules)
  func `a respaced grid has as many levels and the same end`(
    _ process: NoiseProcess, _ schedule: Schedule
  ) {
    let whole = NoiseLevels(schedule, steps: 18, from: 50, to: 0.01, process: process)
    for sigma in [49.9, 8.4, 0.5] {
      let grid = whole.respaced(from: sigma, by: schedule)
      #expect(
        grid == NoiseLevels(schedule, steps: 18, from: sigma, to: 0.01, process: process))
    }
    #expect(whole.respaced(from: 0.01, by: schedule).levels.map(\.sigma) == [0.01, 0])
    #expect(whole.respaced(from: 50, by: schedule) == whole)
  }

  @Test func `the tail of a Karras grid at one of its levels is a Karras grid`() {
    let whole = NoiseLevels(.karras, steps: 18, from: 80, to: 0.002)
    let tail = whole.tail(from: whole.levels[6].sigma)
    let own = NoiseLevels(.karras, steps: 12, from: whole.levels[6].sigma, to: 0.002)
    for (a, b) in zip(tail.levels, own.levels) {
      #expect(abs(a.sigma - b.sigma) <= 1e-12 * a.sigma)
    }
    #expect(tail.steps == own.steps)
  }

  @Test func `a grid of one step starts wherever the jump lands`() {
    let whole = NoiseLevels(.karras, steps: 1, from: 80, to: 0.002)
    #expect(whole.tail(from: 3).levels.map(\.sigma) == [3, 0])
    #expect(whole.respaced(from: 3, by: .karras).levels.map(\.sigma) == [3, 0])
  }
}
