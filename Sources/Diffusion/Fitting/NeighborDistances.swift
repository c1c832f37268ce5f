import Foundation
import Arrays

/// How far a data point's neighbours are, and how strongly it holds on to a sample.
///
/// At σ → 0 a sample of the smoothed score is the mean of the data points nearest to x + τ e_m,
/// m = 1 … M. A sample that sits on the data point x_i is a copy as long as every shift still
/// finds x_i nearest. Shift e leaves x_i for x_j where 2 τ e·(x_j − x_i) > ‖x_j − x_i‖², so at
///
///     τ(e) = min_j ‖x_j − x_i‖² / (2 max(0, e·(x_j − x_i)))
///
/// and the point gives way at the critical smoothing τ_i = min_m τ(e_m).
struct NeighborDistances: Sendable {
  /// ‖x_i − x_j‖ to the nearest distinct point, of the points looked at that have one; rising.
  let nearest: [Double]
  /// ‖x_i − x_j‖² to the distinct points nearby, rising, of every point looked at.
  let squares: [[Double]]
  /// τ_i of the same points, rising; infinite where no shift leaves.
  let critical: [Double]

  /// Points looked at, at most; a median of so many is known to four per cent of its quantile.
  static let sampleSize = 1000
  /// Neighbours a point is compared with, without those equal to it.
  static let candidates = 32
  /// Points with nothing but copies of themselves nearby that are compared with all the data.
  private static let scans = 32

  /// Random numbers: purpose `fit`; sample 2³³ draws the points, 2³³ + 1 + i the shifts of row i.
  init(_ cloud: PointCloud, shifts: Int, seed: UInt64, workers: Workers) {
    let stream = RandomStream(seed: seed, for: .fit)
    let (n, d) = (cloud.count, cloud.dimension)
    let rows = chosenRows(min(n, Self.sampleSize), of: n, stream, sample: 1 << 33)
    let wanted = min(n, Self.candidates + 1)
    let points = Points(
      count: rows.count, dimension: d, values: rows.flatMap { cloud.point($0).map(Float.init) })
    var found = [Int32](repeating: 0, count: rows.count * wanted)
    cloud.nearest(
      to: points, into: &found, stride: wanted,
      scratch: .init(for: cloud, wanted: wanted, workers: workers))
    let neighbors = found
    // Every shift of the score is as good as any other: these are drawn for the purpose.
    let measured = workers.results(of: rows.count) { index in
      let own = cloud.point(rows[index])
      let noise = stream.normals(
        count: shifts, dimension: d, first: (1 << 33) + 1 + UInt64(rows[index] * shifts))
      var (squares, critical) = ([Double](), Double.infinity)
      for neighbor in neighbors[index * wanted..<(index + 1) * wanted] {
        let away = zip(cloud.point(Int(neighbor)), own).map { $0 - $1 }
        let square = away.reduce(0) { $0 + $1 * $1 }
        // The point itself, or a copy of it.
        guard square > 0 else { continue }
        squares.append(square)
        for shift in 0..<shifts {
          let along = zip(noise.row(shift), away).reduce(0) { $0 + Double($1.0) * $1.1 }
          if along > 0 { critical = min(critical, square / (2 * along)) }
        }
      }
      return (squares, critical)
    }
    squares = measured.map(\.0)
    var distances = squares.map { $0.first?.squareRoot() ?? .infinity }
    for index in distances.indices.filter({ distances[$0] == .infinity }).prefix(Self.scans) {
      let squares = cloud.squaredDistances(to: points, row: index)
      // A point read back from the cloud is itself to Float32's rounding.
      let own = squares[rows[index]]
      distances[index] = (squares.filter { $0 > own }.min() ?? .infinity).squareRoot()
    }
    let distinct = distances.indices.filter { distances[$0] < .infinity }
    nearest = distinct.map { distances[$0] }.sorted()
    critical = distinct.map { measured[$0].1 }.sorted()
  }

  /// The noise below which the K nearest points hold all but `share` of the softmax at the median
  /// data point: each of the N others weighs at most e^(−(r_K² − r_1²)/2σ²) of the nearest, r_1 …
  /// r_K being the distances; nil where the nearest are equally far.
  func decidedBelow(nearest count: Int, of total: Int, share: Double) -> Double? {
    let gaps = squares.compactMap { squares in
      squares.first.map { squares[min(count, squares.count) - 1] - $0 }
    }
    guard let gap = quantile(0.5, of: gaps.sorted()), gap > 0 else { return nil }
    return (gap / (2 * log(Double(total) / share))).squareRoot()
  }

  /// The share of data points that hold on to a sample at smoothing τ.
  func copies(at smoothing: Double) -> Double {
    critical.isEmpty ? 1 : Double(critical.count { $0 >= smoothing }) / Double(critical.count)
  }
}

/// The number below which a share of rising numbers lies; nil where there are none.
func quantile(_ share: Double, of rising: [Double]) -> Double? {
  rising.isEmpty ? nil : rising[min(rising.count - 1, Int(share * Double(rising.count)))]
}
