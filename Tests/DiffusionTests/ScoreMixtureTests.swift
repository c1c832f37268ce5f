import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// A mixture of one kind of covariance, with the reference of the same numbers.
struct MixtureCase: Sendable, CustomTestStringConvertible {
  enum Kind: String, CaseIterable { case full, diagonal, isotropic, lowRank, flat, zero }

  let kind: Kind
  let dimension: Int
  let count: Int
  /// The size of the means' spread; variances are of its square.
  let scale: Double

  init(_ kind: Kind, _ dimension: Int, _ count: Int, scale: Double = 1) {
    (self.kind, self.dimension, self.count, self.scale) = (kind, dimension, count, scale)
  }

  var testDescription: String { "\(kind), d = \(dimension), K = \(count), scale \(scale)" }

  static let all: [MixtureCase] = Kind.allCases.flatMap { kind in
    [1, 2, 3, 16, 64].flatMap { d in
      [1, 2, 8].map { MixtureCase(kind, d, $0, scale: d == 3 ? 250 : 1) }
    }
  }

  /// Small ones, for laws that need many evaluations.
  static let small = all.filter { $0.dimension <= 3 }

  func made(seed: UInt64 = 1) -> (score: MixtureScore, reference: MixtureReference) {
    var inputs = Inputs(seed: seed &+ UInt64(dimension * 100 + count))
    var components: [MixtureScore.Component] = []
    var references: [MixtureReference.Component] = []
    for _ in 0..<count {
      let (weight, mean) = (inputs.uniform(0.2...1), inputs.row(dimension, scale: scale))
      let covariance = covariance(&inputs)
      components.append(.init(weight: weight, mean: mean, covariance: covariance.0))
      references.append((weight, mean, covariance.1))
    }
    return (MixtureScore(components), MixtureReference(references))
  }

  /// A covariance and the same as a plain d × d matrix, made without the library.
  private func covariance(_ inputs: inout Inputs) -> (Covariance, [Double]) {
    let (d, unit) = (dimension, scale * scale)
    var plain = [Double](repeating: 0, count: d * d)
    switch kind {
    case .isotropic, .zero:
      let variance = kind == .zero ? 0 : unit * inputs.uniform(0.01...0.5)
      for i in 0..<d { plain[i * d + i] = variance }
      return (.isotropic(variance, dimension: d), plain)
    case .diagonal:
      let variances = (0..<d).map { _ in unit * inputs.uniform(0.01...0.5) }
      for i in 0..<d { plain[i * d + i] = variances[i] }
      return (.diagonal(variances), plain)
    case .full, .lowRank, .flat:
      // Householder's reflection of the axes is orthonormal.
      let axis = inputs.row(d)
      let square = axis.reduce(0) { $0 + $1 * $1 }
      let rank = kind == .full ? d : max(1, d / 4)
      var directions = Matrix(rows: rank, columns: d)
      for i in 0..<rank {
        for j in 0..<d { directions[i, j] = (i == j ? 1 : 0) - 2 * axis[i] * axis[j] / square }
      }
      let variances = (0..<rank).map { _ in unit * inputs.uniform(0.05...0.5) }
      let rest = kind == .lowRank && rank < d ? unit * 0.02 : 0
      for i in 0..<d {
        for j in 0..<d {
          plain[i * d + j] = i == j ? rest : 0
          for k in 0..<rank {
            plain[i * d + j] += (variances[k] - rest) * directions[k, i] * directions[k, j]
          }
        }
      }
      if kind == .full, let full = Covariance.full(Matrix(rows: d, columns: d, values: plain)) {
        return (full, plain)
      }
      guard
        let low = Covariance.lowRank(directions: directions, variances: variances, rest: rest)
      else {
        Issue.record("The directions are orthonormal.")
        return (.isotropic(0, dimension: d), plain)
      }
      return (low, plain)
    }
  }

  /// Points near the components, between them and far away.
  func queries(_ count: Int, away: Bool = true) -> Points {
    var inputs = Inputs(seed: UInt64(7 + dimension))
    let made = made().score.components
    let rows: [[Float]] = (0..<count).map { index in
      let first = made[index % made.count].mean
      let second = made[(index + 1) % made.count].mean
      let offset = inputs.row(dimension, scale: scale)
      return (0..<dimension).map { i in
        switch index % 4 {
        case 0: Float(first[i] + 0.1 * offset[i])
        case 1: Float((first[i] + second[i]) / 2)
        case 2: Float(first[i] + 3 * offset[i])
        default: Float(first[i] + (away ? 1000 : 10) * offset[i])
        }
      }
    }
    return Points(rows: rows)
  }
}

