import Arrays
import Synchronization

extension Covariance {
  /// Rows of a task. Every product is over this many, the missing ones zero: a row then goes through
  /// the same operations wherever it stands in its batch.
  private static let rowsPerTask = 64

  /// x ← target + f(V) (x − center) + g(V) n for each row of `x`, in Double inside.
  ///
  /// - Parameters:
  ///   - x: Rows to move, B × d.
  ///   - center: d numbers; nil for zeros.
  ///   - target: d numbers.
  ///   - function: f, of the eigenvalues.
  ///   - noise: n, B × d; nil for none.
  ///   - width: g, of the eigenvalues.
  ///   - workers: The threads to use.
  ///
  /// Cost: 4 r d multiplications and additions a row, r the rows of the basis; 2 r d more with noise.
  func move(
    _ x: inout Points, from center: [Double]?, to target: [Double], by function: (Double) -> Double,
    plus noise: Points? = nil, times width: (Double) -> Double = { _ in 0 }, workers: Workers
  ) {
    precondition(x.dimension == dimension, "Points and covariance have one dimension.")
    precondition(noise.map { $0.count == x.count } ?? true, "One row of noise a point.")
    let terms =
      [Term(self, x, center, function)] + (noise.map { [Term(self, $0, nil, width)] } ?? [])
    let moved = Mutex(Points(count: x.count, dimension: dimension))
    workers.forEachBlock(of: x.count, size: Self.rowsPerTask) { _, rows in
      let block = sum(of: terms, rows, plus: target)
      moved.withLock { $0.replaceRows(from: rows.lowerBound, with: block) }
    }
    x = moved.withLock { $0 }
  }

  /// f(V) (y − c) for the rows of y.
  private struct Term: Sendable {
    let points: Points
    let center: [Double]?
    /// f(λ), along the directions or the axes.
    let factors: [Double]
    /// f(ρ).
    let off: Double

    init(
      _ covariance: Covariance, _ points: Points, _ center: [Double]?,
      _ function: (Double) -> Double
    ) {
      self.points = points
      self.center = center
      factors = covariance.variances.map(function)
      off = factors.count < covariance.dimension ? function(covariance.rest) : 0
    }

    /// y − c of some rows, with rows of zeros up to a whole block.
    func away(_ rows: Range<Int>) -> Matrix {
      let d = points.dimension
      var values = [Double](repeating: 0, count: rowsPerTask * d)
      for (index, value) in points.rows(rows).values.enumerated() { values[index] = Double(value) }
      if let center {
        for row in 0..<rows.count {
          for axis in 0..<d { values[row * d + axis] -= center[axis] }
        }
      }
      return Matrix(rows: rowsPerTask, columns: d, values: values)
    }
  }

  private func sum(of terms: [Term], _ rows: Range<Int>, plus target: [Double]) -> Points {
    let (d, r) = (dimension, variances.count)
    var sum = Matrix(rows: Self.rowsPerTask, columns: d)
    var along = Matrix(rows: Self.rowsPerTask, columns: max(1, r))
    for term in terms {
      let away = term.away(rows)
      // Along the axes each has its factor; with a basis all start from the one off it.
      let perAxis = basis == nil && r > 0
      for row in 0..<rows.count {
        for axis in 0..<d {
          let factor = perAxis ? term.factors[axis] : term.off
          sum.values[row * d + axis] += factor * away.values[row * d + axis]
        }
      }
      guard let basis, r > 0 else { continue }
      let parts = away.times(basis, transposed: true)
      for row in 0..<rows.count {
        for place in 0..<r {
          along.values[row * r + place] +=
            (term.factors[place] - term.off) * parts.values[row * r + place]
        }
      }
    }
    if let basis, r > 0 { sum.addProduct(of: along, basis) }
    var result = Points(count: rows.count, dimension: d)
    for row in 0..<rows.count {
      for axis in 0..<d { result[row, axis] = Float(target[axis] + sum.values[row * d + axis]) }
    }
    return result
  }
}
