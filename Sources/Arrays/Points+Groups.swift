extension Points {
  /// The rows of `x`, each `times` over, plus `scale` times the rows of `shifts`:
  /// row b × times + m becomes x_b + a_b e_(b, m), for the rows `range` of x.
  public mutating func setShifted(
    _ x: Points, rows range: Range<Int>, times: Int, scale: PerRow<Double>, _ shifts: Points
  ) {
    precondition(count >= range.count * times && shifts.count >= range.upperBound * times)
    var target = 0
    for row in range {
      let factor = Float(scale[row])
      for repetition in 0..<times {
        let shift = (row * times + repetition) * dimension
        for i in 0..<dimension {
          values[target] = x.values[row * dimension + i] + factor * shifts.values[shift + i]
          target += 1
        }
      }
    }
  }

  /// Rows `range` become the means of consecutive groups of `size` rows of `parts`.
  public mutating func setGroupMeans(rows range: Range<Int>, of parts: Points, size: Int) {
    precondition(parts.count >= range.count * size && parts.dimension == dimension)
    for (offset, row) in range.enumerated() {
      for i in 0..<dimension {
        var sum: Float = 0
        for member in 0..<size { sum += parts.values[(offset * size + member) * dimension + i] }
        values[row * dimension + i] = sum / Float(size)
      }
    }
  }
}