@Suite struct MixtureScoreTests {
  static let sigmas = [1e-4, 1e-3, 1e-2, 0.1, 0.5, 1, 3, 10, 100, 1e4]

  /// D comes back as Float32: half a unit of 2⁻²³ of a coordinate. The reference loses digits as
  /// 2⁻⁵² ‖V‖/σ² of the way to x.
  @Test(arguments: MixtureCase.all)
  func `the denoiser agrees with the textbook formula at every noise level`(_ made: MixtureCase) {
    let (score, reference) = made.made()
    let x = made.queries(made.dimension == 64 ? 20 : 44)
    let sigmas = Self.sigmas.map { $0 * made.scale }
    var (worst, worstDensity, worstTrace) = (0.0, 0.0, 0.0)
    var byRow: [(Points, Noise, [MixtureReference.Value])] = sigmas.map { sigma in
      let at = reference.at(sigma)
      return (x, .uniform(sigma), x.doubleRows.map(at))
    }
    let mixed = (0..<x.count).map { sigmas[($0 * 3) % sigmas.count] }
    byRow.append(
      (x, .each(mixed), (0..<x.count).map { byRow[($0 * 3) % sigmas.count].2[$0] }))
    for (x, noise, expected) in byRow {
      let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
      let denoised = score.denoised(x, at: noise, in: workspace)
      let densities = score.logDensity(x, at: noise, in: workspace)
      let traces = score.jacobianTrace(x, at: noise, in: workspace)
      #expect(denoised.firstNotFiniteRow == nil)
      for row in 0..<x.count {
        let (value, sigma, point) = (expected[row], noise[row], x.doubles(row))
        // What the reference itself loses.
        let digits = 1e-15 * (1 + made.scale * made.scale / (sigma * sigma))
        let size = made.scale + norm(value.denoised) + digits * 1e6 * norm(point)
        worst = max(worst, distance(denoised.doubles(row), value.denoised) / size)
        worstDensity = max(
          worstDensity,
          abs(densities[row] - value.logDensity)
            / (1 + abs(value.logDensity)) / max(1, digits * 1e10))
        let trace = value.posteriorVariance / (sigma * sigma)
        worstTrace = max(
          worstTrace,
          abs(traces[row] - trace) / (Double(made.dimension) + trace) / max(1, digits * 1e10))
      }
    }
    Measured.record("mixture D", worst)
    Measured.record("mixture log p", worstDensity)
    Measured.record("mixture trace", worstTrace)
    #expect(worst < 1e-6, "denoiser \(worst)")
    #expect(worstDensity < 1e-9, "log density \(worstDensity)")
    #expect(worstTrace < 1e-6, "trace \(worstTrace)")
  }

  @Test func `the comparison sees a weight off by a hundredth of a percent`() {
    let made = MixtureCase(.full, 2, 2)
    let (score, reference) = made.made()
    var components = score.components
    components[0].weight *= 1.0001
    let x = Points(rows: [zip(components[0].mean, components[1].mean).map { Float(($0 + $1) / 2) }])
    let wrong = MixtureScore(components).denoised(x, at: .uniform(0.5)).doubles(0)
    let right = score.denoised(x, at: .uniform(0.5)).doubles(0)
    let expected = reference.at(0.5)(x.doubles(0)).denoised
    #expect(distance(right, expected) < 1e-6)
    #expect(distance(wrong, expected) > 3e-6)
  }

