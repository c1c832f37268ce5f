import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

@Suite struct TransitionScoreTests {
  /// What a transition can be made of, in the plane.
  enum Kind: String, CaseIterable {
    case gaussian, mixture, diagonal, lowRank, zero, empirical

    var made: (score: MixtureScore, reference: MixtureReference) {
      switch self {
      case .gaussian: MixtureCase(.full, 2, 1).made(seed: 5)
      case .mixture: MixtureCase(.full, 2, 2).made(seed: 5)
      case .diagonal: MixtureCase(.diagonal, 2, 8).made(seed: 5)
      case .lowRank: MixtureCase(.lowRank, 2, 8).made(seed: 5)
      case .zero, .empirical:
        // Equal weights: a data set is that and nothing else.
        Self.points
      }
    }

    private static var points: (score: MixtureScore, reference: MixtureReference) {
      let means: [[Double]] = [[1, 2], [-1, 0.5], [0.25, -2], [3, 1], [-0.5, -0.5]]
      return (
        MixtureScore(
          means.map { .init(weight: 1, mean: $0, covariance: .isotropic(0, dimension: 2)) }),
        MixtureReference(means.map { (1, $0, [0, 0, 0, 0]) })
      )
    }

    var transition: any ReverseTransitionScore & MomentScore {
      let score = made.score
      switch self {
      case .gaussian:
        return GaussianScore(
          mean: score.components[0].mean, covariance: score.components[0].covariance)
      case .empirical:
        return EmpiricalScore(Points(rows: score.components.map { $0.mean.map(Float.init) }))
      default: return score
      }
    }
  }

  static let n = 40_000

  /// One component's Cov[x(σ′) | x(σ)] and mean: those of two jointly Gaussian vectors with
  /// covariances V + σ², V + σ′² and V + σ′² between them, by solving with a Cholesky factor.
  private static func conditional(
    _ covariance: [Double], _ mean: [Double], _ x: [Double], _ sigma: Double, _ next: Double
  ) -> (mean: [Double], covariance: [Double], logit: Double) {
    let (far, near) = (
      zip(covariance, [1, 0, 0, 1]).map { $0 + sigma * sigma * $1 },
      zip(covariance, [1, 0, 0, 1]).map { $0 + next * next * $1 }
    )
    let factor = choleskyFactor(far, 2)
    let away = zip(x, mean).map { $0 - $1 }
    let pull = backward(factor, 2, forward(factor, 2, away))
    let columns = (0..<2).map { forward(factor, 2, [near[$0], near[2 + $0]]) }
    let square = zip(away, pull).reduce(0) { $0 + $1.0 * $1.1 }
    var (moved, rest) = (mean, near)
    for i in 0..<2 {
      moved[i] += near[2 * i] * pull[0] + near[2 * i + 1] * pull[1]
      for j in 0..<2 {
        rest[2 * i + j] -= columns[i][0] * columns[j][0] + columns[i][1] * columns[j][1]
      }
    }
    return (moved, rest, -square / 2 - log(factor[0] * factor[3]))
  }

  /// Deviation of the moments of x(σ′) | x(σ) = x from the formula, over n draws.
  private static func deviation(
    _ kind: Kind, at x: [Float], _ steps: [Double], expecting next: Double
  ) -> Double {
    let score = kind.transition
    var points = Points(rows: Array(repeating: x, count: n))
    let workspace = Workspace(samples: Samples(seed: 15, count: n))
    for (index, (from, to)) in zip(steps, steps.dropFirst()).enumerated() {
      score.reverseTransition(&points, from: from, to: to, draw: UInt32(index), in: workspace)
    }
    let components = kind.made.score.components
    let parts = components.map {
      conditional($0.covariance.matrix.values, $0.mean, x.map(Double.init), steps[0], next)
    }
    let logits = zip(components, parts).map { log($0.weight) + $1.logit }
    let best = logits.max() ?? 0
    let total = logits.reduce(0) { $0 + exp($1 - best) }
    let shares = logits.map { exp($0 - best) / total }
    let mean = (0..<2).map { i in zip(shares, parts).reduce(0) { $0 + $1.0 * $1.1.mean[i] } }
    return momentDeviation(points.doubleRows, mean: mean) { i, j in
      zip(shares, parts).reduce(0) { sum, entry in
        let (share, part) = entry
        return sum + share
          * (part.covariance[2 * i + j] + (part.mean[i] - mean[i]) * (part.mean[j] - mean[j]))
      }
    }
  }

