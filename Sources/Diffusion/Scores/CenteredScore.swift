public import Arrays

/// A score about a center: y = x − c, D_c(y; σ) = D(y + c; σ) − c.
///
/// A run whose process scales x, or whose errors are held against the size of x, steps y: then
/// neither depends on where the origin of the data lies.
public struct CenteredScore: Score {
  /// The score of x.
  public let base: any Score
  /// c, d numbers.
  public let center: [Float]
  private let back: [Float]

  /// `base` seen from `center`.
  public init(_ base: any Score, about center: [Float]) {
    precondition(center.count == base.dimension, "A center has one number a coordinate.")
    self.base = base
    self.center = center
    back = center.map { -$0 }
  }

  /// The number of coordinates, d.
  public var dimension: Int { base.dimension }

  /// The states x of a batch.
  private final class Memory {
    var states: Points
    init(_ count: Int, _ dimension: Int) { states = Points(count: count, dimension: dimension) }
  }

  /// D(y + c; σ) − c of each row.
  public func denoise(
    _ y: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    let memory = workspace.memory { Memory(y.count, dimension) }
    if memory.states.count < y.count {
      memory.states = Points(count: y.count, dimension: dimension)
    }
    memory.states.setTranslated(y, by: center, workers: workspace.workers)
    base.denoise(memory.states, at: noise, into: &clean, in: workspace)
    clean.translate(by: back, workers: workspace.workers)
  }

  /// D(y + c; σ) − (y + c) of each row.
  public func residual(_ y: Points, at noise: Noise, in workspace: Workspace) -> Points {
    var x = y
    x.translate(by: center, workers: workspace.workers)
    return base.residual(x, at: noise, in: workspace)
  }
}

/// Where a run steps x from: about the mean of its score, or from the origin of its coordinates.
public enum RunOrigin: Sendable {
  /// The score's mean where it is known, and the method or its process would notice: the same
  /// samples at every origin of the data.
  case mean
  /// Zero, as published.
  case zero
}

extension RunOrigin {
  /// The share of a deviation below which a mean is as good as zero.
  private static let negligible = 1e-6

  /// What to take off states of `score`; nil where the run goes on as it is: where no coordinate of
  /// the mean lies beyond so many deviations.
  func center(of score: any Score, beyond deviations: Double? = nil) -> [Float]? {
    guard self == .mean, let score = score as? any MomentScore else { return nil }
    let least = (deviations ?? Self.negligible) * score.deviation
    guard score.mean.contains(where: { abs($0) > least }) else { return nil }
    return score.mean.map { Float($0) }
  }
}
