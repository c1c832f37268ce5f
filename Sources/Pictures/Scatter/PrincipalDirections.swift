import Arrays

/// The two directions in which points vary most, and the plane they span.
///
/// Orthogonal iteration V ← orth(XᵀX V) on the centred rows, which needs no d × d matrix. The sign
/// of a direction is set so that its largest coordinate is positive.
///
/// - Reference: Golub and Van Loan, Matrix Computations, section 8.2.4.
struct PrincipalDirections {
  let mean: [Double]
  let directions: [[Double]]
  /// Shares of the total variance.
  let shares: [Double]

  /// Enough rows for two directions to be seen in a picture.
  private static let mostRows = 4096
  private static let mostRounds = 100

  init(of points: Points) {
    let d = points.dimension
    let stride = max(1, points.count / PrincipalDirections.mostRows)
    let chosen = Swift.stride(from: 0, to: points.count, by: stride).map { $0 }
    let scale = 1 / Double(max(chosen.count, 1))
    var mean = [Double](repeating: 0, count: d)
    for row in chosen { for j in 0..<d { mean[j] += scale * Double(points[row, j]) } }
    let rows = chosen.map { row in (0..<d).map { Double(points[row, $0]) - mean[$0] } }
    let total = scale * rows.reduce(0) { $0 + dot($1, $1) }
    // Any start not orthogonal to the answer will do; this one has no symmetry to fall for.
    var pair = (0..<2).map { k in
      (0..<d).map { j -> Double in
        let scattered = (j * 7919 + k * 104_729 + 13) % 997
        return Double(scattered) / 997 - 0.5
      }
    }
    orthonormalize(&pair)
    var variances = [0.0, 0.0]
    for _ in 0..<PrincipalDirections.mostRounds {
      let before = pair
      var next = [[Double]](repeating: [Double](repeating: 0, count: d), count: 2)
      for row in rows {
        for k in 0..<2 {
          let amount = scale * dot(row, pair[k])
          for j in 0..<d { next[k][j] += amount * row[j] }
        }
      }
      variances = (0..<2).map { dot(next[$0], pair[$0]) }
      guard total > 0 else { break }
      pair = next
      orthonormalize(&pair)
      if (0..<2).allSatisfy({ abs(dot(pair[$0], before[$0])) > 1 - 1e-10 }) { break }
    }
    self.mean = mean
    directions = pair.map { direction in
      let largest = direction.max { abs($0) < abs($1) } ?? 1
      return largest < 0 ? direction.map { -$0 } : direction
    }
    shares = variances.map { total > 0 ? $0 / total : 0 }
  }

  /// Words for the axes of the plane.
  var labels: [String] {
    shares.enumerated().map { index, share in
      "principal direction \(index + 1) (\(Int((100 * share).rounded())) % of variance)"
    }
  }

  /// The coordinates of points in the plane.
  func project(_ points: Points) -> Points {
    var plane = Points(count: points.count, dimension: 2)
    for row in 0..<points.count {
      for k in 0..<2 {
        var sum = 0.0
        for j in 0..<points.dimension {
          sum += (Double(points[row, j]) - mean[j]) * directions[k][j]
        }
        plane[row, k] = Float(sum)
      }
    }
    return plane
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

/// Gram and Schmidt for two vectors; one of no length, where points lie on a line, becomes a
/// coordinate axis that is not the other's own.
private func orthonormalize(_ pair: inout [[Double]]) {
  for k in 0..<2 {
    let size = dot(pair[k], pair[k]).squareRoot()
    removeFirst(from: &pair, k)
    var length = dot(pair[k], pair[k]).squareRoot()
    if length <= 1e-12 * size || length == 0 {
      let first = pair[0]
      let axis = k == 0 ? 0 : first.indices.min { abs(first[$0]) < abs(first[$1]) } ?? 0
      pair[k] = pair[k].indices.map { $0 == axis ? 1 : 0 }
      removeFirst(from: &pair, k)
      length = dot(pair[k], pair[k]).squareRoot()
    }
    for j in pair[k].indices { pair[k][j] /= length }
  }
}

private func removeFirst(from pair: inout [[Double]], _ k: Int) {
  guard k == 1 else { return }
  let overlap = dot(pair[0], pair[1])
  for j in pair[1].indices { pair[1][j] -= overlap * pair[0][j] }
}
