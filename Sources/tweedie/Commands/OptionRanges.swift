import ArgumentParser

/// Refuses the first whole number, where it is given, that lies outside its range.
func require(_ options: [(name: String, value: Int?, range: ClosedRange<Int>)]) throws {
  for (name, value, range) in options {
    guard let value, !range.contains(value) else { continue }
    throw ValidationError(
      "\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not \(value).")
  }
}
