public import Arrays

/// Whether samples are new points or copies of the training set.
///
/// Every sample has a distance to its nearest training point; points held out from training say what
/// such distances are for points of the law. Copies lie closer than all but one in a hundred of
/// those.
///
/// Standard errors: a bootstrap over samples and held-out points, 200 resamples; the training set
/// is held as it is.
public struct Novelty: Sendable {
  /// The median distance of samples over that of held-out points: about one for points of the law,
  /// less for copies.
  public let ratio: Estimate
  /// The share of samples closer than one per cent of the held-out points: 0.01 for points of the
  /// law.
  public let copies: Estimate
  /// ``ratio`` between random halves of the held-out points.
  public let ratioFloor: Floor
  /// ``copies`` between random halves of the held-out points.
  public let copiesFloor: Floor

  /// The part of held-out points that bounds copies.
  public static let copyQuantile = 0.01
  private static let resamples = 200

  /// Measures `samples` against `training`, which it takes over, beside `heldOut`, of at least four
  /// points.
  ///
  /// Random numbers: purpose `measure`, sample 2⁴³ on.
  public init(
    of samples: Points, training: consuming Points, heldOut: Points, seed: UInt64 = 0,
    workers: Workers = .all
  ) {
    precondition(heldOut.count >= 4 && samples.count >= 1, "Distances need points.")
    let cloud = PointCloud(training)
    let own = Self.distances(of: samples, to: cloud, workers)
    let others = Self.distances(of: heldOut, to: cloud, workers)
    let stream = RandomStream(seed: seed, for: .measure)
    let measures = workers.results(of: Self.resamples) { index in
      let first = (1 << 43) + 2 * UInt64(index)
      return Self.measure(
        Self.resample(own, stream, first), Self.resample(others, stream, first + 1))
    }
    let value = Self.measure(own, others)
    ratio = Estimate(
      value: value.ratio, standardError: variance(measures.map(\.ratio)).squareRoot())
    copies = Estimate(
      value: value.copies, standardError: variance(measures.map(\.copies)).squareRoot())
    let half = others.count / 2
    let floors = (0..<Floor.defaultRepeats).map { index in
      let rows = shuffledRows(
        others.count, of: others.count, stream, sample: (1 << 44) + UInt64(index))
      return Self.measure(
        rows[..<half].map { others[$0] }.sorted(), rows[half...].map { others[$0] }.sorted())
    }
    let counts = (half, others.count - half)
    ratioFloor = Floor(floors.map(\.ratio), counts: counts)
    copiesFloor = Floor(floors.map(\.copies), counts: counts)
  }

  /// Both measures of rising distances.
  private static func measure(
    _ own: [Double], _ others: [Double]
  ) -> (ratio: Double, copies: Double) {
    let (median, usual) = (own[own.count / 2], others[others.count / 2])
    let bound = others[Int(copyQuantile * Double(others.count))]
    // Where held-out points are copies themselves nothing is closer, and all is as usual.
    return (
      usual > 0 ? median / usual : (median > 0 ? .infinity : 1),
      Double(own.count { $0 < bound }) / Double(own.count)
    )
  }

  /// As many of the rising numbers, drawn with replacement, rising.
  private static func resample(
    _ rising: [Double], _ stream: RandomStream, _ sample: UInt64
  ) -> [Double] {
    let n = rising.count
    var times = [Int](repeating: 0, count: n)
    for uniform in stream.uniforms(n, sample: sample) { times[Int(uniform * Double(n))] += 1 }
    return zip(rising, times).flatMap { [Double](repeating: $0, count: $1) }
  }

  /// The distance of each row to its nearest point, rising.
  private static func distances(
    of x: Points, to cloud: PointCloud, _ workers: Workers
  ) -> [Double] {
    var nearest = [Int32](repeating: 0, count: x.count)
    cloud.nearest(
      to: x, into: &nearest, stride: 1, scratch: .init(for: cloud, wanted: 1, workers: workers))
    return (0..<x.count).map { row in
      zip(x.row(row), cloud.point(Int(nearest[row]))).reduce(0) {
        $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
      }.squareRoot()
    }.sorted()
  }
}

extension Points {
  /// At most `most` rows, chosen at random by `seed` and kept in their order.
  ///
  /// Random numbers: purpose `measure`, sample 2⁴⁵.
  public func randomRows(_ most: Int, seed: UInt64) -> Points {
    guard count > most else { return self }
    let stream = RandomStream(seed: seed, for: .measure)
    return rows(at: chosenRows(most, of: count, stream, sample: 1 << 45))
  }
}
