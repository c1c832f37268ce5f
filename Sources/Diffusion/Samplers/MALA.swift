import Foundation
import Arrays

/// The Metropolis-adjusted Langevin algorithm: ``Langevin`` moves with an accept test.
///
///     y = x + ε ∇ log p(x; σ) + √(2ε) n,   ε = δ σ²
///     x ← y with probability min(1, p(y; σ) q(x | y)/(p(x; σ) q(y | x)))
///     log q(y | x) = −‖y − x − ε ∇ log p(x; σ)‖²/4ε + const
///
/// One move a step, at the level the step ends at; ``NoiseLevels/init(holding:steps:)`` holds one
/// level for all of them. The chain keeps p(·; σ) exactly, whatever the step size; the last step
/// ends with D. The score that proposes may be an approximation: the density makes the chain exact.
///
/// The variance of the stiffest direction is at least σ² (see ``Langevin``). For d such directions
/// the best step is ε = ½ 1.65² d^(−⅓) σ², where 57 % of the moves are accepted; the default
/// δ = d^(−⅓) lies a little below, as data's wider directions add rejections and no stiffness.
///
/// - Order: none; a Markov chain without bias. Two evaluations and two log-densities a move.
/// - Reference: Roberts, Tweedie 1996, <https://doi.org/10.2307/3318418>; step size: Roberts,
///   Rosenthal 1998, <https://doi.org/10.1111/1467-9868.00123>.
public struct MALA: Sampler {
  /// Name, order, cost and source.
  public static let facts = SamplerFacts(
    name: "mala", order: nil, evaluationsPerStep: 2, stochastic: true, adaptive: false,
    summary: "Langevin moves with an accept test, exact where the density is known",
    reference: "Roberts, Tweedie 1996, https://doi.org/10.2307/3318418")
  /// Batches of scratch points that a step uses.
  public static let scratchCount = 2

  /// What the chain keeps invariant.
  public let density: any DensityScore
  /// δ > 0: ε in units of σ².
  public let stepSize: Double

  /// The method for p = `density`, with steps ε = δ σ²; δ = d^(−⅓) unless given.
  public init(density: some DensityScore, stepSize: Double? = nil) {
    let stepSize = stepSize ?? pow(Double(density.dimension), -1.0 / 3)
    precondition(stepSize > 0 && stepSize.isFinite, "A step size is positive.")
    self.density = density
    self.stepSize = stepSize
  }

  /// One move: proposed for all rows, accepted or not by each.
  public func step(
    _ walk: inout Walk, from level: Level, to next: Level, with score: some Score
  ) {
    guard next.sigma > 0 else { return walk.finish(from: level, with: score) }
    let sigma = next.sigma
    walk.denoise(at: sigma, with: score)
    walk.drawNormals(for: .chain)
    walk.scratch[0].set(
      .uniform(Float(1 - stepSize)), walk.x, plus: .uniform(Float(stepSize)), walk.clean,
      workers: walk.workers)
    walk.scratch[0].combine(
      .uniform(1), plus: .uniform(Float(sigma * (2 * stepSize).squareRoot())), walk.normals,
      workers: walk.workers)
    walk.denoise(scratch: 0, at: sigma, into: 1, with: score)

    // A score's memory serves one score: the density has a workspace of its own.
    let room = walk.workspace.memory {
      Room(Workspace(samples: walk.workspace.samples, workers: walk.workers))
    }
    let here = density.logDensity(walk.x, at: .uniform(sigma), in: room.workspace)
    let there = density.logDensity(walk.scratch[0], at: .uniform(sigma), in: room.workspace)
    let uniforms = walk.drawUniforms(for: .acceptance)
    for row in 0..<walk.x.count {
      let out = miss(walk.x, walk.clean, walk.scratch[0], row)
      let back = miss(walk.scratch[0], walk.scratch[1], walk.x, row)
      let logRatio = there[row] - here[row] + (out - back) / (4 * stepSize * sigma * sigma)
      // A ratio that is not a number is a proposal out of range: no.
      if log(uniforms[row]) < logRatio {
        for axis in 0..<walk.x.dimension { walk.x[row, axis] = walk.scratch[0][row, axis] }
      } else {
        walk.reject(row: row)
      }
    }
  }

  /// ‖y − x − δ (D(x) − x)‖² of one row.
  private func miss(_ x: Points, _ clean: Points, _ y: Points, _ row: Int) -> Double {
    var sum = 0.0
    for axis in 0..<x.dimension {
      let from = Double(x[row, axis])
      let gap = Double(y[row, axis]) - from - stepSize * (Double(clean[row, axis]) - from)
      sum += gap * gap
    }
    return sum
  }

  private final class Room {
    let workspace: Workspace
    init(_ workspace: Workspace) { self.workspace = workspace }
  }
}
