import Arrays
import Diffusion
import Foundation
import Testing

extension FitCase {
  /// Points on the unit circle.
  static func ring(_ count: Int, seed: UInt64) -> Points {
    let uniforms = RandomStream(seed: seed, purpose: 98).uniforms(count, sample: 0)
    return Points(
      rows: uniforms.map { [Float(cos(2 * .pi * $0)), Float(sin(2 * .pi * $0))] })
  }

  /// Points on two half circles that reach into each other.
  static func moons(_ count: Int, seed: UInt64) -> Points {
    let uniforms = RandomStream(seed: seed, purpose: 97).uniforms(count, sample: 0)
    return Points(
      rows: uniforms.enumerated().map { index, u in
        let (c, s) = (cos(.pi * u), sin(.pi * u))
        return index % 2 == 0 ? [Float(c), Float(s)] : [Float(1 - c), Float(0.5 - s)]
      })
  }

  /// Distance of a point to the circle of ``ring``.
  static func ringGap(_ x: Float, _ y: Float) -> Double {
    abs(Double(x * x + y * y).squareRoot() - 1)
  }

  /// Distance of a point to the curves of ``moons``.
  static func moonGap(_ x: Float, _ y: Float) -> Double {
    /// To the upper half of the unit circle.
    func half(_ x: Double, _ y: Double) -> Double {
      y >= 0 ? abs(hypot(x, y) - 1) : min(hypot(x - 1, y), hypot(x + 1, y))
    }
    return min(half(Double(x), Double(y)), half(1 - Double(x), 0.5 - Double(y)))
  }

  /// Samples of a score by Euler's method: 40 levels in equal steps of log σ, then the denoiser.
  static func samples(_ score: NearestNeighborScore, _ count: Int, seed: UInt64) -> Points {
    let samples = Samples(seed: seed, count: count)
    let workspace = Workspace(samples: samples)
    let levels = (0..<40).map { 10 * pow(1e-5, Double($0) / 39) }
    var x = score.matchedStart(at: levels[0], samples: samples, workers: .all)
    for (sigma, next) in zip(levels, levels.dropFirst() + [0]) {
      let clean = score.denoised(x, at: .uniform(sigma), in: workspace)
      x.combine(.uniform(Float(next / sigma)), plus: .uniform(Float(1 - next / sigma)), clean)
    }
    return x
  }

  /// The distance of each sample to the nearest data point.
  static func novelty(_ samples: Points, _ data: Points) -> [Double] {
    let cloud = PointCloud(data)
    return (0..<samples.count).map {
      (cloud.squaredDistances(to: samples, row: $0).min() ?? 0).squareRoot()
    }
  }
}

@Suite struct FitNeighborTests {
  @Test(arguments: ["ring", "moons"])
  func `the rule gives new points on the curve`(name: String) {
    let data = name == "ring" ? FitCase.ring(500, seed: 1) : FitCase.moons(500, seed: 2)
    let gap = name == "ring" ? FitCase.ringGap : FitCase.moonGap
    let exact = EmpiricalScore(data)
    let rule = NeighborRule(exact, isImage: false)
    #expect(rule.neighbors == .all && rule.shifts == 4)
    /// Of 500 samples: how many within 10⁻³ of a data point, and the 0.9 quantile of distances
    /// to the curve.
    func outcome(_ smoothing: Double) -> (copies: Int, gap: Double) {
      let score = NearestNeighborScore(exact, smoothing: smoothing, shifts: 4)
      let samples = FitCase.samples(score, 500, seed: 3)
      let gaps = (0..<500).map { gap(samples[$0, 0], samples[$0, 1]) }.sorted()
      return (FitCase.novelty(samples, data).count { $0 < 1e-3 }, gaps[450])
    }
    // Of 500 fresh points of the curve, length 2π, 1 − e^(−500 · 0.002/2π) are that near by
    // chance: 74, standard error 8. At most a quarter holds on beside; and five errors.
    let (copies, distance) = outcome(rule.smoothing)
    #expect(copies < 74 + 125 + 40)
    // Neighbours are 0.0126 apart: a hundredth of that, or a tenth, off the curve.
    #expect(distance < 1e-3)
    // Controls: a tenth of τ copies, and thirty times τ leaves the curve.
    #expect(outcome(rule.smoothing / 10).copies > 300)
    #expect(outcome(rule.smoothing * 30).gap > 5e-3)
  }

