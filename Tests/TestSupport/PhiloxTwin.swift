import Foundation

/// Philox 4×32-10 and Box-Muller in plain Swift and Double, written from the paper: the twin that
/// the kernels are held against.
///
/// - Reference: Salmon, Moraes, Dror, Shaw 2011, <https://doi.org/10.1145/2063384.2063405>.
public enum PhiloxTwin {
  /// The block of four words at a counter under a key.
  public static func block(_ counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var (c, k) = (counter, key)
    for _ in 0..<10 {
      let first = c[0].multipliedFullWidth(by: 0xD251_1F53)
      let second = c[2].multipliedFullWidth(by: 0xCD9E_8D57)
      c = [second.high ^ c[1] ^ k[0], second.low, first.high ^ c[3] ^ k[1], first.low]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
  }

  /// The first `count` words of a (seed, purpose, sample, draw).
  public static func words(
    _ count: Int, seed: UInt64, purpose: UInt8, sample: UInt64, draw: UInt32
  ) -> [UInt32] {
    let key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    let low = UInt32(truncatingIfNeeded: sample)
    let high = UInt32(truncatingIfNeeded: sample >> 32) | UInt32(purpose) << 24
    let blocks = (0..<(count + 3) / 4).flatMap { block([UInt32($0), draw, low, high], key: key) }
    return Array(blocks.prefix(count))
  }

  /// The words behind a row of normals: whole blocks, or the part of a block that a sample has of
  /// one it shares with its neighbours.
  public static func words(
    ofNormals dimension: Int, seed: UInt64, purpose: UInt8, sample: UInt64, draw: UInt32
  ) -> [UInt32] {
    guard dimension <= 2 else {
      return words(
        (dimension + 3) / 4 * 4, seed: seed, purpose: purpose, sample: sample, draw: draw)
    }
    let sharing = UInt64(4 / dimension)
    let key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    let place = sample / sharing
    return block(
      [
        UInt32.max - 2 + UInt32(dimension), draw, UInt32(truncatingIfNeeded: place),
        UInt32(truncatingIfNeeded: place >> 32) | UInt32(purpose) << 24,
      ], key: key)
  }

  /// Where a sample's normals begin among those of its words.
  public static func offset(ofNormals dimension: Int, sample: UInt64) -> Int {
    dimension <= 2 ? Int(sample % UInt64(4 / dimension)) * dimension : 0
  }

  /// The normals that words give, two for each pair: √(−2 ln u) (cos 2πv, sin 2πv) with
  /// u = (word + ½)/2³², v = word/2³².
  public static func normals(_ words: [UInt32]) -> [Double] {
    stride(from: 0, to: words.count - 1, by: 2).flatMap { at in
      let radius = (-2 * log((Double(words[at]) + 0.5) * 0x1p-32)).squareRoot()
      let angle = 2 * Double.pi * Double(words[at + 1]) * 0x1p-32
      return [radius * cos(angle), radius * sin(angle)]
    }
  }
}
