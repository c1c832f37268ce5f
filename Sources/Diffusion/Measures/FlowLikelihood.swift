import Foundation
public import Arrays

/// Log-densities through the probability flow.
///
///     log p(x; σ_min) = log p(x(σ_max); σ_max) + ∫ div v dσ,   div v = (d − tr J_D)/σ
///
/// along dx/dσ = (x − D)/σ from x at σ_min. In u = log σ both slopes are bounded: dx/du = x − D and
/// dℓ/du = d − tr J_D, by the classical Runge-Kutta method; ℓ in Double.
///
/// What comes out is the density *at σ_min*. It tends to that of the data as σ_min falls where there
/// is one; of a set of points, which has none, it says how the noise of σ_min about the points is
/// spread, and grows without bound.
///
/// - Order: 4 in the step of u. Four evaluations a step, six with the estimate of the error.
/// - Reference: Song et al. 2021, section 4.3 and appendix D.2, <https://arxiv.org/abs/2011.13456>.
public struct FlowLikelihood: Sendable {
  /// Steps from σ_min to σ_max, even in log σ; two at least.
  public let steps: Int
  /// Where the density is taken.
  public let sigmaMin: Double
  /// Where the density is known.
  public let sigmaMax: Double

  /// Steps unless told otherwise: 28 for each power of ten of the usual range, which leaves a gap of
  /// 10⁻⁴ nats or less to the densities that toys are known to have.
  public static let defaultSteps = 128

  /// The flow between two levels.
  public init(from sigmaMin: Double, to sigmaMax: Double, steps: Int = defaultSteps) {
    precondition(sigmaMin > 0 && sigmaMax > sigmaMin && sigmaMax.isFinite, "σ rises.")
    precondition(steps >= 2, "The error is told by half the steps.")
    (self.steps, self.sigmaMin, self.sigmaMax) = (steps, sigmaMin, sigmaMax)
  }

  /// Log-densities with what is known of their errors.
  public struct Result: Sendable, Equatable {
    /// log p(x; σ_min) of each row, in nats.
    public let logDensities: [Double]
    /// The error of the steps of each row: the gap to half as many, over 2⁴ − 1.
    public let stepErrors: [Double]
    /// The standard error of each row from random probes; nil of an exact trace or one probe.
    public let probeErrors: [Double]?
  }

  /// By the exact trace, from the score's own density at σ_max.
  public func logDensities(
    of x: Points, under score: some DensityScore, in workspace: Workspace
  ) -> Result {
    let solve = { (steps: Int) in
      let (end, gains) = flow(x, steps, score, workspace, integrals: 1) { x, sigma in
        [score.jacobianTrace(x, at: .uniform(sigma), in: workspace)]
      }
      let ends = score.logDensity(end, at: .uniform(sigmaMax), in: workspace)
      return zip(ends, gains[0]).map { $0 + $1 }
    }
    let (fine, coarse) = (solve(steps), solve(steps / 2))
    return Result(
      logDensities: fine, stepErrors: Self.errors(fine, coarse), probeErrors: nil)
  }

  /// By Hutchinson's estimate of the trace, from the Gaussian with the score's mean and variance at
  /// σ_max.
  ///
  /// tr J = E[εᵀ J ε] over probes ε of random signs, fixed for each row through the whole solve, with
  /// J ε by central differences of D over a distance of σ/10. Every probe gives a log-density of its
  /// own; the answer is their mean.
  ///
  /// Random numbers: purpose `measure`, draw 2²⁰ + p of each sample.
  ///
  /// - Reference: Hutchinson 1989, <https://doi.org/10.1080/03610918908812806>.
  public func logDensities(
    of x: Points, under score: some MomentScore, probes: Int, in workspace: Workspace
  ) -> Result {
    precondition(probes >= 1, "A trace takes a probe.")
    let signs = (0..<probes).map { probe in
      let normals = workspace.samples.normals(
        dimension: x.dimension, for: .measure, draw: (1 << 20) + UInt32(probe),
        workers: workspace.workers)
      return Points(
        count: x.count, dimension: x.dimension, values: normals.values.map { $0 < 0 ? -1 : 1 })
    }
    let solve = { (steps: Int) in
      let (end, gains) = flow(x, steps, score, workspace, integrals: probes) { x, sigma in
        signs.map { Self.probed(x, $0, sigma, score, workspace) }
      }
      let ends = gaussianEnds(end, score)
      return gains.map { gain in zip(ends, gain).map { $0 + $1 } }
    }
    let mean = { (parts: [[Double]]) in total(parts).map { $0 / Double(probes) } }
    let parts = solve(steps)
    let fine = mean(parts)
    let errors =
      probes == 1
      ? nil
      : fine.indices.map { row in
        (variance(parts.map { $0[row] }) / Double(probes)).squareRoot()
      }
    return Result(
      logDensities: fine, stepErrors: Self.errors(fine, mean(solve(steps / 2))),
      probeErrors: errors)
  }