  @Test func `image data follow the median nearest distance`() {
    // 3 k e_j for k = 1 … 20 along 25 axes: the nearest other point is always at three.
    var rows: [[Float]] = []
    for j in 0..<25 {
      for k in 1...20 {
        var row = [Float](repeating: 0, count: 25)
        row[j] = Float(3 * k)
        rows.append(row)
      }
    }
    let rule = NeighborRule(EmpiricalScore(Points(rows: rows)), isImage: true)
    #expect(abs(rule.medianDistance - 3) < 1e-5)
    #expect(abs(rule.smoothing - 0.66) < 1e-5 && rule.shifts == 4)
    #expect(rule.neighbors == .nearest(15, remainder: 15))
    #expect(rule.measured == 500)
  }

  @Test func `scale and offset of the data carry over`() {
    let data = FitCase.ring(400, seed: 5)
    var moved = data
    for row in 0..<400 { for j in 0..<2 { moved[row, j] = 64 * data[row, j] } }
    let (a, b) = (
      NeighborRule(EmpiricalScore(data), isImage: false),
      NeighborRule(EmpiricalScore(moved), isImage: false)
    )
    #expect(abs(b.smoothing - 64 * a.smoothing) < 1e-4 * b.smoothing)
    #expect(abs(b.medianDistance - 64 * a.medianDistance) < 1e-4 * b.medianDistance)
  }

  @Test func `copies of a point are not its neighbours`() {
    // Every point three times, and one point a hundred times: more than the candidates.
    let base = FitCase.ring(100, seed: 6)
    let rows = (0..<300).map { Array(base.row($0 % 100)) }
    let often = [[Float]](repeating: Array(base.row(0)), count: 100)
    let once = NeighborRule(EmpiricalScore(base), isImage: true)
    let thrice = NeighborRule(EmpiricalScore(Points(rows: rows + often)), isImage: true)
    #expect(once.medianDistance > 0 && thrice.medianDistance > 0)
    let single = NeighborRule(EmpiricalScore(Points(rows: rows)), isImage: true)
    #expect(abs(single.medianDistance - once.medianDistance) < 1e-5)
  }

  @Test func `few or equal points are handled`() {
    let one = NeighborRule(EmpiricalScore(Points(rows: [[1, 2]])), isImage: false)
    #expect(one.smoothing == 0 && one.medianDistance == 0 && one.neighbors == .all)
    let equal = NeighborRule(
      EmpiricalScore(Points(rows: [[Float]](repeating: [0.1, 7], count: 90))), isImage: true)
    #expect(equal.smoothing == 0 && equal.description.contains("equal"))
    // K + L = 30 points and more: all of them.
    let few = NeighborRule(
      EmpiricalScore(FitCase.normals(30, scales: [Double](repeating: 1, count: 12), seed: 7)),
      isImage: false)
    #expect(few.neighbors == .all && few.smoothing > 0)
    let enough = NeighborRule(
      EmpiricalScore(FitCase.normals(31, scales: [Double](repeating: 1, count: 12), seed: 7)),
      isImage: false)
    #expect(enough.neighbors == .nearest(15, remainder: 15))
  }

  @Test func `what is given is kept, and threads change nothing`() {
    let exact = EmpiricalScore(FitCase.ring(2000, seed: 8))
    let given = NeighborRule(
      exact, isImage: false, smoothing: 0.5, shifts: 7,
      neighbors: .nearest(5, remainder: 3))
    #expect(given.smoothing == 0.5 && given.shifts == 7)
    #expect(given.neighbors == .nearest(5, remainder: 3))
    #expect(given.score(exact).smoothing == 0.5)
    #expect(given.copies < NeighborRule(exact, isImage: false, smoothing: 0.001).copies)
    let rules = [1, 2].map {
      NeighborRule(exact, isImage: false, workers: Workers(count: $0))
    }
    #expect(rules[0] == rules[1])
  }
}