  /// n = 40,000; five moments, each within 4.5 standard errors.
  @Test(arguments: Kind.allCases)
  func `the law of a transition given its start has the stated moments`(_ kind: Kind) {
    for x in [[0.5, -1], [4, 4]] as [[Float]] {
      for (sigma, next) in [(3.0, 1.0), (1, 0.9), (0.7, 0.1)] {
        #expect(Self.deviation(kind, at: x, [sigma, next], expecting: next) < 4.5)
        // Two transitions in a row are one.
        let middle = (sigma * next).squareRoot()
        #expect(Self.deviation(kind, at: x, [sigma, middle, next], expecting: next) < 4.5)
      }
      // The control: a tenth less noise at the end is seen.
      #expect(Self.deviation(kind, at: x, [3, 0.9], expecting: 1) > 4.5)
    }
  }

  /// E cos(a · x) under p(·; σ): Σ w cos(a · m) e^(−aᵀ(V + σ²)a/2).
  private static func wave(_ score: MixtureScore, _ a: [Double], _ sigma: Double) -> Double {
    score.components.reduce(0) { sum, component in
      let v = component.covariance.matrix
      let phase = a[0] * component.mean[0] + a[1] * component.mean[1]
      let square =
        a[0] * a[0] * v[0, 0] + 2 * a[0] * a[1] * v[0, 1] + a[1] * a[1] * v[1, 1]
        + sigma * sigma * (a[0] * a[0] + a[1] * a[1])
      return sum + component.weight * cos(phase) * exp(-square / 2)
    }
  }

  /// n = 40,000: moments and three waves within 4.5 standard errors.
  @Test(arguments: Kind.allCases)
  func `a transition carries the noised law to the less noised law`(_ kind: Kind) {
    let (exact, reference) = kind.made
    let samples = Samples(seed: 19, count: Self.n)
    let (sigma, next) = (2.0, 0.3)
    func deviation(_ score: any ReverseTransitionScore) -> Double {
      var points = exact.draws(samples)
      points.combine(
        .uniform(1), plus: .uniform(Float(sigma)), samples.normals(dimension: 2, for: .start))
      score.reverseTransition(
        &points, from: sigma, to: next, draw: 0, in: Workspace(samples: samples))
      let rows = points.doubleRows
      let moments = momentDeviation(rows, mean: reference.mean) {
        reference.covariance($0, $1) + ($0 == $1 ? next * next : 0)
      }
      let waves = [[0.5, 0.2], [-1, 1], [1.5, 0.7]].map { a in
        Estimate(rows.map { cos(a[0] * $0[0] + a[1] * $0[1]) })
          .deviation(from: Self.wave(exact, a, next))
      }
      return max(moments, waves.max() ?? 0)
    }
    #expect(deviation(kind.transition) < 4.5)
    // The control: components a little wider than those the points came from.
    let wrong = MixtureScore(
      exact.components.map {
        var matrix = $0.covariance.matrix
        matrix[0, 0] += 0.1
        matrix[1, 1] += 0.1
        let wider = Covariance.full(matrix) ?? .isotropic(1, dimension: 2)
        return .init(weight: $0.weight, mean: $0.mean, covariance: wider)
      })
    #expect(deviation(wrong) > 4.5)
  }

