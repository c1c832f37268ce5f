import Foundation

/// How far a surrogate's reverse diffusion strays from the model's, from σ_T down.
///
/// The Kullback-Leibler divergence between the laws of the two paths, in nats, is
///
///     ∫_σ^{σ_T} E‖D − D_G‖² s⁻³ ds,   x from the model's own p(·; s)
///
/// D the model's denoiser and D_G the surrogate's. By Pinsker's inequality the laws of x(σ) differ
/// by at most √(nats/2) in total variation. Over all σ it is the divergence of the clean laws.
///
/// What is held is g(s) = E‖D − D_G‖²/s², nats for each unit of log σ, at levels from σ_T down; in
/// between it is a power of σ, for it is steep.
///
/// - Reference: Girsanov's theorem, as in Chen et al. 2023, <https://arxiv.org/abs/2209.11215>.
public struct PathDivergence: Sendable, Equatable {
  /// One level and what has been spent down to it.
  public struct Node: Sendable, Equatable {
    /// σ.
    public let sigma: Double
    /// g(σ).
    public let rate: Double
    /// The integral from σ_T to σ, in nats.
    public let nats: Double
    /// The standard error of `nats`.
    public let standardError: Double

    /// A level from its numbers.
    public init(sigma: Double, rate: Double, nats: Double, standardError: Double) {
      self.sigma = sigma
      self.rate = rate
      self.nats = nats
      self.standardError = standardError
    }
  }

  /// Levels from σ_T down, at least one; the first has spent nothing.
  public let nodes: [Node]
  /// Denoiser evaluations of the model that this took, over all rows.
  public let evaluations: Int

  /// A curve from its levels.
  public init(nodes: [Node], evaluations: Int) {
    precondition(Self.isValid(nodes), "Levels fall, and what has been spent never falls.")
    self.nodes = nodes
    self.evaluations = evaluations
  }

  /// Whether levels make a curve.
  public static func isValid(_ nodes: [Node]) -> Bool {
    !nodes.isEmpty && nodes[0].nats == 0
      && zip(nodes, nodes.dropFirst()).allSatisfy { $0.sigma > $1.sigma && $0.nats <= $1.nats }
      && nodes.allSatisfy {
        $0.sigma > 0 && $0.sigma.isFinite && $0.rate >= 0 && $0.nats.isFinite
          && $0.standardError >= 0
      }
  }

  /// The lowest level that is known.
  public var lowest: Double { nodes[nodes.count - 1].sigma }
  /// What has been spent down to it.
  public var highestNats: Double { nodes[nodes.count - 1].nats }

  /// Nats spent from σ_T to `sigma`; nil below the lowest level.
  public func nats(at sigma: Double) -> Double? {
    guard sigma < nodes[0].sigma else { return 0 }
    guard let next = nodes.firstIndex(where: { $0.sigma <= sigma }) else { return nil }
    let stretch = Stretch(nodes[next - 1], nodes[next])
    return min(
      nodes[next].nats,
      nodes[next - 1].nats + stretch.nats(along: log(nodes[next - 1].sigma / sigma)))
  }

  /// The standard error of ``nats(at:)``; nil below the lowest level.
  public func standardError(at sigma: Double) -> Double? {
    guard let nats = nats(at: sigma) else { return nil }
    guard nats > 0, let node = nodes.first(where: { $0.sigma <= sigma }) else { return 0 }
    return nats * node.standardError / node.nats
  }

  /// The smallest σ inside the budget.
  ///
  /// σ_T, no jump, where already the first stretch exceeds it; the lowest level where nothing does.
  public func sigma(spending budget: Double) -> Double {
    guard let next = nodes.firstIndex(where: { $0.nats > budget }) else { return lowest }
    guard next > 1 else { return nodes[0].sigma }
    let last = nodes[next - 1]
    let length = Stretch(last, nodes[next]).length(spending: budget - last.nats)
    return min(last.sigma, max(nodes[next].sigma, last.sigma * exp(-length)))
  }
}

/// g between two levels: a e^(q t/h), t = log of the upper σ over σ, from 0 to h.
struct Stretch {
  let upper: Double
  let width: Double
  let growth: Double

  init(_ upper: PathDivergence.Node, _ lower: PathDivergence.Node) {
    self.init(upper.rate, lower.rate, width: log(upper.sigma / lower.sigma))
  }

  init(_ upper: Double, _ lower: Double, width: Double) {
    // A rate of zero is one too small to matter.
    let least = max(Double.leastNormalMagnitude, 1e-30 * max(upper, lower))
    self.upper = max(upper, least)
    self.width = width
    growth = log(max(lower, least) / self.upper)
  }

  /// ∫₀ᵗ g.
  func nats(along t: Double) -> Double {
    let exponent = growth * t / width
    return upper * t * (abs(exponent) < 1e-8 ? 1 + exponent / 2 : expm1(exponent) / exponent)
  }

  /// t with ∫₀ᵗ g = `nats`.
  func length(spending nats: Double) -> Double {
    let share = nats / (upper * width)
    return abs(growth) < 1e-8 ? share * width : width / growth * log1p(share * growth)
  }

  /// How the whole changes with g at either end.
  var slopes: (upper: Double, lower: Double) {
    guard abs(growth) > 1e-4 else { return (width / 2, width / 2) }
    let mean = expm1(growth) / growth
    return (width * (mean - 1) / growth, width * (1 - mean * exp(-growth)) / growth)
  }
}
