import Foundation
import Synchronization
public import Arrays

/// The exact score of a finite set of points: a mixture of N equal components without width.
///
///     D(x; σ) = Σ_i softmax_i(−‖x − x_i‖²/2σ²) x_i,   tr J_D = tr Cov_softmax[x_i]/σ²
///
/// Its flow ends on the points themselves: it remembers, it does not generalise. That is what
/// ``NearestNeighborScore`` mends.
public struct EmpiricalScore: DensityScore, MomentScore, ReverseTransitionScore {
  let cloud: PointCloud

  /// The score of `data`, N × d finite numbers, N ≥ 1.
  public init(_ data: consuming Points) { cloud = PointCloud(data) }

  /// The number of coordinates, d.
  public var dimension: Int { cloud.dimension }
  /// N.
  public var count: Int { cloud.count }
  /// E[x₀], d numbers.
  public var mean: [Double] { cloud.mean }
  /// tr Cov[x₀].
  public var totalVariance: Double { cloud.totalVariance }

  private final class Memory {
    let scratch: PointCloud.SoftmaxScratch
    init(_ scratch: PointCloud.SoftmaxScratch) { self.scratch = scratch }
  }

  private func scratch(_ workspace: Workspace) -> PointCloud.SoftmaxScratch {
    workspace.memory { Memory(.init(for: cloud, workers: workspace.workers)) }.scratch
  }

  /// E[x₀ | x] of each row, by the formula above.
  public func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    guard cloud.remembersSoftmax else {
      return denoiseAtOnce(x, at: noise, into: &clean, in: workspace)
    }
    let memory = workspace.memory {
      ProductMemory(
        ProductHistory(
          for: cloud, rows: workspace.samples.count, workers: workspace.workers))
    }
    cloud.softmaxMean(at: x, sigma: noise, scale: nil, into: &clean, history: memory.history)
  }

  /// The same for rows that are not those of the workspace.
  func denoiseAtOnce(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    cloud.softmaxMean(at: x, sigma: noise, into: &clean, scratch: scratch(workspace))
  }

  /// D − x = Σ_i softmax_i (x_i − x) of each row, in Double.
  public func residual(_ x: Points, at noise: Noise, in workspace: Workspace) -> Points {
    let result = Mutex(Points(count: x.count, dimension: dimension))
    workspace.workers.forEach(x.count) { _, row in
      let squares = cloud.squaredDistances(to: x, row: row)
      let (least, state) = (squares.min() ?? 0, x.row(row).map { Double($0) })
      var (sum, total) = ([Double](repeating: 0, count: dimension), 0.0)
      for (index, square) in squares.enumerated() {
        let weight = exp((least - square) / (2 * noise[row] * noise[row]))
        // A weight below 10⁻²⁰ of the greatest is none.
        guard weight > 1e-20 else { continue }
        total += weight
        for (axis, value) in cloud.point(index).enumerated() {
          sum[axis] += weight * (value - state[axis])
        }
      }
      let values = sum.map { Float($0 / total) }
      result.withLock {
        $0.replaceRows(from: row, with: Points(count: 1, dimension: dimension, values: values))
      }
    }
    return result.withLock { $0 }
  }

  /// log p(x; σ) of each row, in nats.
  public func logDensity(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    let logMeans = cloud.softmaxDensity(at: x, sigma: noise, scratch: scratch(workspace)).logMean
    return logMeans.enumerated().map { row, logMean in
      logMean - Double(dimension) * (log(2 * .pi) / 2 + log(noise[row]))
    }
  }

  /// tr J_D of each row.
  public func jacobianTrace(_ x: Points, at noise: Noise, in workspace: Workspace) -> [Double] {
    let spreads = cloud.softmaxDensity(at: x, sigma: noise, scratch: scratch(workspace)).spread
    return spreads.enumerated().map { row, spread in spread / (noise[row] * noise[row]) }
  }

  /// Each row from N(E[x₀], Cov[x₀] + σ² I).
  public func matchedStart(at sigma: Double, samples: Samples, workers: Workers) -> Points {
    var points = samples.normals(dimension: dimension, for: .start, workers: workers)
    let stream = RandomStream(seed: samples.seed, for: .combination)
    let own = cloud.normalCombinations(
      samples: samples.indices, stream: stream, workers: workers)
    points.combine(.uniform(Float(sigma)), plus: .uniform(1), own, workers: workers)
    for row in 0..<points.count {
      for index in 0..<dimension { points[row, index] += Float(mean[index]) }
    }
    return points
  }

  /// Point i with its softmax weight, then N(x_i + (σ′²/σ²)(x − x_i), σ′²(σ² − σ′²)/σ² I).
  public func reverseTransition(
    _ x: inout Points, from sigma: Double, to next: Double, draw: UInt32, in workspace: Workspace
  ) {
    let uniforms = workspace.samples.uniforms(for: .choice, draw: draw)
    let normals = workspace.samples.normals(
      dimension: dimension, for: .transition, draw: draw, workers: workspace.workers)
    let keep = next * next / (sigma * sigma)
    let width = next * (1 - keep).squareRoot()
    let states = x
    let moved = Mutex(Points(count: x.count, dimension: dimension))
    workspace.workers.forEach(x.count) { _, row in
      let logits = cloud.squaredDistances(to: states, row: row).map { -$0 / (2 * sigma * sigma) }
      let target = cloud.point(categorical(logits: logits, at: uniforms[row]))
      let values = (0..<dimension).map { index in
        let mean = target[index] + keep * (Double(states[row, index]) - target[index])
        return Float(mean + width * Double(normals[row, index]))
      }
      moved.withLock {
        $0.replaceRows(
          from: row, with: Points(count: 1, dimension: dimension, values: values))
      }
    }
    x = moved.withLock { $0 }
  }
}
