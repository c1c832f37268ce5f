public import Arrays

/// Rows drawn again with replacement, n of n, the same ones for every column of numbers.
///
/// - Reference: Efron 1979, <https://doi.org/10.1214/aos/1176344552>.
public struct Bootstrap: Sendable {
  /// How often.
  public let resamples: Int
  /// The key of the draws.
  public let seed: UInt64
  /// The threads to use.
  public let workers: Workers

  /// As many resamplings as put a quantile of 2.5 % within 0.35 % of its place: √(0.025 · 0.975/n).
  public static let usualResamples = 2000

  /// A bootstrap of at least one resampling.
  public init(
    resamples: Int = Bootstrap.usualResamples, seed: UInt64 = 0, workers: Workers = .all
  ) {
    precondition(resamples >= 1, "Rows are drawn again at least once.")
    self.resamples = resamples
    self.seed = seed
    self.workers = workers
  }

  /// The mean of every column in every resampling: `resamples` lists, one number a column.
  public func means(of columns: [[Double]]) -> [[Double]] {
    guard let rows = columns.first?.count else {
      return [[Double]](repeating: [], count: resamples)
    }
    precondition(columns.allSatisfy { $0.count == rows }, "Columns share their rows.")
    let stream = RandomStream(seed: seed, for: .resample)
    return workers.results(of: resamples) { index in
      var times = [Double](repeating: 0, count: rows)
      for word in stream.words(rows, sample: UInt64(index)) {
        // 32 bits choose among n rows with a bias below n/2³².
        times[Int((UInt64(word) * UInt64(rows)) >> 32)] += 1
      }
      return columns.map { column in
        var sum = 0.0
        for row in 0..<rows { sum += times[row] * column[row] }
        return sum / Double(rows)
      }
    }
  }
}
