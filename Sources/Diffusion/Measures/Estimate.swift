/// A measured number with its standard error.
public struct Estimate: Sendable, Equatable {
  /// The number.
  public var value: Double
  /// The standard deviation that repeats with fresh samples would show, estimated from these.
  public var standardError: Double

  /// A number known to within a standard error.
  public init(value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }
}