  /// The ends of the paths at σ_max, and ∫ (d − tr J_D) du of each row by each estimate of the trace.
  private func flow(
    _ x: Points, _ steps: Int, _ score: some Score, _ workspace: Workspace, integrals: Int,
    traces: (Points, Double) -> [[Double]]
  ) -> (end: Points, gains: [[Double]]) {
    let (count, d) = (x.count, x.dimension)
    let (first, last) = (log(sigmaMin), log(sigmaMax))
    let step = (last - first) / Double(steps)
    let widths = [Double](repeating: step, count: count)
    var (x, point) = (x, x)
    var slopes = [Points](repeating: Points(count: count, dimension: d), count: 4)
    var gains = [[Double]](repeating: [Double](repeating: 0, count: count), count: integrals)
    // The classical method: a slope from the one before it, and the weights of the four.
    let (nodes, weights) = ([0, 0.5, 0.5, 1], [1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6])
    for index in 0..<steps {
      let u = first + Double(index) * step
      for stage in 0..<4 {
        if stage == 0 {
          point = x
        } else {
          point.setSum(
            x, plus: widths, times: [nodes[stage]], of: [slopes[stage - 1]],
            workers: workspace.workers)
        }
        let sigma = exp(u + nodes[stage] * step)
        score.denoise(point, at: .uniform(sigma), into: &slopes[stage], in: workspace)
        slopes[stage].combine(.uniform(-1), plus: .uniform(1), point, workers: workspace.workers)
        for (integral, trace) in traces(point, sigma).enumerated() {
          for row in 0..<count {
            gains[integral][row] += step * weights[stage] * (Double(d) - trace[row])
          }
        }
      }
      point.setSum(x, plus: widths, times: weights, of: slopes, workers: workspace.workers)
      swap(&x, &point)
    }
    return (x, gains)
  }

  /// A distance over which a denoiser is nearly linear, in units of σ.
  private static let reach = 0.1

  /// εᵀ (D(x + h ε) − D(x − h ε))/2h of each row.
  private static func probed(
    _ x: Points, _ signs: Points, _ sigma: Double, _ score: some Score, _ workspace: Workspace
  ) -> [Double] {
    let h = Float(reach * sigma / Double(x.dimension).squareRoot())
    var (above, below) = (x, x)
    above.combine(.uniform(1), plus: .uniform(h), signs, workers: workspace.workers)
    below.combine(.uniform(1), plus: .uniform(-h), signs, workers: workspace.workers)
    let high = score.denoised(above, at: .uniform(sigma), in: workspace)
    let low = score.denoised(below, at: .uniform(sigma), in: workspace)
    let d = x.dimension
    return (0..<x.count).map { row in
      var (change, width) = (0.0, 0.0)
      for at in row * d..<(row + 1) * d {
        let sign = Double(signs.values[at])
        change += sign * (Double(high.values[at]) - Double(low.values[at]))
        // The way really gone, after rounding.
        width += sign * (Double(above.values[at]) - Double(below.values[at]))
      }
      return Double(d) * change / width
    }
  }

  /// log N(x; E[x₀], (σ_data² + σ_max²) I).
  private func gaussianEnds(_ x: Points, _ score: some MomentScore) -> [Double] {
    let variance = score.deviation * score.deviation + sigmaMax * sigmaMax
    let mean = score.mean
    return (0..<x.count).map { row in
      let away = zip(x.row(row), mean).reduce(0) {
        $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
      }
      return -away / (2 * variance) - Double(x.dimension) / 2 * log(2 * .pi * variance)
    }
  }

  private static func errors(_ fine: [Double], _ coarse: [Double]) -> [Double] {
    zip(fine, coarse).map { abs($0 - $1) / 15 }
  }
}
