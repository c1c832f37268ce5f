public import Arrays

/// A set of points as a manifold: balls about each that reach to its k-th nearest neighbour.
///
/// - Reference: Kynkäänniemi et al. 2019, equation 1, <https://arxiv.org/abs/1904.06991>.
struct PointManifold: Sendable {
  private let points: Points
  /// Squared radii, with what rounding allows.
  private let limits: [Double]

  /// How far a distance and a radius may be off together, for each unit of ‖y‖: both differ by the
  /// rounding of Float32 coordinates, 2⁻²⁴ of ‖x‖ and ‖y‖ each. Distances that are equal in one unit
  /// are then equal in another.
  private static let rounding = 0x1p-22
  /// No more than this part of a radius, so that a ball stays what it is far from the origin.
  private static let mostRounding = 0x1p-10

  /// The balls about rows of `points`; fewer than k neighbours are taken where there are no more.
  init(_ points: Points, neighbors: Int, workers: Workers) {
    self.points = points
    // The nearest is the point itself, or a copy of it.
    let wanted = min(points.count, neighbors + 1)
    limits = points.squaredDistances(toNearest: wanted, workers: workers).enumerated().map {
      let radius = $1.squareRoot()
      let size = points.row($0).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let slack = min(Self.rounding * (size + radius), Self.mostRounding * radius)
      return (radius + slack) * (radius + slack)
    }
  }

  /// The share of rows of `x` inside at least one ball, with the error of a count.
  func share(of x: Points, workers: Workers) -> Estimate {
    let inside = x.areInside(ballsAt: points, squaredRadii: limits, workers: workers)
    return .share(inside.count { $0 }, of: x.count)
  }
}

extension Estimate {
  /// A share with the standard error √(p (1 − p)/n), p drawn in by one success and one failure so
  /// that none of n is not thought certain.
  static func share(_ successes: Int, of count: Int) -> Estimate {
    let (k, n) = (Double(successes), Double(count))
    let p = (k + 1) / (n + 2)
    return Estimate(value: k / n, standardError: (p * (1 - p) / n).squareRoot())
  }
}

/// Precision: the share of samples inside the manifold of the reference.
///
/// Low where samples are unlike any reference. Between equal laws it is below one, by its
/// ``Floor``, and depends on the sizes of the sets. The standard error is that of the count, the
/// manifold held as it is.
///
/// - Cost: m² + n m distances.
/// - Reference: Kynkäänniemi et al. 2019, <https://arxiv.org/abs/1904.06991>.
public struct ManifoldPrecision: SetMetric {
  /// k, the neighbours a ball reaches to.
  public let neighbors: Int

  /// The published number of neighbours.
  public static let defaultNeighbors = 3

  /// The metric with balls to the k-th neighbour.
  public init(neighbors: Int = defaultNeighbors) {
    precondition(neighbors >= 1, "A ball reaches to a neighbour.")
    self.neighbors = neighbors
  }

  /// The share with its standard error.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    PointManifold(reference, neighbors: neighbors, workers: workers)
      .share(of: samples, workers: workers)
  }
}

/// Recall: the share of the reference inside the manifold of the samples.
///
/// Low where parts of the reference are missing from the samples; otherwise as
/// ``ManifoldPrecision``.
public struct ManifoldRecall: SetMetric {
  /// k, the neighbours a ball reaches to.
  public let neighbors: Int

  /// The metric with balls to the k-th neighbour.
  public init(neighbors: Int = ManifoldPrecision.defaultNeighbors) {
    precondition(neighbors >= 1, "A ball reaches to a neighbour.")
    self.neighbors = neighbors
  }

  /// The share with its standard error.
  public func estimate(
    _ samples: Points, against reference: Points, workers: Workers = .all
  ) -> Estimate {
    PointManifold(samples, neighbors: neighbors, workers: workers)
      .share(of: reference, workers: workers)
  }
}
