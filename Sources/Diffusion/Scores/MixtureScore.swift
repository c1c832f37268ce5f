import Foundation
public import Arrays

/// The score of Gaussian components: p₀ = Σ_k w_k N(m_k, V_k).
///
///     D(x; σ) = Σ_k r_k D_k,   D_k = m_k + V_k (V_k + σ² I)⁻¹ (x − m_k)
///     r_k ∝ w_k N(x; m_k, V_k + σ² I)
///     tr J_D = Σ_k r_k tr J_k + tr Cov_r[D_k]/σ²
///
/// Exact, in Double inside: from σ = 10⁻⁴ to 10⁴ times the data's scale, at any x.
public struct MixtureScore: DensityScore, CovarianceScore, ReverseTransitionScore {
  /// One component.
  public struct Component: Sendable, Equatable {
    /// w_k > 0; the weights of a mixture are scaled to sum to one.
    public var weight: Double
    /// m_k, d numbers.
    public var mean: [Double]
    /// V_k.
    public var covariance: Covariance

    /// A component with its share of the whole.
    public init(weight: Double, mean: [Double], covariance: Covariance) {
      self.weight = weight
      self.mean = mean
      self.covariance = covariance
    }
  }

  /// The components, their weights summing to one.
  public let components: [Component]
  /// E[x₀], d numbers.
  public let mean: [Double]
  /// tr Cov[x₀].
  public let totalVariance: Double
  let packed: PackedMixture
  private let wholeCovariance = Once<Covariance>()

