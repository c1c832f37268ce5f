import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// A mixture that a bound on its components finds hard, with the reference of the same numbers.
enum WideCase: String, CaseIterable, Sendable {
  /// Means a thousand widths apart: each row has one component.
  case apart
  /// One mean, so that covariances alone decide.
  case concentric
  /// Every component twice.
  case twice
  /// Variances from 10⁻¹² to one.
  case thin
  /// Weights from one to 10⁻³⁰, the rare ones wide.
  case rare
  /// Covariances with a basis, along the axes, and with a rest, in turn.
  case mixed

  struct Made {
    let score: MixtureScore
    let reference: MixtureReference
    let x: Points
  }

  func made(_ d: Int, _ count: Int) -> Made {
    var inputs = Inputs(seed: UInt64(d * 1000 + count))
    var components: [MixtureScore.Component] = []
    var references: [MixtureReference.Component] = []
    for k in 0..<count {
      if self == .twice && k % 2 == 1 {
        components.append(components[k - 1])
        references.append(references[k - 1])
        continue
      }
      let spread = self == .apart ? 1000.0 : self == .concentric ? 0 : 1.5
      let mean = inputs.row(d, scale: spread)
      let weight =
        self == .rare ? pow(10, -30 * Double(k) / Double(count)) : inputs.uniform(0.2...1)
      let (covariance, plain) = covariance(&inputs, d, k)
      components.append(.init(weight: weight, mean: mean, covariance: covariance))
      references.append((weight, mean, plain))
    }
    let rows: [[Float]] = (0..<24).map { row in
      let (first, second) = (components[row % count].mean, components[(row + 1) % count].mean)
      let offset = inputs.row(d)
      return (0..<d).map { i in
        switch row % 4 {
        case 0: Float(first[i] + 0.3 * offset[i])
        case 1: Float((first[i] + second[i]) / 2)
        case 2: Float(first[i] + 3 * offset[i])
        default: Float(first[i] + 300 * offset[i])
        }
      }
    }
    return Made(
      score: MixtureScore(components), reference: MixtureReference(references),
      x: Points(rows: rows))
  }

  /// A covariance and the same as a plain d × d matrix.
  private func covariance(_ inputs: inout Inputs, _ d: Int, _ k: Int) -> (Covariance, [Double]) {
    var plain = [Double](repeating: 0, count: d * d)
    let variances = (0..<d).map { j in
      self == .thin ? pow(10, -12 * Double(j) / Double(d)) : inputs.uniform(0.05...0.5)
    }
    let scale = self == .rare ? Double(1 + k) : 1
    if self == .mixed && k % 6 == 1 {
      for i in 0..<d { plain[i * d + i] = variances[i] }
      return (.diagonal(variances), plain)
    }
    if self == .mixed && k % 6 == 3 {
      for i in 0..<d { plain[i * d + i] = variances[0] }
      return (.isotropic(variances[0], dimension: d), plain)
    }
    let isLow = self == .mixed && k % 6 == 5
    let (rank, rest) = isLow ? (max(1, d / 3), 0.02) : (d, 0.0)
    let directions = reflection(inputs.row(d), rows: rank)
    for i in 0..<d {
      for j in 0..<d {
        plain[i * d + j] = i == j ? rest : 0
        for n in 0..<rank {
          plain[i * d + j] +=
            (scale * variances[n] - rest) * directions[n, i] * directions[n, j]
        }
      }
    }
    let own = variances[0..<rank].map { scale * $0 }
    return (
      Covariance.lowRank(directions: directions, variances: own, rest: rest)
        ?? .isotropic(1, dimension: d), plain
    )
  }
}

/// The first rows of Householder's reflection, which are orthonormal.
private func reflection(_ axis: [Double], rows: Int) -> Matrix {
  let square = axis.reduce(0) { $0 + $1 * $1 }
  var directions = Matrix(rows: rows, columns: axis.count)
  for i in 0..<rows {
    for j in axis.indices {
      directions[i, j] = (i == j ? 1 : 0) - 2 * axis[i] * axis[j] / square
    }
  }
  return directions
}

@Suite struct WideMixtureTests {
  static let sigmas = [1e-4, 1e-2, 0.3, 1, 5, 100, 1e4]

