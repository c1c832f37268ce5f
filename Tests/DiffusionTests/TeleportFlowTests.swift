import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct TeleportFlowTests {
  private static func rows(_ count: Int, _ d: Int) -> (points: Points, workspace: Workspace) {
    var inputs = Inputs(seed: 4)
    return (
      inputs.points(count, d, scale: 40), Workspace(samples: Samples(seed: 1, count: count))
    )
  }

  /// The largest gap of two batches, over the size of the first.
  private static func gap(_ a: Points, _ b: Points) -> Double {
    (0..<a.count).reduce(0) {
      max($0, distance(a.doubles($1), b.doubles($1)) / (1 + norm(a.doubles($1))))
    }
  }

  /// Float32 rounds each of two jumps, by 6e-8 of each coordinate.
  @Test func `on a Gaussian every landing place gives the exact flow's end`() {
    let (x, workspace) = Self.rows(50, 3)
    let whole = TeleportCase.gaussian.flow(x, from: 80, to: 0.01)
    for landing in [60.0, 10, 1, 0.1, 0.01] {
      func end(_ surrogate: GaussianScore) -> Points {
        var points = x
        GaussianFlow(surrogate).jump(&points, from: 80, to: landing, in: workspace)
        return TeleportCase.gaussian.flow(points, from: landing, to: 0.01)
      }
      #expect(Self.gap(whole, end(TeleportCase.gaussian)) < 6e-7)
      // The control: other variances. At σ = 60 they hardly matter yet, and are still seen.
      #expect(Self.gap(whole, end(TeleportCase.wrong)) > 6e-7)
    }
  }

  /// Against the method of order five at a tolerance far below the bound.
  @Test func `a sampler after the jump ends where it ends without`() {
    let (x, workspace) = Self.rows(40, 3)
    let score = TeleportCase.gaussian
    let levels = NoiseLevels(steps: 10, from: 80, to: 0.01)
    let samples = Samples(seed: 1, count: 40)
    func end(_ start: Points, _ levels: NoiseLevels) -> Points {
      var run = AdaptiveRun(
        from: start, down: levels, by: DormandPrince(tolerance: 1e-6), with: score,
        samples: samples)
      while run.advance() {}
      return run.result.samples
    }
    func jumped(_ surrogate: GaussianScore) -> Points {
      var points = x
      GaussianFlow(surrogate).jump(&points, from: 80, to: 2, in: workspace)
      return end(points, NoiseLevels(sigmas: [2, 0.01]))
    }
    let whole = end(x, levels)
    #expect(Self.gap(whole, jumped(score)) < 1e-4)
    #expect(Self.gap(whole, jumped(TeleportCase.wrong)) > 1e-4)
  }

  @Test(arguments: MixtureCase.Kind.allCases, [1, 3, 64])
  func `whole batches move as the formula says, row by row`(_ kind: MixtureCase.Kind, _ d: Int) {
    let component = MixtureCase(kind, d, 1).made().score.components[0]
    let score = GaussianScore(mean: component.mean, covariance: component.covariance)
    let (x, workspace) = Self.rows(70, d)
    var moved = x
    GaussianFlow(score).jump(&moved, from: 40, to: 0.3, in: workspace)
    for row in 0..<70 {
      let away = zip(x.doubles(row), score.mean).map { $0 - $1 }
      let exact = zip(
        score.mean,
        score.covariance.apply({ (($0 + 0.09) / ($0 + 1600)).squareRoot() }, to: away)
      ).map { $0 + $1 }
      #expect(distance(moved.doubles(row), exact) < 2e-7 * (1 + norm(exact)))
    }
  }

  @Test(arguments: [1, 3, 17, 100])
  func `a jump's bits do not depend on batch or threads`(_ d: Int) {
    let component = MixtureCase(.full, d, 1).made().score.components[0]
    let mixture = MixtureCase(.lowRank, d, 3).made().score
    let gaussian = GaussianScore(mean: component.mean, covariance: component.covariance)
    let data = EmpiricalScore(Self.rows(30, d).points)
    let jumps: [any Teleport] = [
      GaussianFlow(gaussian), ReverseJump(gaussian, kind: "g"), ReverseJump(mixture, kind: "m"),
      ReverseJump(data, kind: "d"), ScoreFlow(mixture, kind: "m"), ScoreFlow(data, kind: "d"),
    ]
    let x = Self.rows(150, d).points
    for jump in jumps {
      func end(_ rows: Range<Int>, threads: Int) -> [UInt32] {
        var points = x.rows(rows)
        let samples = Samples(seed: 1, first: rows.lowerBound, count: rows.count)
        jump.jump(
          &points, from: 40, to: 2,
          in: Workspace(samples: samples, workers: Workers(count: threads)))
        return points.bitPatterns
      }
      let whole = end(0..<150, threads: 2)
      #expect(end(0..<150, threads: 1) == whole)
      for rows in [0..<1, 3..<68, 63..<65, 149..<150] {
        #expect(end(rows, threads: 2) == Array(whole[rows.lowerBound * d..<rows.upperBound * d]))
      }
    }
  }

  /// Order 4: half the steps, sixteen times the error; ten allow for the next order.
  @Test func `a surrogate's flow is followed finely, at order four`() {
    let (x, workspace) = Self.rows(60, 2)
    func end(_ stepsPerOctave: Int) -> Points {
      var points = x
      ScoreFlow(TeleportCase.plane, kind: "mixture-flow", stepsPerOctave: stepsPerOctave)
        .jump(&points, from: 40, to: 0.5, in: workspace)
      return points
    }
    let exact = end(64)
    let (coarse, fine) = (Self.gap(exact, end(1)), Self.gap(exact, end(2)))
    #expect(fine < coarse / 10)
    #expect(Self.gap(exact, end(ScoreFlow.stepsPerOctave)) < 1e-5)
    // The control: a coarse flow is seen.
    #expect(coarse > 1e-5)
    let flow = ScoreFlow(TeleportCase.plane, kind: "mixture-flow")
    #expect(flow.surrogateEvaluations(from: 40, to: 10) == 32)
    #expect(flow.surrogateEvaluations(from: 40, to: 40) == 0)
  }

  @Test func `the flow followed is the Gaussian's own in closed form`() {
    let (x, workspace) = Self.rows(60, 3)
    func gap(_ surrogate: GaussianScore) -> Double {
      var points = x
      ScoreFlow(surrogate, kind: "gaussian-flow").jump(&points, from: 40, to: 0.5, in: workspace)
      return Self.gap(TeleportCase.gaussian.flow(x, from: 40, to: 0.5), points)
    }
    #expect(gap(TeleportCase.gaussian) < 2e-6)
    #expect(gap(TeleportCase.wrong) > 2e-6)
  }
}