  /// Rows between components in the plane, from the heart of the mixture to where weights come to
  /// 2⁻¹⁰⁰: the kernel weighs them in Float where the error that this leaves is small, and in Double
  /// elsewhere. Float loses some units of 2⁻²⁴ of a logit times the share that is in doubt.
  @Test(arguments: [1, 2, 3], [8, 30])
  func `components that compete are weighed well near and far`(_ d: Int, _ count: Int) {
    let (score, reference) = MixtureCase(.diagonal, d, count).made()
    var inputs = Inputs(seed: 31)
    let rows: [[Float]] = (0..<600).map { index in
      let components = score.components
      let (a, b) = (components[index % count].mean, components[(index * 7 + 3) % count].mean)
      let reach = Double(index) / 60
      return zip(zip(a, b), inputs.row(d)).map { Float(($0.0 + $0.1) / 2 + reach * $1) }
    }
    let x = Points(rows: rows)
    // Off by 2⁻¹⁵ in every mean: some thirty times the tolerance, of which a row sees a part.
    var moved = score.components
    for index in moved.indices { moved[index].mean[0] += 0x1p-15 * Double(1 - 2 * (index % 2)) }
    let wrong = MixtureScore(moved)
    var (worst, worstOfWrong) = (0.0, 0.0)
    for sigma in [0.01, 0.1, 0.3, 1, 3, 30] {
      let at = reference.at(sigma)
      let (denoised, other) = (
        score.denoised(x, at: .uniform(sigma)), wrong.denoised(x, at: .uniform(sigma))
      )
      for row in 0..<x.count {
        let value = at(x.doubles(row)).denoised
        let size = 1 + norm(value)
        worst = max(worst, distance(denoised.doubles(row), value) / size)
        worstOfWrong = max(worstOfWrong, distance(other.doubles(row), value) / size)
      }
    }
    Measured.record("mixture D in few dimensions", worst)
    #expect(worst < 1e-6, "\(worst)")
    #expect(worstOfWrong > 2e-6)
  }

