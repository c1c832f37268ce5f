public import Arrays

/// How far a denoiser is from being a gradient.
///
///     A = E‖J − Jᵀ‖² / E‖J + Jᵀ‖²,   J = ∂D/∂x,   ‖·‖ the Frobenius norm
///
/// A score is the gradient of log p(x; σ), so that J of the exact denoiser is symmetric, Cov[x₀ | x]/σ²,
/// and A is 0. A network promises no such thing. A is 1 where J is as much rotation as stretching.
///
/// For independent v and w of zero mean and unit covariance, and any matrix M, E(wᵀ M v)² = ‖M‖².
/// With k probes v_i at each point,
///
///     wᵀ(J ∓ Jᵀ)v = ⟨w, J v⟩ ∓ ⟨v, J w⟩        over the k(k − 1)/2 pairs of probes
///
/// needs J v alone and no way back through a network: (D(x + h v) − D(x − h v))/2h. Up to as many
/// coordinates as probes, the coordinates themselves are the probes and the norms are exact.
///
/// Differences of Float32 have an end: rounding of x and D adds about (10⁻⁷/h)² to A, a third
/// derivative h⁴. Measure a score that is a gradient, at the same points, to see it.
///
/// - Cost: 2 k evaluations a point.
/// - Reference: Hutchinson 1990, <https://doi.org/10.1080/03610919008812866>.
public struct JacobianAsymmetry: Sendable {
  /// k, at least two.
  public var probes = 4
  /// h in units of σ. Large enough for Float32 at σ of a thousandth of the data, where x moves by
  /// some 10⁻⁴ of its size; small against the noise, over which D bends.
  public var step = 0.03125

  /// The defaults.
  public init() {}

  /// A at one level.
  ///
  /// Random numbers: normals of purpose `measure`, draw i for probe i.
  ///
  /// - Parameters:
  ///   - score: The score.
  ///   - x: Points noised with σ, B × d.
  ///   - sigma: σ.
  ///   - samples: Whose rows these are.
  ///   - workers: The threads to use.
  /// - Returns: A, with the standard error of a ratio of means over the rows.
  public func estimate(
    of score: any Score, at x: Points, sigma: Double, samples: Samples, workers: Workers = .all
  ) -> Estimate {
    precondition(probes >= 2 && step > 0, "An asymmetry needs two probes and a step.")
    precondition(samples.count == x.count, "Every row is a sample.")
    let isExact = x.dimension <= probes
    let directions = (0..<(isExact ? x.dimension : probes)).map { index in
      isExact
        ? Self.axis(index, x)
        : samples.normals(
          dimension: x.dimension, for: .measure, draw: UInt32(index), workers: workers)
    }
    let products = directions.map { product(score, x, $0, sigma, samples, workers) }
    var antisymmetric = [Double](repeating: 0, count: x.count)
    var symmetric = antisymmetric
    for i in directions.indices {
      if isExact {
        // The diagonal of J + Jᵀ; that of J − Jᵀ is zero. Pairs below stand for both their orders.
        for row in 0..<x.count {
          let entry = Double(products[i][row, i])
          symmetric[row] += 2 * entry * entry
        }
      }
      for j in directions.indices.dropFirst(i + 1) {
        let forth = Self.dots(directions[j], products[i])
        let back = Self.dots(directions[i], products[j])
        for row in 0..<x.count {
          antisymmetric[row] += (forth[row] - back[row]) * (forth[row] - back[row])
          symmetric[row] += (forth[row] + back[row]) * (forth[row] + back[row])
        }
      }
    }
    return Estimate(ratioOf: antisymmetric, to: symmetric)
  }

  /// J v of each row.
  private func product(
    _ score: any Score, _ x: Points, _ v: Points, _ sigma: Double, _ samples: Samples,
    _ workers: Workers
  ) -> Points {
    let h = Float(step * sigma)
    let ends = [h, -h].map { h in
      var moved = x
      moved.combine(.uniform(1), plus: .uniform(h), v, workers: workers)
      // A workspace of its own: what a score remembers of x is not true of its neighbours.
      return score.denoised(
        moved, at: .uniform(sigma), in: Workspace(samples: samples, workers: workers))
    }
    var product = ends[0]
    product.combine(.uniform(1 / (2 * h)), plus: .uniform(-1 / (2 * h)), ends[1], workers: workers)
    return product
  }

  private static func axis(_ index: Int, _ x: Points) -> Points {
    var axis = Points(count: x.count, dimension: x.dimension)
    for row in 0..<x.count { axis[row, index] = 1 }
    return axis
  }

  /// ⟨a, b⟩ of each row.
  private static func dots(_ a: Points, _ b: Points) -> [Double] {
    (0..<a.count).map { row in
      zip(a.row(row), b.row(row)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
}
