public import Arrays

/// The Fréchet distance between the Gaussians with the moments of two sets.
///
///     F = ‖μ − ν‖² + tr(V + W − 2 (V^½ W V^½)^½) = ‖μ − ν‖² + min_Q ‖A Q − B‖²
///
/// with A Aᵀ = V, B Bᵀ = W and Q orthogonal. In squared data units: the squared W₂ distance of the
/// Gaussians. It sees means and covariances alone, and is biased upward by the order of d²/n, to about
/// its ``Floor`` between equal laws. The right side is a sum of squares: a thin direction beside a wide
/// one loses no digits, and neither does a direction in which one set has no variance at all.
///
/// In more than 256 coordinates covariances are compared along the 256 leading principal directions of
/// the reference. Of the rest the means and the total variances v and w count, (√v − √w)², which is
/// exact where the reference has none there and less than the distance elsewhere.
///
/// Standard error: the influence function. With T the map that carries N(μ, V) to N(ν, W),
/// x has the influence 2 (μ − ν)·(x − μ) + (x − μ)ᵀ (I − T) (x − μ). Principal directions are held as
/// they are.
///
/// - Cost: n d² multiplications and some eigenvalue problems of size d.
/// - Reference: Dowson, Landau 1982, <https://doi.org/10.1016/0047-259X(82)90077-X>; the minimum over
///   Q: Bhatia, Jain, Lim 2019, theorem 1, <https://doi.org/10.1016/j.exmath.2018.01.002>.
public struct FrechetDistance: SetMetric {
  /// Principal directions, beside which nothing counts; nil for all, or the leading ones and the rest.
  public let coordinates: Int?

  /// The metric along so many principal directions of the reference alone, or of all there is.
  public init(coordinates: Int? = nil) {
    precondition(coordinates.map { $0 >= 1 } ?? true, "There is one direction at least.")
    self.coordinates = coordinates
  }

  /// Directions whose covariances are compared at most: they hold nearly all of the variance of
  /// pictures.
  public static let mostDirections = 256

  /// F with its standard error.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    let pair = Pair(self, samples, reference, workers)
    return Estimate(value: pair.value, standardError: pair.variance.squareRoot())
  }

  /// F.
  public func value(_ samples: Points, against reference: Points, workers: Workers) -> Double {
    Pair(self, samples, reference, workers).value
  }

  /// The moments of two sets along the same directions, and the turn that brings them together.
  private struct Pair {
    let x: DirectedMoments
    let y: DirectedMoments
    /// Q.
    let turn: Matrix
    /// μ − ν, in data coordinates and along the directions.
    let gap: [Double]
    let directedGap: [Double]
    /// Whether what lies beside the directions counts.
    let countsRest: Bool

    init(
      _ metric: FrechetDistance, _ samples: Points, _ reference: Points, _ workers: Workers
    ) {
      precondition(samples.dimension == reference.dimension, "Two sets have one dimension.")
      precondition(samples.count > 1 && reference.count > 1, "Each set has two points.")
      let d = samples.dimension
      let wanted = min(d, metric.coordinates ?? FrechetDistance.mostDirections)
      countsRest = metric.coordinates == nil && wanted < d
      let (center, basis) = Self.directions(wanted, of: reference, workers)
      x = DirectedMoments(samples, center: center, basis, workers)
      y = DirectedMoments(reference, center: center, basis, workers)
      turn = x.factor.transposed.times(y.factor).polar.factor
      gap = zip(x.mean, y.mean).map { $0 - $1 }
      directedGap = zip(x.directedMean, y.directedMean).map { $0 - $1 }
    }

    /// The mean, and the leading principal directions where not all are wanted.
    private static func directions(
      _ wanted: Int, of reference: Points, _ workers: Workers
    ) -> (center: [Double], basis: Matrix?) {
      let d = reference.dimension
      let all = SampleMoments(reference, covariance: wanted < d, workers: workers)
      let basis = all.covariance.map { covariance in
        Matrix(
          rows: wanted, columns: d,
          values: Array(covariance.symmetricEigen.vectors.values.suffix(wanted * d)))
      }
      return (all.mean, basis)
    }

    /// F.
    var value: Double {
      let moved = x.factor.times(turn)
      let covariances = zip(moved.values, y.factor.values).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      guard countsRest else { return squaredNorm(directedGap) + covariances }
      let rest = x.restVariance.squareRoot() - y.restVariance.squareRoot()
      return squaredNorm(gap) + covariances + rest * rest
    }

    /// Var F from both sets.
    var variance: Double {
      // T = B Qᵀ A⁻¹ one way and A Q B⁻¹ the other.
      let forth = y.factor.times(turn, transposed: true).times(x.inverseFactor)
      let back = x.factor.times(turn).times(y.inverseFactor)
      let (away, directedAway) = (gap.map { -$0 }, directedGap.map { -$0 })
      return x.influenceVariance(gap, directedGap, forth, rest: restFactor(x, y))
        + y.influenceVariance(away, directedAway, back, rest: restFactor(y, x))
    }

    /// T beside the directions, √(w/v); nil where that does not count.
    private func restFactor(_ from: DirectedMoments, _ to: DirectedMoments) -> Double? {
      guard countsRest else { return nil }
      return from.restVariance > 0 ? (to.restVariance / from.restVariance).squareRoot() : 1
    }
  }
}

/// ‖a‖².
func squaredNorm(_ a: [Double]) -> Double { a.reduce(0) { $0 + $1 * $1 } }