  /// Central differences of the reference, which the kernel is tied to above; h = 10⁻⁵ σ leaves
  /// h² of the third derivative and 10⁻¹⁶/h.
  @Test(arguments: MixtureCase.small.filter { $0.kind != .flat }, [0.2, 1, 5])
  func `the score is the gradient of log p and the trace the divergence of D`(
    _ made: MixtureCase, _ level: Double
  ) {
    let (score, reference) = made.made()
    let sigma = level * made.scale
    let x = made.queries(12, away: false)
    let at = reference.at(sigma)
    let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
    let gradients = score.score(x, at: .uniform(sigma), in: workspace)
    let noises = score.noise(x, at: .uniform(sigma), in: workspace)
    let traces = score.jacobianTrace(x, at: .uniform(sigma), in: workspace)
    let h = 1e-5 * sigma
    for row in 0..<x.count {
      let point = x.doubles(row)
      var divergence = 0.0
      var gradient = point
      for i in point.indices {
        var (up, down) = (point, point)
        up[i] += h
        down[i] -= h
        let (above, below) = (at(up), at(down))
        gradient[i] = (above.logDensity - below.logDensity) / (2 * h)
        divergence += (above.denoised[i] - below.denoised[i]) / (2 * h)
      }
      let float = 1e-6 * (norm(point) + made.scale) / (sigma * sigma)
      #expect(distance(gradients.doubles(row), gradient) < float + 1e-6 * norm(gradient))
      #expect(distance(noises.doubles(row), gradient.map { -sigma * $0 }) < 2 * float * sigma)
      #expect(abs(traces[row] - divergence) < 1e-5 * (1 + divergence))
      // The control: the log density of another noise level has another gradient.
      #expect(
        distance(gradients.doubles(row).map { 1.01 * $0 }, gradient)
          > float + 1e-6 * norm(gradient) || norm(gradient) * 0.005 < float)
    }
  }

  @Test(arguments: MixtureCase.small)
  func `a mixture of one is the Gaussian to the bit`(_ made: MixtureCase) {
    let component = made.made().score.components[0]
    let one = MixtureScore([
      .init(weight: 3, mean: component.mean, covariance: component.covariance)
    ])
    let gaussian = GaussianScore(mean: component.mean, covariance: component.covariance)
    let x = made.queries(33)
    for sigma in Self.sigmas {
      let noise = Noise.uniform(sigma * made.scale)
      let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
      #expect(
        one.denoised(x, at: noise).bitPatterns == gaussian.denoised(x, at: noise).bitPatterns)
      #expect(
        one.logDensity(x, at: noise, in: workspace)
          == gaussian.logDensity(x, at: noise, in: workspace))
      #expect(
        one.jacobianTrace(x, at: noise, in: workspace)
          == gaussian.jacobianTrace(x, at: noise, in: workspace))
    }
  }

  @Test(arguments: MixtureCase.all.filter { $0.count == 8 })
  func `order, scale and repetition of components change nothing`(_ made: MixtureCase) {
    let score = made.made().score
    let scaled = score.components.map {
      MixtureScore.Component(weight: 17 * $0.weight, mean: $0.mean, covariance: $0.covariance)
    }
    let halves = score.components.flatMap {
      let half = MixtureScore.Component(
        weight: $0.weight / 2, mean: $0.mean, covariance: $0.covariance)
      return [half, half]
    }
    let x = made.queries(24)
    let others = [Array(score.components.reversed()), scaled, halves].map { MixtureScore($0) }
    for sigma in [1e-3, 0.3, 2, 1e3].map({ $0 * made.scale }) {
      let expected = score.denoised(x, at: .uniform(sigma))
      for other in others {
        #expect(abs(other.components.reduce(0) { $0 + $1.weight } - 1) < 1e-14)
        let denoised = other.denoised(x, at: .uniform(sigma))
        for row in 0..<x.count {
          // Far away at small σ the exponents are of the order 10¹² and keep 10⁻⁴.
          let size = made.scale + norm(expected.doubles(row))
          #expect(distance(denoised.doubles(row), expected.doubles(row)) < 1e-6 * size)
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3, 16, 64])
  func `components without width are the empirical score`(_ dimension: Int) {
    var inputs = Inputs(seed: 4)
    let data = inputs.points(40, dimension)
    let mixture = MixtureScore(
      data.doubleRows.map {
        .init(weight: 1, mean: $0, covariance: .isotropic(0, dimension: dimension))
      })
    let empirical = EmpiricalScore(data)
    let x = inputs.points(50, dimension, scale: 2)
    let workspace = Workspace(samples: Samples(seed: 0, count: x.count))
    for sigma in Self.sigmas {
      let noise = Noise.uniform(sigma)
      let (a, b) = (mixture.denoised(x, at: noise), empirical.denoised(x, at: noise))
      let (p, q) = (
        mixture.logDensity(x, at: noise, in: workspace),
        empirical.logDensity(x, at: noise, in: workspace)
      )
      let (t, u) = (
        mixture.jacobianTrace(x, at: noise, in: workspace),
        empirical.jacobianTrace(x, at: noise, in: workspace)
      )
      for row in 0..<x.count {
        #expect(distance(a.doubles(row), b.doubles(row)) < 1e-6)
        #expect(abs(p[row] - q[row]) < 1e-9 * (1 + abs(p[row])))
        #expect(abs(t[row] - u[row]) < 1e-6 * (1 + t[row]), "\(sigma) \(row)")
      }
    }
    #expect(distance(mixture.mean, empirical.mean) < 1e-6)
    #expect(abs(mixture.totalVariance / empirical.totalVariance - 1) < 1e-6)
  }

  @Test(arguments: MixtureCase.all)
  func `mean and covariance are those of the components`(_ made: MixtureCase) {
    let (score, reference) = made.made()
    #expect(distance(score.mean, reference.mean) < 1e-12 * made.scale)
    let matrix = score.covariance.matrix
    let size = made.scale * made.scale
    for i in 0..<made.dimension {
      for j in 0..<made.dimension {
        #expect(abs(matrix[i, j] - reference.covariance(i, j)) < 1e-9 * size)
      }
    }
    #expect(abs(matrix.trace - score.totalVariance) < 1e-9 * size * Double(made.dimension))
  }

  /// Two components that share the posterior far away, their means 3·10⁻⁸ apart: the spread over
  /// σ² must not drown in the rounding of squared distances, 10⁶ · 2⁻⁵² / σ² = 2 · 10⁻⁴.
  @Test(arguments: [1.0, 3, 5, 8, 30])
  func `far away close components have no spread`(_ logit: Double) {
    let sigma = 1e-3
    let gap = logit * sigma * sigma / 1000
    let score = MixtureScore([
      .init(weight: 1, mean: [0, 0], covariance: .isotropic(0, dimension: 2)),
      .init(weight: 1, mean: [gap, 0], covariance: .isotropic(0, dimension: 2)),
    ])
    let x = Points(rows: [[-1000, 0], [-999, 3], [-1000, 17]])
    let workspace = Workspace(samples: Samples(seed: 0, count: 3))
    let traces = score.jacobianTrace(x, at: .uniform(sigma), in: workspace)
    for trace in traces { #expect(trace >= 0 && trace < 1e-9) }
  }
}
