public import Arrays

/// What random numbers are for; numbers of different purposes are independent.
public enum Purpose: UInt8, Sendable, CaseIterable {
  /// The state a trajectory starts from.
  case start = 0
  /// The noise a step adds.
  case step = 1
  /// The shifts of a smoothed nearest-neighbour score.
  case shifts = 2
  /// The data points a nearest-neighbour estimator adds at random.
  case remainder = 3
  /// Which component or data point a transition goes to.
  case choice = 4
  /// Points of a toy distribution.
  case toy = 5
  /// Starts, restarts and splits of a fit.
  case fit = 6
  /// The combination of data behind a matched start.
  case combination = 7
  /// A Brownian path addressed by noise level.
  case path = 8
  /// Moves of a Markov chain at one noise level.
  case chain = 9
  /// Which of a chain's moves are accepted.
  case acceptance = 10
  /// Clean points that trajectories start from.
  case data = 11
  /// Sets, splits, directions and probes of a measure.
  case measure = 12
  /// The noise of a transition: no step after it shares its numbers.
  case transition = 13
  /// Which rows of a measurement are drawn again.
  case resample = 14
  /// Where the parameters of a network start.
  case network = 15
  /// Points, noise and noise levels of a training step.
  case training = 16
  /// Points, noise and noise levels that a network is held against.
  case evaluation = 17
}

extension RandomStream {
  /// The numbers of one purpose under a seed.
  public init(seed: UInt64, for purpose: Purpose) {
    self.init(seed: seed, purpose: purpose.rawValue)
  }
}

/// Who the rows of a batch are: a seed, and for each row the index of its sample.
///
/// Everything random about a sample is a function of these two numbers, so that sample 17 of
/// seed 3 is the same in every batch.
public struct Samples: Sendable, Equatable {
  /// The seed of the whole draw.
  public let seed: UInt64
  /// The sample of each row, each below 2⁵⁶.
  public let indices: [UInt64]

  /// Rows that belong to the samples named.
  public init(seed: UInt64, indices: [UInt64]) {
    self.seed = seed
    self.indices = indices
  }

  /// Consecutive samples from `first` on.
  public init(seed: UInt64, first: Int = 0, count: Int) {
    self.init(seed: seed, indices: (0..<count).map { UInt64(first + $0) })
  }

  /// The number of rows.
  public var count: Int { indices.count }

  /// One row of standard normals for each sample.
  public func normals(
    dimension: Int, for purpose: Purpose, draw: UInt32 = 0, workers: Workers = .all
  ) -> Points {
    var points = Points(count: count, dimension: dimension)
    RandomStream(seed: seed, for: purpose)
      .fillNormals(&points, samples: indices, draw: draw, workers: workers)
    return points
  }

  /// One number uniform in (0, 1) for each sample.
  public func uniforms(for purpose: Purpose, draw: UInt32 = 0) -> [Double] {
    let stream = RandomStream(seed: seed, for: purpose)
    return stream.uniforms(samples: indices, draw: draw)
  }
}
