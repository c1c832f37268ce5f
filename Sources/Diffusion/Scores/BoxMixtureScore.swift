import Foundation
import Synchronization
public import Arrays

/// The score of boxes filled evenly: p₀ = Σ_k w_k U([a_k, b_k]), sides along the axes.
///
/// Inside a box coordinates are independent, and each, seen through noise, is a truncated
/// Gaussian. With Z_kj = Φ((b_kj − x_j)/σ) − Φ((a_kj − x_j)/σ),
///
///     p(x; σ) = Σ_k w_k Π_j Z_kj/(b_kj − a_kj),   r_k its terms' shares
///     D(x; σ) = Σ_k r_k D_k,   D_kj = x_j + σ (φ(α_kj) − φ(β_kj))/Z_kj
///     tr J_D = Σ_k r_k Σ_j Var_kj/σ² + tr Cov_r[D_k]/σ²
///
/// Exact, in Double inside: from σ = 10⁻⁴ to 10⁴ times the data's scale, at any x.
///
/// - Cost: 2 K d error functions or as many short quadratures a row.
public struct BoxMixtureScore: DensityScore, CovarianceScore {
  /// One box.
  public struct Box: Sendable, Equatable {
    /// w_k > 0; the weights of a mixture are scaled to sum to one.
    public var weight: Double
    /// a_k, d numbers.
    public var lower: [Double]
    /// b_k, each above its a_k.
    public var upper: [Double]

    /// A box between two corners with its share of the whole.
    public init(weight: Double, lower: [Double], upper: [Double]) {
      self.weight = weight
      self.lower = lower
      self.upper = upper
    }

    /// Its middle.
    var center: [Double] { zip(lower, upper).map { ($0 + $1) / 2 } }
    /// (b − a)²/12 along each axis.
    var variances: [Double] { zip(lower, upper).map { ($1 - $0) * ($1 - $0) / 12 } }
  }

  /// The boxes, their weights summing to one.
  public let boxes: [Box]
  /// log w_k − Σ_j log(b_kj − a_kj).
  private let logHeights: [Double]
  /// A Gaussian in the place of each box, for the moments.
  private let moments: MixtureScore

  /// The mixture of `boxes`, at least one, all of one dimension.
  public init(_ boxes: [Box]) {
    precondition(!boxes.isEmpty, "A mixture has at least one box.")
    precondition(boxes.allSatisfy { $0.weight > 0 }, "Weights are positive.")
    let total = boxes.reduce(0) { $0 + $1.weight }
    self.boxes = boxes.map { box in
      precondition(
        box.lower.count == boxes[0].lower.count && box.upper.count == box.lower.count
          && zip(box.lower, box.upper).allSatisfy { $0 < $1 },
        "All boxes have one dimension and a width along every axis.")
      return Box(weight: box.weight / total, lower: box.lower, upper: box.upper)
    }
    logHeights = self.boxes.map { box in
      log(box.weight) - zip(box.lower, box.upper).reduce(0) { $0 + log($1.1 - $1.0) }
    }
    moments = MixtureScore(
      self.boxes.map {
        .init(weight: $0.weight, mean: $0.center, covariance: .diagonal($0.variances))
      })
  }

  /// The number of coordinates, d.
  public var dimension: Int { moments.dimension }
  /// E[x₀] = Σ_k w_k (a_k + b_k)/2.
  public var mean: [Double] { moments.mean }
  /// tr Cov[x₀]: (b − a)²/12 along each side, and the spread of the middles.
  public var totalVariance: Double { moments.totalVariance }

  /// Cov[x₀].
  public var covariance: Covariance { moments.covariance }

