/// The line from whole numbers 0…largest to a range: 0 → lower bound, largest → upper bound.
struct ByteRange {
  let range: ClosedRange<Float>
  /// The number for each of 0…largest.
  let table: [Float]

  init(_ range: ClosedRange<Float>, largest: Int = 255) {
    self.range = range
    let (lower, upper) = (Double(range.lowerBound), Double(range.upperBound))
    // Weighted so that both ends are met exactly.
    table = (0...largest).map { step in
      let t = Double(step) / Double(largest)
      return Float(lower * (1 - t) + upper * t)
    }
  }
}
