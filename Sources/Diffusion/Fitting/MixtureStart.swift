import Foundation
import Arrays

/// Where EM starts: centres by greedy k-means++, all widths alike.
///
/// Each centre is the best of 2 + ⌊ln K⌋ points drawn with probability ∝ the squared distance to
/// the centres so far: the one that leaves the smallest sum of squared distances. Centres are
/// looked for among at most ``most`` points drawn at random.
///
/// Random numbers: sample = restart; draw 0 orders the points where not all are used, draw 1
/// gives the first centre and draw 1 + j the candidates for centre j.
///
/// - Reference: Arthur, Vassilvitskii 2007, section 2 and its conclusion,
///   <https://dl.acm.org/doi/10.5555/1283383.1283494>.
struct MixtureStart {
  /// Equal weights, the centres, and the mean squared distance to the nearest as the variance.
  let components: [StandardComponent]

  /// Points among which centres are looked for; a hundred a centre and more, as K is seldom
  /// above a few tens.
  static let most = 8192

  init(
    _ data: StandardPoints, count: Int, restart: Int, floor: Double, stream: RandomStream
  ) {
    let sample = UInt64(restart)
    let rows = chosenRows(
      min(data.count, max(Self.most, 32 * count)), of: data.count, stream, sample: sample)
    let d = data.dimension
    // Points in Double are twice the points: they are made anew each time.
    let squares = { (center: Int) in
      let point = data.row(rows[center])
      return rows.map { row in
        var sum = 0.0
        for j in 0..<d {
          let gap = data.coordinate(row, j) - point[j]
          sum += gap * gap
        }
        return sum
      }
    }
    let first = stream.uniforms(1, sample: sample, draw: 1)[0]
    var centers = [Int(first * Double(rows.count))]
    var nearest = squares(centers[0])
    let candidates = 2 + Int(log(Double(count)))
    // Where every point is a centre already there is nothing left to choose.
    while centers.count < count, let last = nearest.lastIndex(where: { $0 > 0 }) {
      let whole = nearest.reduce(0, +)
      var best: (center: Int, nearest: [Double], sum: Double)?
      let draw = UInt32(1 + centers.count)
      for uniform in stream.uniforms(candidates, sample: sample, draw: draw) {
        var left = uniform * whole
        let center = nearest.firstIndex(where: { square in
          left -= square
          return left < 0
        })
        let joined = zip(nearest, squares(center ?? last)).map { min($0, $1) }
        let sum = joined.reduce(0, +)
        if sum < best?.sum ?? .infinity { best = (center ?? last, joined, sum) }
      }
      guard let best else { break }
      centers.append(best.center)
      nearest = best.nearest
    }
    let variance = nearest.reduce(0, +) / Double(rows.count * d)
    components = centers.map {
      StandardComponent(
        weight: 1 / Double(centers.count), mean: data.row(rows[$0]),
        covariance: .isotropic(max(floor, variance), dimension: d))
    }
  }
}

/// `wanted` different rows of `count`, in rising order; draw 0 of `sample` chooses them.
func chosenRows(_ wanted: Int, of count: Int, _ stream: RandomStream, sample: UInt64) -> [Int] {
  guard wanted < count else { return Array(0..<count) }
  return shuffledRows(wanted, of: count, stream, sample: sample).sorted()
}

/// `wanted` different rows of `count`, in random order; draw 0 of `sample` gives it.
func shuffledRows(_ wanted: Int, of count: Int, _ stream: RandomStream, sample: UInt64) -> [Int] {
  let keys = stream.uniforms(count, sample: sample, draw: 0)
  let inOrder = { (rows: [Int]) in
    Array(rows.sorted { (keys[$0], $0) < (keys[$1], $1) }[..<wanted])
  }
  // Keys below the quantile wanted, and eight deviations more: the rest need not be sorted.
  let bound = (Double(wanted) + 8 * Double(wanted + 1).squareRoot()) / Double(count)
  let near = keys.indices.filter { keys[$0] < bound }
  return inOrder(near.count >= wanted ? near : Array(keys.indices))
}