  @Test(arguments: [Kind.gaussian, .mixture, .zero, .empirical])
  func `a transition to no noise ends on clean points, the same in every batch`(_ kind: Kind) {
    let score = kind.transition
    var inputs = Inputs(seed: 2)
    let x = inputs.points(30, 2, scale: 2)
    func end(_ rows: Range<Int>) -> Points {
      var points = x.rows(rows)
      let samples = Samples(seed: 8, indices: rows.map { UInt64($0) })
      score.reverseTransition(&points, from: 1, to: 0, draw: 3, in: Workspace(samples: samples))
      return points
    }
    let whole = end(0..<30)
    #expect(end(7..<19).bitPatterns == whole.rows(7..<19).bitPatterns)
    #expect(whole.firstNotFiniteRow == nil)
    guard kind == .zero || kind == .empirical else { return }
    let means = kind.made.score.components.map { $0.mean.map { Float($0) } }
    for row in 0..<30 { #expect(means.contains(Array(whole.row(row)))) }
  }

  /// Noise (x − D)/σ at the middle of a small step is its slope, to the second order.
  @Test(arguments: [MixtureCase.Kind.full, .diagonal, .isotropic, .lowRank, .flat], [1, 3, 16])
  func `the Gaussian flow solves its equation and composes`(
    _ kind: MixtureCase.Kind, _ d: Int
  ) {
    let component = MixtureCase(kind, d, 1).made().score.components[0]
    let score = GaussianScore(mean: component.mean, covariance: component.covariance)
    var inputs = Inputs(seed: 6)
    let x = inputs.points(10, d, scale: 3)
    let workspace = Workspace(samples: Samples(seed: 0, count: 10))
    for sigma in [0.3, 1, 4] {
      let h = 0.02 * sigma
      let (up, down) = (
        score.flow(x, from: sigma, to: sigma + h), score.flow(x, from: sigma, to: sigma - h)
      )
      let slopes = score.noise(x, at: .uniform(sigma), in: workspace)
      for row in 0..<10 {
        let slope = zip(up.doubles(row), down.doubles(row)).map { ($0 - $1) / (2 * h) }
        // h²/6 of the third derivative, below 3 |slope|/σ², and Float32 over 2 h.
        let tolerance = 4e-4 * (norm(slope) + 1) + 1e-6 * norm(x.doubles(row)) / h
        #expect(distance(slope, slopes.doubles(row)) < tolerance)
        #expect(distance(slope, slopes.doubles(row).map { 1.05 * $0 }) > tolerance)
      }
      let there = score.flow(score.flow(x, from: sigma, to: 0.7), from: 0.7, to: 0.1)
      let direct = score.flow(x, from: sigma, to: 0.1)
      for row in 0..<10 {
        let size = 1 + norm(x.doubles(row))
        #expect(distance(there.doubles(row), direct.doubles(row)) < 1e-6 * size)
        let back = score.flow(direct, from: 0.1, to: sigma)
        #expect(distance(back.doubles(row), x.doubles(row)) < 4e-5 * size)
      }
    }
  }

  /// n = 40,000: mean and covariance + σ² I, five moments within 4.5 standard errors.
  @Test(arguments: Kind.allCases, [0.5, 3])
  func `a matched start has the mean and the covariance of noised data`(
    _ kind: Kind, _ sigma: Double
  ) {
    let reference = kind.made.reference
    var scores: [any MomentScore] = [kind.transition]
    if let empirical = scores[0] as? EmpiricalScore {
      scores.append(NearestNeighborScore(empirical, smoothing: 0.4, shifts: 2))
    }
    for score in scores {
      let samples = Samples(seed: 3, count: Self.n)
      let start = score.matchedStart(at: sigma, samples: samples, workers: Workers(count: 2))
      func deviation(_ sigma: Double) -> Double {
        momentDeviation(start.doubleRows, mean: reference.mean) {
          reference.covariance($0, $1) + ($0 == $1 ? sigma * sigma : 0)
        }
      }
      #expect(deviation(sigma) < 4.5)
      #expect(deviation(1.2 * sigma + 0.1) > 4.5)
      let alone = score.matchedStart(
        at: sigma, samples: Samples(seed: 3, indices: [17]), workers: Workers(count: 1))
      #expect(alone.bitPatterns == start.rows(17..<18).bitPatterns)
      #expect(
        abs(score.totalVariance - reference.covariance(0, 0) - reference.covariance(1, 1)) < 1e-6)
    }
  }

  /// n = 40,000: the moments of draws, and χ² of the components they came from.
  @Test func `draws follow the mixture`() {
    let (score, reference) = MixtureCase(.full, 2, 8).made()
    let rows = score.draws(Samples(seed: 44, count: Self.n)).doubleRows
    #expect(momentDeviation(rows, mean: reference.mean, covariance: reference.covariance) < 4.5)
    for a in [[0.5, 0.2], [-1, 1], [1.5, 0.7]] {
      let wave = Estimate(rows.map { cos(a[0] * $0[0] + a[1] * $0[1]) })
      #expect(wave.deviation(from: Self.wave(score, a, 0)) < 4.5)
    }
    let wider = momentDeviation(rows, mean: reference.mean) { 1.1 * reference.covariance($0, $1) }
    #expect(wider > 4.5)
  }
}
