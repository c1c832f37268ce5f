public import Arrays

/// Reproducible inputs for tests that need no particular numbers.
public struct Inputs {
  private var state: UInt64

  /// Numbers fixed by `seed`.
  public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  /// 64 random bits (SplitMix64).
  public mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number uniform in a range.
  public mutating func uniform(_ range: ClosedRange<Double> = 0...1) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(bits() >> 11) * 0x1p-53
  }

  /// A number with mean zero and variance one: twelve uniforms.
  public mutating func bell() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }

  /// A row of bell numbers.
  public mutating func row(_ dimension: Int, scale: Double = 1, offset: Double = 0) -> [Double] {
    (0..<dimension).map { _ in offset + scale * bell() }
  }

  /// Rows of bell numbers, Float32.
  public mutating func points(
    _ count: Int, _ dimension: Int, scale: Double = 1, offset: Double = 0
  ) -> Points {
    Points(
      count: count, dimension: dimension,
      values: (0..<count * dimension).map { _ in Float(offset + scale * bell()) })
  }
}

extension Points {
  /// The bit patterns of all numbers: equality that tells −0 from 0 and NaNs apart.
  public var bitPatterns: [UInt32] { values.map(\.bitPattern) }

  /// A row in Double.
  public func doubles(_ row: Int) -> [Double] { self.row(row).map(Double.init) }

  /// All rows in Double.
  public var doubleRows: [[Double]] { (0..<count).map(doubles) }
}

/// ‖a − b‖.
public func distance(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}

/// ‖a‖.
public func norm(_ a: [Double]) -> Double { a.reduce(0) { $0 + $1 * $1 }.squareRoot() }
