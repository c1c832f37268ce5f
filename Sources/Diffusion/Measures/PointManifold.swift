public import Arrays

/// A set of points as a manifold: balls about each that reach to its k-th nearest neighbour.
///
/// - Reference: Kynkäänniemi et al. 2019, equation 1, <https://arxiv.org/abs/1904.06991>.
struct PointManifold: Sendable {
  private let cloud: PointCloud
  private let radii: [Double]

  /// Rounding of squared distances, relative to the variance: equal points are inside.
  private static let rounding = 1e-6

  /// The balls about rows of `points`; fewer than k neighbours are taken where there are no more.
  init(_ points: Points, neighbors: Int, workers: Workers) {
    let cloud = PointCloud(points)
    // The nearest is the point itself, or a copy of it.
    let wanted = min(points.count, neighbors + 1)
    var found = [Int32](repeating: 0, count: points.count * wanted)
    cloud.nearest(
      to: points, into: &found, stride: wanted,
      scratch: .init(for: cloud, wanted: wanted, workers: workers))
    self.cloud = cloud
    let slack = Self.rounding * cloud.totalVariance
    radii = (0..<points.count).map { row in
      let last = Int(found[(row + 1) * wanted - 1])
      return (squaredGap(points, row, points, last) + slack).squareRoot()
    }
  }

  /// The share of rows of `x` inside at least one ball, with the error of a count.
  func share(of x: Points, workers: Workers) -> Estimate {
    let balls = cloud.pairSums(.inside(radii: radii), from: x, workers: workers).sums
    return .share(balls.count { $0 > 0 }, of: x.count)
  }
}

/// ‖x_row − y_other‖² in Double.
func squaredGap(_ x: Points, _ row: Int, _ y: Points, _ other: Int) -> Double {
  zip(x.row(row), y.row(other)).reduce(0) {
    let gap = Double($1.0) - Double($1.1)
    return $0 + gap * gap
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
