import Arrays
import Pictures

/// A generator for places in tests: the same numbers on every run.
///
/// - Reference: Steele, Lea and Flood 2014, SplitMix64. https://doi.org/10.1145/2660193.2660195
struct Dice {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Uniform in 0..<1.
  mutating func share() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  /// Normal, by summing twelve uniforms: enough for pictures.
  mutating func normal() -> Float { Float((0..<12).reduce(-6) { sum, _ in sum + share() }) }
}

extension Raster {
  /// The bytes of one pixel.
  func pixel(_ x: Int, _ y: Int) -> [UInt8] {
    Array(bytes[(y * width + x) * channels..<(y * width + x + 1) * channels])
  }

  /// How much black lies on white, in pixels, within a range of rows and columns.
  func ink(columns: Range<Int>? = nil, rows: Range<Int>? = nil) -> Double {
    var sum = 0
    for y in rows ?? 0..<height {
      for x in columns ?? 0..<width { sum += pixel(x, y).reduce(0) { $0 + 255 - Int($1) } }
    }
    return Double(sum) / Double(255 * channels)
  }
}

let black = Color(hex: 0x000000)

/// A half step of a byte for every pixel that may have been rounded.
func roundingOfInk(pixels: Double) -> Double { pixels * 0.5 / 255 }
