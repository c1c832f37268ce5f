public import Arrays

/// The score of a known law with Gaussian noise of width w added: p₀ = q₀ ∗ N(0, w² I).
///
/// Noise of w and then of σ is noise of s = √(w² + σ²). With g = w²/s²,
///
///     p(x; σ) = q(x; s),   D(x; σ) = (1 − g) D_q(x; s) + g x,   tr J_D = (1 − g) tr J_q + g d
///
/// Around a training set it is a mixture of N equal Gaussians at the cost of an empirical score.
public struct WidenedScore<Base: DensityScore & MomentScore>: DensityScore, MomentScore {
  /// The score of q₀.
  public let base: Base
  /// w > 0, in data units.
  public let width: Double

  /// `base` widened by Gaussian noise of standard deviation `width`.
  public init(_ base: Base, width: Double) {
    precondition(width > 0 && width.isFinite, "A width is positive and finite.")
    self.base = base
    self.width = width
  }

  /// The number of coordinates, d.
  public var dimension: Int { base.dimension }
  /// E[x₀], that of q₀.
  public var mean: [Double] { base.mean }
  /// tr Cov[x₀] = tr Cov[q₀] + d w².
  public var totalVariance: Double {
    base.totalVariance + Double(dimension) * width * width
  }

  /// s = √(w² + σ²).
  private func widened(_ sigma: Double) -> Double {
    (width * width + sigma * sigma).squareRoot()
  }

  /// g = w²/s².
  private func share(_ sigma: Double) -> Double {
    width * width / (width * width + sigma * sigma)
  }

  /// (1 − g) D_q(x; s) + g x of each row.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    base.denoise(x, at: noise.map(widened), into: &clean, in: workspace)
    clean.combine(
      noise.map { Float(1 - share($0)) }, plus: noise.map { Float(share($0)) }, x,
      workers: workspace.workers)
  }

  /// (1 − g) (D_q(x; s) − x) of each row.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var residual = base.residual(x, at: noise.map(widened), in: workspace)
    residual.scale(by: noise.map { Float(1 - share($0)) }, workers: workspace.workers)
    return residual
  }

  /// log q(x; s) of each row, in nats.
  public func logDensity(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    base.logDensity(x, at: noise.map(widened), in: workspace)
  }

  /// (1 − g) tr J_q + g d of each row.
  public func jacobianTrace(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    let traces = base.jacobianTrace(x, at: noise.map(widened), in: workspace)
    return traces.enumerated().map { row, trace in
      let share = share(noise[row])
      return (1 - share) * trace + share * Double(dimension)
    }
  }

  /// Rows of the matched start of q₀ at s.
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    base.matchedStart(at: widened(sigma), samples: samples, workers: workers)
  }
}

extension WidenedScore: ReverseTransitionScore where Base: ReverseTransitionScore {
  /// A path of q₀ from √(w² + σ²) to √(w² + σ′²).
  public func reverseTransition(
    _ x: inout Points, from sigma: Double, to next: Double, draw: UInt32, in workspace: Workspace
  ) {
    base.reverseTransition(
      &x, from: widened(sigma), to: widened(next), draw: draw, in: workspace)
  }
}
