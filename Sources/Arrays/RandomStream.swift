import CKernels

/// Random numbers by address: (seed, sample, purpose, draw) names a row of numbers for good.
///
/// Philox 4×32-10 (Salmon et al. 2011, <https://doi.org/10.1145/2063384.2063405>): key = seed,
/// counter = (block of four words, draw, sample, purpose). Nothing is stored and nothing is used
/// up: sample 17 gets the same numbers in every batch, on every number of threads. Rows of one or
/// two normals share blocks with the samples beside them.
public struct RandomStream: Sendable, Equatable {
  /// The key.
  public let seed: UInt64
  /// What the numbers are for; streams of different purposes are independent.
  public let purpose: UInt8

  /// The stream of one purpose under a seed.
  public init(seed: UInt64, purpose: UInt8) {
    self.seed = seed
    self.purpose = purpose
  }

  /// Fills row r with standard normals of sample `samples[r]`.
  ///
  /// - Parameters:
  ///   - points: Rows to fill, as many as `samples`.
  ///   - samples: Index of each row's sample, below 2⁵⁶.
  ///   - draw: Which of the sample's rows of numbers.
  ///   - workers: The threads to use.
  public func fillNormals(
    _ points: inout Points, samples: [UInt64], draw: UInt32, workers: Workers = .all
  ) {
    let dimension = points.dimension
    precondition(samples.count == points.count, "One sample index a row.")
    points.values.withUnsafeMutableBufferPointer { values in
      samples.withUnsafeBufferPointer { samples in
        let (out, names) = (Shared(values.baseAddress), Shared(samples.baseAddress))
        workers.forEachBlock(of: samples.count, size: max(1, 1 << 13 / dimension)) { _, rows in
          kernels_normals(
            out.pointer?.advanced(by: rows.lowerBound * dimension), rows.count, dimension,
            names.pointer?.advanced(by: rows.lowerBound), seed, purpose, draw)
        }
      }
    }
  }

  /// Standard normals for consecutive samples: `count` rows from sample `first` on.
  public func normals(
    count: Int, dimension: Int, first: UInt64 = 0, draw: UInt32 = 0
  ) -> Points {
    var points = Points(count: count, dimension: dimension)
    fillNormals(&points, samples: (0..<UInt64(count)).map { first + $0 }, draw: draw)
    return points
  }

  /// `count` words of 32 random bits that belong to one sample and draw.
  public func words(_ count: Int, sample: UInt64, draw: UInt32 = 0) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: count)
    kernels_random_words(&words, 1, count, [sample], seed, purpose, draw)
    return words
  }

  /// `count` numbers uniform in (0, 1), of 52 bits each.
  public func uniforms(_ count: Int, sample: UInt64, draw: UInt32 = 0) -> [Double] {
    let words = words(2 * count, sample: sample, draw: draw)
    return (0..<count).map { Self.uniform(words[2 * $0], words[2 * $0 + 1]) }
  }

  /// The first of the ``uniforms(_:sample:draw:)`` of each sample.
  public func uniforms(samples: [UInt64], draw: UInt32 = 0) -> [Double] {
    var words = [UInt32](repeating: 0, count: 2 * samples.count)
    kernels_random_words(&words, samples.count, 2, samples, seed, purpose, draw)
    return samples.indices.map { Self.uniform(words[2 * $0], words[2 * $0 + 1]) }
  }

  /// The middle of one of 2⁵² equal parts of (0, 1): a bit more and the last would round to 1.
  package static func uniform(_ high: UInt32, _ low: UInt32) -> Double {
    (Double(UInt64(high) << 20 | UInt64(low) >> 12) + 0.5) * 0x1p-52
  }
}
