import Foundation
public import Arrays

/// Smoothing, shifts and neighbours of a ``NearestNeighborScore``, from distances in the data.
///
/// Images: τ is 0.22 of the median nearest distance, K = L = 15. On MNIST in [−1, 1], where that
/// median is 8.6, 256 samples of 20 Heun steps had copies (a training image nearer than 1), a median
/// distance to the training images, and a grey share (|x| under 0.65) of
///
/// | τ | copies | distance | grey |
/// | --- | --- | --- | --- |
/// | 1.6 | 4.3 % | 4.7 | 0.12 |
/// | 1.9 | 1.6 % | 5.4 | 0.13 |
/// | 2.2 | 0.4 % | 6.1 | 0.15 |
///
/// and the exact softmax in place of neighbours mixed digits.
///
/// Other data: the least τ at which all but one in four data points give way to a neighbour
/// under some shift, so that few samples are copies and no more is blurred than that takes; at
/// most four median nearest distances, for the sake of data with long tails. A shift is τ √d
/// long, but τ along any one direction, and it is along the direction of a neighbour that it
/// counts: the critical smoothing is measured so, hence no factor for d. It comes out at 0.6 to
/// 0.8 median distances in the plane.
/// Up to d = 8 the softmax runs over all points. Beyond, so many directions open that some far
/// point is always nearest to a shifted sample, as with images: K = L = 15.
///
/// Where the softmax runs over neighbours, the exact score is taken above the noise at which the K
/// nearest hold all but a hundredth of it: there the estimator is rough, and the exact score leads
/// to a neighbourhood for the estimator to mix. On MNIST (σ = 1.1, 256 samples) that lifts the
/// share of ten nearest training images with the most common label from 0.90 to 0.97.
///
/// M = 4 in both: fewer shifts copy more, more shifts blur and cost as much again.
///
/// Where all points are equal τ is zero. Random numbers: purpose `fit`, samples from 2³³ on.
public struct NeighborRule: Sendable, Equatable {
  /// τ, in data units.
  public let smoothing: Double
  /// M.
  public let shifts: Int
  /// The points of the softmax; K and L no more than there are.
  public let neighbors: NearestNeighborScore.Neighbors
  /// The noise above which the exact score is taken; infinite where the softmax runs over all.
  public let exactAbove: Double
  /// The median distance from a data point to the nearest that differs from it; zero where all
  /// are equal.
  public let medianDistance: Double
  /// The first and last deciles of that distance.
  public let distanceRange: ClosedRange<Double>
  /// The share of data points that hold on to a sample which sits on them, at τ: more than the
  /// share of copies, for a sample seldom comes to sit on one.
  public let copies: Double
  /// Data points that were measured.
  public let measured: Int
  /// What was chosen and from what, a sentence each.
  public let notes: [String]

  /// M where nothing else is said.
  static let defaultShifts = 4
  /// K and L for images and in many dimensions.
  static let defaultNeighbors = 15
  /// τ over the median nearest distance, for images.
  static let imageShare = 0.22
  /// What the K nearest may leave of the softmax where the estimator is used.
  static let undecidedShare = 0.01
  /// The share of data points that may hold on to a sample.
  static let copyShare = 0.25
  /// τ over the median nearest distance, at most, for other data.
  static let largestShare = 4.0
  /// The largest d whose softmax runs over all points.
  static let planeDimension = 8

  /// Chooses what is not given.
  ///
  /// Cost: one search for neighbours of up to 1,000 points, N d products each.
  ///
  /// - Parameters:
  ///   - exact: The exact score of the data, N × d.
  ///   - isImage: Whether a point is a picture.
  ///   - smoothing: τ ≥ 0, or nil for the rule.
  ///   - shifts: M ≥ 1, or nil for four.
  ///   - neighbors: The points of the softmax, or nil for the rule.
  ///   - exactAbove: The noise above which the exact score is taken, or nil for the rule.
  ///   - seed: What the points that are measured depend on.
  ///   - workers: The threads to use.
  public init(
    _ exact: EmpiricalScore, isImage: Bool, smoothing: Double? = nil, shifts: Int? = nil,
    neighbors: NearestNeighborScore.Neighbors? = nil, exactAbove: Double? = nil,
    seed: UInt64 = 0, workers: Workers = .all
  ) {
    let shifts = shifts ?? Self.defaultShifts
    let distances = NeighborDistances(
      exact.cloud, shifts: shifts, seed: seed, workers: workers)
    let median = quantile(0.5, of: distances.nearest) ?? 0
    let isPlane = !isImage && exact.dimension <= Self.planeDimension
    let ruled =
      isImage
      ? Self.imageShare * median
      : min(
        quantile(1 - Self.copyShare, of: distances.critical) ?? 0, Self.largestShare * median)
    let some = Self.defaultNeighbors
    let chosen = neighbors ?? (isPlane ? .all : .nearest(some, remainder: some))
    self.smoothing = smoothing ?? ruled
    self.shifts = shifts
    self.neighbors = chosen.clamped(to: exact.count)
    if case .nearest(let nearest, _) = self.neighbors {
      self.exactAbove =
        exactAbove
        ?? distances.decidedBelow(
          nearest: nearest, of: exact.count, share: Self.undecidedShare) ?? .infinity
    } else {
      self.exactAbove = exactAbove ?? .infinity
    }
    medianDistance = median
    distanceRange =
      (quantile(0.1, of: distances.nearest) ?? 0)...(quantile(0.9, of: distances.nearest) ?? 0)
    copies = distances.copies(at: self.smoothing)
    measured = distances.nearest.count
    notes = Self.words(
      self.smoothing, isGiven: smoothing != nil, isImage: isImage, median: median,
      range: distanceRange, copies: copies, measured: measured)
  }

  /// The smoothed score of the same data.
  public func score(_ exact: EmpiricalScore) -> NearestNeighborScore {
    NearestNeighborScore(
      exact, smoothing: smoothing, shifts: shifts, neighbors: neighbors, exactAbove: exactAbove)
  }

  private static func words(
    _ smoothing: Double, isGiven: Bool, isImage: Bool, median: Double,
    range: ClosedRange<Double>, copies: Double, measured: Int
  ) -> [String] {
    guard measured > 0 else {
      return ["All points are equal or there is one only: samples are that point."]
    }
    let reason =
      isGiven
      ? "as given"
      : isImage
        ? "0.22 of that median" : "where one data point in four still holds on to a sample"
    return [
      "The nearest other point is at \(inWords(median)) in the median of \(measured) points; "
        + "eight in ten lie between \(inWords(range.lowerBound)) and "
        + "\(inWords(range.upperBound)).",
      "Smoothing \(inWords(smoothing)): \(reason).",
      "At it \(inWords(100 * copies)) % of data points hold on to a sample.",
    ]
  }
}

extension NeighborRule: CustomStringConvertible {
  /// The choice in words.
  public var description: String {
    let points =
      switch neighbors {
      case .all: "all points"
      case .nearest(let nearest, let remainder):
        "the \(nearest) nearest points and \(remainder) others"
      }
    let above =
      exactAbove < .infinity ? " The exact score above σ = \(inWords(exactAbove))." : ""
    return (notes + ["\(shifts) shifts, each over \(points).\(above)"]).joined(separator: "\n")
  }
}

extension NearestNeighborScore.Neighbors {
  /// No more points than there are; all of them where none is left out.
  func clamped(to count: Int) -> Self {
    guard case .nearest(let nearest, let remainder) = self, nearest + remainder < count else {
      return .all
    }
    return self
  }
}
