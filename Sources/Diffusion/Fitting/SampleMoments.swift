import Arrays

/// Mean and covariance of data, in Double, with what Ledoit and Wolf need beside them.
///
/// Sums run over differences from the first point and then from the mean: a data set far from the
/// origin loses nothing, and equal numbers give a variance of exactly zero.
struct SampleMoments: Sendable {
  /// The number of points, N.
  let count: Int
  /// x̄, d numbers.
  let mean: [Double]
  /// S_jj = (1/N) Σ_i (x_ij − x̄_j)².
  let variances: [Double]
  /// S = (1/N) Σ_i (x_i − x̄)(x_i − x̄)ᵀ, d × d; nil unless asked for.
  let covariance: Matrix?
  /// (1/N) Σ_i ‖x_i − x̄‖⁴.
  let meanFourthPower: Double

  /// tr S/d.
  var meanVariance: Double { variances.reduce(0, +) / Double(variances.count) }

  /// Numbers of a block of rows that is in work at a time.
  private static let blockSize = 1 << 17
  /// Numbers that the partial sums of all groups may hold together.
  private static let partialSize = 1 << 22

  /// The moments of `data`, N × d, N ≥ 1, finite.
  init(_ data: some RowBlocks, covariance isWanted: Bool, workers: Workers) {
    let (n, d) = (data.count, data.dimension)
    precondition(n > 0, "Moments need at least one point.")
    let origin = data.block(0..<1).values.map(Double.init)
    let size = isWanted ? d * d : d
    let groups = rowGroups(of: n, most: max(2, min(16, Self.partialSize / size)), least: 256)

    let offsets = workers.results(of: groups.count) { group in
      var sums = [Double](repeating: 0, count: d)
      for rows in Self.blocks(of: groups[group], d) {
        let block = data.block(rows)
        for row in 0..<rows.count {
          for j in 0..<d { sums[j] += Double(block.values[row * d + j]) - origin[j] }
        }
      }
      return sums
    }
    let offset = total(offsets).map { $0 / Double(n) }
    let center = zip(origin, offset).map { $0 + $1 }

    // As many groups at a time as there are threads: their matrices are what takes room.
    var (squares, gram, fourth) = ([Double](), [Double](), 0.0)
    for first in stride(from: 0, to: groups.count, by: workers.count) {
      let parts = workers.results(of: min(workers.count, groups.count - first)) { index in
        Partial(data, groups[first + index], origin: origin, offset: offset, matrix: isWanted)
      }
      for part in parts {
        add(part.squares, to: &squares)
        add(part.gram, to: &gram)
        fourth += part.fourth
      }
    }
    for index in gram.indices { gram[index] /= Double(n) }
    count = n
    mean = center
    variances = squares.map { $0 / Double(n) }
    meanFourthPower = fourth / Double(n)
    covariance = isWanted ? Matrix(rows: d, columns: d, values: gram) : nil
  }

  /// (1/N) Σ_i ‖D⁻¹(x_i − x̄)‖⁴ of the same data with D = diag(deviations); columns without
  /// deviation have no part in it.
  func meanFourthPower(
    of data: some RowBlocks, over deviations: [Double], workers: Workers
  ) -> Double {
    let (d, mean) = (data.dimension, mean)
    let inverse = deviations.map { $0 > 0 ? 1 / $0 : 0 }
    let groups = rowGroups(of: count, most: 16, least: 256)
    let parts = workers.results(of: groups.count) { group in
      var sum = 0.0
      for rows in Self.blocks(of: groups[group], d) {
        let block = data.block(rows)
        for row in 0..<rows.count {
          var norm = 0.0
          for j in 0..<d {
            let away = (Double(block.values[row * d + j]) - mean[j]) * inverse[j]
            norm += away * away
          }
          sum += norm * norm
        }
      }
      return sum
    }
    return parts.reduce(0, +) / Double(count)
  }

  /// Consecutive rows in blocks.
  private static func blocks(of rows: Range<Int>, _ dimension: Int) -> [Range<Int>] {
    let size = max(1, blockSize / dimension)
    return stride(from: rows.lowerBound, to: rows.upperBound, by: size).map {
      $0..<min(rows.upperBound, $0 + size)
    }
  }

  /// The sums of one group of rows.
  private struct Partial: Sendable {
    var squares: [Double]
    var fourth = 0.0
    var gram: [Double] = []

    init(
      _ data: some RowBlocks, _ rows: Range<Int>, origin: [Double], offset: [Double], matrix: Bool
    ) {
      let d = data.dimension
      squares = [Double](repeating: 0, count: d)
      var gram = Matrix(rows: matrix ? d : 0, columns: matrix ? d : 0)
      for rows in SampleMoments.blocks(of: rows, d) {
        let block = data.block(rows)
        var centered = [Double](repeating: 0, count: block.count * d)
        for index in 0..<block.count {
          var norm = 0.0
          for j in 0..<d {
            let away = Double(block.values[index * d + j]) - origin[j] - offset[j]
            centered[index * d + j] = away
            squares[j] += away * away
            norm += away * away
          }
          fourth += norm * norm
        }
        if matrix {
          gram.addGram(of: Matrix(rows: block.count, columns: d, values: centered))
        }
      }
      self.gram = gram.values
    }
  }
}

/// Rows that can be had some at a time.
protocol RowBlocks: Sendable {
  var count: Int { get }
  var dimension: Int { get }
  func block(_ rows: Range<Int>) -> Points
}

extension Points: RowBlocks {
  func block(_ rows: Range<Int>) -> Points { self.rows(rows) }
}

/// Less a common vector, which moves the mean alone.
extension PointCloud: RowBlocks {
  func block(_ rows: Range<Int>) -> Points { centered(rows) }
}

/// Sums of arrays of one length, in order.
func total(_ parts: [[Double]]) -> [Double] {
  var sums = parts[0]
  for part in parts.dropFirst() { add(part, to: &sums) }
  return sums
}

/// Adds an array to a sum of arrays of its length, which is empty at first.
func add(_ part: [Double], to sums: inout [Double]) {
  if sums.isEmpty {
    sums = part
  } else {
    for index in sums.indices { sums[index] += part[index] }
  }
}