  /// Float32 of the result, 6 · 10⁻⁸ of a coordinate, and what the reference loses of the way from
  /// x: 10⁻¹⁵ of the condition of V + σ² I.
  @Test(arguments: WideCase.allCases, [16, 17, 40])
  func `components are ruled out only where they do not count`(_ kind: WideCase, _ d: Int) {
    var worst = 0.0
    for count in [1, 2, 19] {
      let made = kind.made(d, count)
      var all: [[MixtureReference.Value]] = []
      for sigma in Self.sigmas {
        let expected = made.x.doubleRows.map(made.reference.at(sigma))
        let denoised = made.score.denoised(made.x, at: .uniform(sigma))
        for row in 0..<made.x.count {
          worst = max(worst, error(denoised, row, expected[row], made, kind, sigma))
        }
        all.append(expected)
      }
      let mixed = (0..<made.x.count).map { Self.sigmas[$0 * 3 % Self.sigmas.count] }
      let denoised = made.score.denoised(made.x, at: .each(mixed))
      for row in 0..<made.x.count {
        let expected = all[row * 3 % Self.sigmas.count][row]
        worst = max(worst, error(denoised, row, expected, made, kind, mixed[row]))
      }
    }
    Measured.record("wide mixture D", worst)
    #expect(worst < 1e-6)
  }

  private func error(
    _ denoised: Points, _ row: Int, _ expected: MixtureReference.Value, _ made: WideCase.Made,
    _ kind: WideCase, _ sigma: Double
  ) -> Double {
    let largest = kind == .rare ? 20.0 : 1
    let digits = 1e-15 * (1 + largest / (sigma * sigma))
    let size = 1 + norm(expected.denoised) + digits * 1e6 * norm(made.x.doubles(row))
    return distance(denoised.doubles(row), expected.denoised) / size
  }

  @Test func `the comparison sees a component left out`() {
    let made = WideCase.concentric.made(16, 19)
    let fewer = MixtureScore(Array(made.score.components.dropLast()))
    let expected = made.x.doubleRows.map(made.reference.at(1))
    let denoised = fewer.denoised(made.x, at: .uniform(1))
    let worst = (0..<made.x.count).map {
      error(denoised, $0, expected[$0], made, .concentric, 1)
    }.max()
    #expect((worst ?? 0) > 1e-4)
  }

  /// Enough pairs of rows and components that a task takes them in several turns.
  @Test(arguments: [0.2, 3, 1000])
  func `a row has the same bits alone and among thousands`(_ sigma: Double) {
    var inputs = Inputs(seed: 3)
    let (d, count) = (18, 300)
    let score = MixtureScore(
      (0..<count).map { k in
        let covariance = Covariance.lowRank(
          directions: reflection(inputs.row(d), rows: k % 3 == 0 ? d / 2 : d),
          variances: (0..<(k % 3 == 0 ? d / 2 : d)).map { _ in inputs.uniform(0.05...0.5) },
          rest: 0.01)
        return MixtureScore.Component(
          weight: 1, mean: inputs.row(d, scale: 2),
          covariance: covariance ?? .isotropic(1, dimension: d))
      })
    let x = inputs.points(3500, d, scale: 3)
    func bits(_ x: Points, _ noise: Noise, _ workers: Int) -> [UInt32] {
      let workspace = Workspace(
        samples: Samples(seed: 0, count: x.count), workers: Workers(count: workers))
      return score.denoised(x, at: noise, in: workspace).bitPatterns
    }
    let whole = bits(x, .uniform(sigma), 1)
    #expect(bits(x, .uniform(sigma), 3) == whole)
    #expect(bits(x, .each([Double](repeating: sigma, count: x.count)), 2) == whole)
    for row in stride(from: 0, to: x.count, by: 97) {
      let own = Array(whole[row * d..<(row + 1) * d])
      #expect(bits(x.rows(row..<row + 1), .uniform(sigma), 1) == own)
      let last = min(x.count, row + 7)
      #expect(Array(bits(x.rows(row..<last), .uniform(sigma), 1).prefix(d)) == own)
    }
    // The control: another noise level has other bits.
    #expect(bits(x, .uniform(1.001 * sigma), 1) != whole)
  }

  @Test func `a row that is not finite stays alone`() {
    let made = WideCase.mixed.made(17, 19)
    var x = made.x
    let before = made.score.denoised(x, at: .uniform(0.5))
    x[3, 5] = .nan
    x[7, 0] = .infinity
    let after = made.score.denoised(x, at: .uniform(0.5))
    for row in 0..<x.count {
      if row == 3 || row == 7 {
        let hasNumbers = after.row(row).contains { !$0.isNaN }
        #expect(!hasNumbers)
      } else {
        #expect(after.row(row).map(\.bitPattern) == before.row(row).map(\.bitPattern))
      }
    }
  }
}
