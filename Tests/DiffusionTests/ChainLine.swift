import Arrays
import Diffusion
import Foundation
import TestSupport

/// Two overlapping Gaussians on the line, in Double by the formula: p, its distribution and its
/// score at one noise level, and the Langevin kernel with and without its accept test.
struct ChainLine {
  static let score = MixtureScore([
    .init(weight: 0.3, mean: [-1.2], covariance: .isotropic(0.2, dimension: 1)),
    .init(weight: 0.7, mean: [1], covariance: .isotropic(0.3, dimension: 1)),
  ])
  static let sigma = 0.5

  private let parts: [(weight: Double, mean: Double, variance: Double)] = [
    (0.3, -1.2, 0.2 + 0.25), (0.7, 1, 0.3 + 0.25),
  ]

  func distribution(_ x: Double) -> Double {
    parts.reduce(0) {
      $0 + $1.weight * normalDistribution((x - $1.mean) / $1.variance.squareRoot())
    }
  }

  private func terms(_ x: Double) -> [Double] {
    parts.map {
      $0.weight * exp(-(x - $0.mean) * (x - $0.mean) / (2 * $0.variance))
        / (2 * .pi * $0.variance).squareRoot()
    }
  }

  func density(_ x: Double) -> Double { terms(x).reduce(0, +) }

  func score(_ x: Double) -> Double {
    let terms = terms(x)
    let slopes = zip(terms, parts).map { -$0 * (x - $1.mean) / $1.variance }
    return slopes.reduce(0, +) / terms.reduce(0, +)
  }

  /// Cells between −∞, the edges and ∞, and P(x in one, y in another) for x ~ p and one move.
  static let edges = [-1.0, 0.2, 1.2]

  static func cell(_ x: Double) -> Int { edges.count { $0 < x } }

  /// The flow between different cells by the midpoint rule.
  func flows(epsilon: Double, accept: Bool) -> [[Double]] {
    let (h, count) = (0.02, 700)
    let points = (0..<count).map { -7 + (Double($0) + 0.5) * h }
    let densities = points.map(density)
    let drifts = points.map { $0 + epsilon * score($0) }
    let proposal = { (from: Int, to: Int) in
      let gap = points[to] - drifts[from]
      return exp(-gap * gap / (4 * epsilon)) / (4 * .pi * epsilon).squareRoot()
    }
    var flows = [[Double]](repeating: [0, 0, 0, 0], count: 4)
    for i in 0..<count {
      for j in 0..<count where Self.cell(points[i]) != Self.cell(points[j]) {
        let out = densities[i] * proposal(i, j)
        let flow = accept ? min(out, densities[j] * proposal(j, i)) : out
        flows[Self.cell(points[i])][Self.cell(points[j])] += flow * h * h
      }
    }
    return flows
  }
}
