import Arrays
import Foundation

/// Random numbers of the tests' own, with a fixed seed (SplitMix64).
struct Dice {
  var state: UInt64

  /// Uniform in (0, 1).
  mutating func uniform() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return (Double((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53
  }

  /// Standard normal.
  mutating func normal() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  mutating func normals(_ count: Int, width: Double = 1) -> [Double] {
    (0..<count).map { _ in width * normal() }
  }

  mutating func points(_ count: Int, _ dimension: Int, width: Double = 1, at offset: Double = 0)
    -> Points
  {
    Points(
      count: count, dimension: dimension,
      values: normals(count * dimension, width: width).map { Float($0 + offset) })
  }
}

extension Points {
  /// One row in Float64.
  func doubles(_ row: Int) -> [Double] { self.row(row).map(Double.init) }
}
