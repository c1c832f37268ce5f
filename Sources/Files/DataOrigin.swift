/// What the numbers of a file are held about: data = origin + points.
public enum DataOrigin: Sendable, Equatable {
  /// Zero: points are the data, rounded to Float32.
  case zero
  /// Each column about a number of its own where Float32 would hold it badly.
  case own
  /// A number for each of a row, as a model has them; the same as zero for rows of another length.
  case given([Double])

  /// The numbers that are to be taken off rows of so many; nil where none are, or not yet known.
  func numbers(for dimension: Int?) -> [Double]? {
    guard case .given(let numbers) = self, numbers.count == dimension else { return nil }
    return numbers.contains { $0 != 0 } ? numbers : nil
  }
}