  /// Rows of N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    moments.matchedStart(at: sigma, samples: samples, workers: workers)
  }

  /// E[x₀ | x] of each row.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    clean = evaluate(x, at: noise, workspace.workers).clean
  }

  /// D − x of each row, rounded after the difference.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    evaluate(x, at: noise, workspace.workers).residual
  }

  /// log p(x; σ) of each row, in nats.
  public func logDensity(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    evaluate(x, at: noise, workspace.workers).logDensity
  }

  /// tr J_D of each row.
  public func jacobianTrace(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    evaluate(x, at: noise, workspace.workers).trace
  }

  /// Points of p₀ itself: a box by weight, then a point inside.
  public func draws(_ samples: Samples, purpose: Purpose = .toy) -> Points {
    var points = Points(count: samples.count, dimension: dimension)
    let stream = RandomStream(seed: samples.seed, for: purpose)
    let logWeights = boxes.map { log($0.weight) }
    for (row, choice) in samples.uniforms(for: purpose, draw: 1).enumerated() {
      let box = boxes[categorical(logits: logWeights, at: choice)]
      let inside = stream.uniforms(dimension, sample: samples.indices[row])
      for (axis, share) in inside.enumerated() {
        points[row, axis] = Float(box.lower[axis] + share * (box.upper[axis] - box.lower[axis]))
      }
    }
    return points
  }

  /// All that is known of a batch.
  private struct Outputs: Sendable {
    var clean: Points
    var residual: Points
    var logDensity: [Double]
    var trace: [Double]

    init(count: Int, dimension: Int) {
      clean = Points(count: count, dimension: dimension)
      residual = clean
      logDensity = [Double](repeating: 0, count: count)
      trace = logDensity
    }
  }

  /// Rows of a task: some hundred microseconds of work.
  private static let rowsPerTask = 64

  private func evaluate(_ x: Points, at noise: Noise, _ workers: Workers) -> Outputs {
    precondition(x.dimension == dimension, "Points and boxes have one dimension.")
    let outputs = Mutex(Outputs(count: x.count, dimension: dimension))
    workers.forEachBlock(of: x.count, size: Self.rowsPerTask) { _, rows in
      var block = Outputs(count: rows.count, dimension: dimension)
      var laws: [TruncatedGaussian] = []
      for row in rows { evaluate(x, row, noise[row], &laws, into: &block, row - rows.lowerBound) }
      outputs.withLock {
        $0.clean.replaceRows(from: rows.lowerBound, with: block.clean)
        $0.residual.replaceRows(from: rows.lowerBound, with: block.residual)
        $0.logDensity.replaceSubrange(rows, with: block.logDensity)
        $0.trace.replaceSubrange(rows, with: block.trace)
      }
    }
    return outputs.withLock { $0 }
  }

  /// One row; `laws` is memory for K · d truncated Gaussians.
  private func evaluate(
    _ x: Points, _ row: Int, _ sigma: Double, _ laws: inout [TruncatedGaussian],
    into outputs: inout Outputs, _ place: Int
  ) {
    laws.removeAll(keepingCapacity: true)
    var logits = logHeights
    for (index, box) in boxes.enumerated() {
      for axis in 0..<dimension {
        let law = TruncatedGaussian(
          x: Double(x[row, axis]), sigma: sigma, lower: box.lower[axis], upper: box.upper[axis])
        logits[index] += law.logMass
        laws.append(law)
      }
    }
    let best = logits.max() ?? 0
    let shares = logits.map { exp($0 - best) }
    let total = shares.reduce(0, +)
    outputs.logDensity[place] = best + log(total)
    var trace = 0.0
    for axis in 0..<dimension {
      let mean = shares.indices.reduce(0) { $0 + shares[$1] * laws[$1 * dimension + axis].mean }
      let center = mean / total
      outputs.clean[place, axis] = Float(center)
      outputs.residual[place, axis] = Float(center - Double(x[row, axis]))
      for (index, share) in shares.enumerated() {
        let law = laws[index * dimension + axis]
        let gap = (law.mean - center) / sigma
        trace += share * (law.relativeVariance + gap * gap)
      }
    }
    outputs.trace[place] = trace / total
  }
}