  /// The mixture of `components`, at least one, all of one dimension.
  public init(_ components: [Component]) {
    precondition(!components.isEmpty, "A mixture has at least one component.")
    precondition(components.allSatisfy { $0.weight > 0 }, "Weights are positive.")
    let dimension = components[0].mean.count
    let total = components.reduce(0) { $0 + $1.weight }
    self.components = components.map {
      precondition(
        $0.mean.count == dimension && $0.covariance.dimension == dimension,
        "All components have one dimension.")
      return Component(weight: $0.weight / total, mean: $0.mean, covariance: $0.covariance)
    }
    packed = PackedMixture(
      self.components.map { $0.packed(logWeight: log($0.weight)) }, dimension: dimension)
    var mean = [Double](repeating: 0, count: dimension)
    for component in self.components {
      for index in 0..<dimension { mean[index] += component.weight * component.mean[index] }
    }
    self.mean = mean
    totalVariance = self.components.reduce(0) { sum, component in
      let away = zip(component.mean, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return sum + component.weight * (component.covariance.trace + away)
    }
  }

  /// The number of coordinates, d.
  public var dimension: Int { packed.dimension }

  /// Kernel memory of this kind of score.
  private final class Memory {
    let scratch: PackedMixture.Scratch
    init(_ scratch: PackedMixture.Scratch) { self.scratch = scratch }
  }

  private func scratch(_ workspace: Workspace) -> PackedMixture.Scratch {
    workspace.memory { Memory(PackedMixture.Scratch(for: packed, workers: workspace.workers)) }
      .scratch
  }

  /// E[x₀ | x] of each row, by the formula above.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    packed.denoise(
      x, at: noise, into: &clean, scratch: scratch(workspace), workers: workspace.workers)
  }

  /// log p(x; σ) of each row, in nats.
  public func logDensity(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    packed.logDensity(
      x, at: noise, scratch: scratch(workspace), workers: workspace.workers)
  }

  /// tr J_D of each row.
  public func jacobianTrace(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    packed.jacobianTrace(
      x, at: noise, scratch: scratch(workspace), workers: workspace.workers)
  }

  /// Cov[x₀] = Σ_k w_k (V_k + (m_k − m)(m_k − m)ᵀ), found when it is first asked for.
  public var covariance: Covariance {
    if components.count == 1 { return components[0].covariance }
    return wholeCovariance.value(made: summedCovariance)
  }

  private func summedCovariance() -> Covariance {
    var matrix = Matrix(rows: dimension, columns: dimension)
    for component in components {
      let own = component.covariance.matrix
      let away = zip(component.mean, mean).map { $0 - $1 }
      for row in 0..<dimension {
        for column in 0..<dimension {
          matrix[row, column] += component.weight * (own[row, column] + away[row] * away[column])
        }
      }
    }
    // A sum of covariances is one, whatever its rounding.
    return Covariance.full(matrix)
      ?? .isotropic(totalVariance / Double(dimension), dimension: dimension)
  }

  /// Each row from N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    gaussianDraws(
      mean: mean, covariance: covariance, noise: sigma, samples: samples, purpose: .start,
      workers: workers)
  }

  /// Points of p₀ itself: a component by weight, then its Gaussian.
  public func draws(_ samples: Samples, purpose: Purpose = .toy) -> Points {
    let chosen = samples.uniforms(for: purpose, draw: 1).map(component)
    return draws(samples, purpose: purpose, components: chosen)
  }

  private func draws(_ samples: Samples, purpose: Purpose, components chosen: [Int]) -> Points {
    var points = samples.normals(dimension: dimension, for: purpose)
    forEachComponent(of: chosen, rows: &points) { component, points, _ in
      component.covariance.move(
        &points, from: nil, to: component.mean, by: { $0.squareRoot() }, workers: .all)
    }
    return points
  }

  /// The component whose share of [0, 1] holds `uniform`.
  private func component(at uniform: Double) -> Int {
    var below = 0.0
    for (index, component) in components.enumerated() {
      below += component.weight
      if uniform < below { return index }
    }
    return components.count - 1
  }

  /// Component k with probability r_k(x; σ), then N(m_k + A (x − m_k), A (σ² − σ′²)) with
  /// A = (V_k + σ′² I)(V_k + σ² I)⁻¹.
  public func reverseTransition(
    _ x: inout Points, from sigma: Double, to next: Double, draw: UInt32, in workspace: Workspace
  ) {
    let (variance, nextVariance) = (sigma * sigma, next * next)
    let keep = { (lambda: Double) in (lambda + nextVariance) / (lambda + variance) }
    let chosen = responsible(
      for: x, at: sigma, workspace.samples.uniforms(for: .choice, draw: draw), workspace.workers)
    let normals = workspace.samples.normals(
      dimension: dimension, for: .transition, draw: draw, workers: workspace.workers)
    forEachComponent(of: chosen, rows: &x) { component, points, rows in
      component.covariance.move(
        &points, from: component.mean, to: component.mean, by: keep,
        plus: rows.count == normals.count ? normals : normals.rows(at: rows),
        times: { (keep($0) * (variance - nextVariance)).squareRoot() },
        workers: workspace.workers)
    }
  }

  /// Calls `body` with each component and the rows that belong to it, then puts them back.
  private func forEachComponent(
    of chosen: [Int], rows points: inout Points,
    _ body: (_ component: Component, _ points: inout Points, _ rows: [Int]) -> Void
  ) {
    var rows = [[Int]](repeating: [], count: components.count)
    for (row, component) in chosen.enumerated() { rows[component].append(row) }
    for (component, rows) in zip(components, rows) where !rows.isEmpty {
      if rows.count == points.count { return body(component, &points, rows) }
      var own = points.rows(at: rows)
      body(component, &own, rows)
      for (place, row) in rows.enumerated() { points.copyRow(place, of: own, to: row) }
    }
  }

  /// Log-densities of all components that are held at a time.
  private static let logitsHeld = 1 << 22

  /// The component of each row at its uniform number, when each has its responsibility as share.
  private func responsible(
    for x: Points, at sigma: Double, _ uniforms: [Double], _ workers: Workers
  ) -> [Int] {
    if components.count == 1 { return [Int](repeating: 0, count: x.count) }
    var chosen: [Int] = []
    for first in stride(from: 0, to: x.count, by: max(1, Self.logitsHeld / components.count)) {
      let rows = first..<min(x.count, first + max(1, Self.logitsHeld / components.count))
      let block = x.rows(rows)
      let logits = components.map { component in
        let alone = PackedMixture(
          [component.packed(logWeight: log(component.weight))], dimension: dimension)
        return alone.logDensity(
          block, at: .uniform(sigma), scratch: .init(for: alone, workers: workers),
          workers: workers)
      }
      for row in rows {
        chosen.append(
          categorical(logits: logits.map { $0[row - first] }, at: uniforms[row]))
      }
    }
    return chosen
  }
}

extension MixtureScore.Component {
  /// As the kernel takes it.
  fileprivate func packed(logWeight: Double) -> PackedMixture.Component {
    PackedMixture.Component(
      logWeight: logWeight, mean: mean, variances: covariance.variances,
      basis: covariance.basis?.values, rest: covariance.rest)
  }
}

/// The index whose share of [0, 1] holds `uniform` when shares are the softmax of `logits`.
func categorical(logits: [Double], at uniform: Double) -> Int {
  let best = logits.max() ?? 0
  let weights = logits.map { exp($0 - best) }
  var left = uniform * weights.reduce(0, +)
  for (index, weight) in weights.enumerated() {
    left -= weight
    if left < 0 { return index }
  }
  return weights.lastIndex { $0 > 0 } ?? 0
}

/// Rows of N(mean, V + σ² I), one for each sample.
func gaussianDraws(
  mean: [Double], covariance: Covariance, noise sigma: Double, samples: Samples, purpose: Purpose,
  workers: Workers = .all
) -> Points {
  var points = samples.normals(dimension: mean.count, for: purpose, workers: workers)
  covariance.move(
    &points, from: nil, to: mean, by: { ($0 + sigma * sigma).squareRoot() }, workers: workers)
  return points
}
