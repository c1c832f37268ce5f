import Arrays
import Foundation

/// A pair of Runge-Kutta methods that share their slopes, for the probability flow in u = log σ,
///
///     dx/du = x − D(x; e^u),
///
/// from u_max down to u_min, then x = D. In u the slope stays bounded and the way is as long as
/// the number of scales that it crosses.
///
/// The higher order goes on, the difference between the two is the error: a row's step is accepted
/// when √(mean_j (e_j/(τ scale + τ max(|x_j|, |x′_j|)))²) ≤ 1 with the tolerance τ. The last slope
/// of a step is the first of the next, and at u_min its D is the sample: n attempts take n times
/// the stages less one, and one evaluation.
///
/// Widths follow Gustafsson's proportional-integral control: with the order q̂ of the lower method
/// and k = q̂ + 1, h ← 0.9 h E^(−0.7/k) E_last^(0.4/k) after a step accepted, h ← 0.9 h E^(−1/k)
/// after one taken back, by a factor of 0.2 to 5.
///
/// - Reference: Hairer, Nørsett, Wanner 1993, section II.4,
///   <https://doi.org/10.1007/978-3-540-78862-1>; Gustafsson 1991,
///   <https://doi.org/10.1145/210232.210242>.
public protocol EmbeddedRungeKutta: AdaptiveSampler {
  /// The numbers of the pair.
  static var tableau: Tableau { get }
  /// τ.
  var tolerance: Double { get }
  /// The size of x whose relative error τ is also an absolute one: the data's deviation.
  var scale: Double { get }
}

/// An embedded pair whose last stage is its step: slope k_i is taken at
/// x − h Σ_j a_ij k_j and u − c_i h, and the last of these points is the next state.
public struct Tableau: Sendable, Equatable {
  /// c, one number a stage.
  public let nodes: [Double]
  /// a, rows of rising length.
  public let weights: [[Double]]
  /// b − b̂, the higher order's weights less the lower's.
  public let difference: [Double]
  /// q̂, the order of the lower method.
  public let lowerOrder: Int
}

extension EmbeddedRungeKutta {
  /// The slopes.
  public static var scratchCount: Int { tableau.nodes.count }

  /// u = log σ.
  public func position(of level: Level) -> Double { log(level.sigma) }
  /// e^u.
  public func sigma(at position: Double, of process: NoiseProcess) -> Double { exp(position) }

  /// τ^(1/k): D changes over a unit of u or more, and a step of h errs by about h^k.
  public func firstWidth(of length: Double) -> Double {
    min(1, pow(tolerance, 1 / Double(Self.tableau.lowerOrder + 1)))
  }

  /// One step of the pair.
  public func attempt(_ walk: inout AdaptiveWalk, with score: some Score) {
    if walk.attempts == 0 {
      walk.denoise(at: sigmas(walk, 0), with: score)
      walk.scratch[0].set(
        .uniform(1), walk.x, plus: .uniform(-1), walk.clean, workers: walk.workers)
      // A way of one level is all behind.
      walk.retire()
      if walk.rows.isEmpty { return }
    }
    let tableau = Self.tableau
    let last = tableau.nodes.count - 1
    let steps = walk.rows.map { -$0.width }
    for stage in 1...last {
      walk.candidate.setSum(
        walk.x, plus: steps, times: tableau.weights[stage], of: walk.scratch,
        workers: walk.workers)
      walk.denoiseCandidate(at: sigmas(walk, tableau.nodes[stage]), with: score)
      walk.scratch[stage].set(
        .uniform(1), walk.candidate, plus: .uniform(-1), walk.clean, workers: walk.workers)
    }
    walk.difference.setSum(
      nil, plus: steps, times: tableau.difference, of: walk.scratch, workers: walk.workers)
    let errors = walk.difference.errors(
      against: walk.x, walk.candidate, .sum(absolute: tolerance * scale, relative: tolerance),
      workers: walk.workers)
    let moved = walk.judge(errors, by: self)
    walk.scratch[0].copyRows(moved, of: walk.scratch[last])
    walk.retire()
  }

  /// e^(u − c h) of each row.
  private func sigmas(_ walk: AdaptiveWalk, _ node: Double) -> [Double] {
    walk.rows.map { exp($0.position - node * $0.width) }
  }

  /// Proportional-integral control by the formula above.
  public func width(after row: AdaptiveRow, accepted: Bool) -> Double {
    let k = Double(Self.tableau.lowerOrder + 1)
    guard accepted else {
      return row.width * max(leastFactor, safety * pow(row.error, -1 / k))
    }
    // An error of next to nothing says nothing about the next step.
    let last = max(row.lastError, negligibleError)
    let factor = safety * pow(row.error, -0.7 / k) * pow(last, 0.4 / k)
    // A step that was just taken back is not lengthened at once.
    let most = row.retries ? 1 : greatestFactor
    return row.width * min(most, max(leastFactor, factor))
  }
}

/// The part of the width that should just pass that is taken.
private let safety = 0.9
/// The bounds of the change from one width to the next.
private let (leastFactor, greatestFactor) = (0.2, 5.0)
/// The least error that the control remembers.
private let negligibleError = 1e-4
