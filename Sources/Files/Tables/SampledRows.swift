/// Some rows of a table that stand for all of them: of every 2^level rows one, which a hash of the
/// place chooses, so that rows that come in turns are met alike.
///
/// Those of a level are among those of the level below: a table whose length is not known is thinned
/// while it is read, and the same rows are chosen as where it is.
struct SampledRows: Equatable {
  private(set) var level = 0

  /// All rows.
  init() {}

  /// As many of `count` rows as possible, at most `most`.
  init(of count: Int, atMost most: Int) {
    precondition(most > 0, "Some row stands for the others.")
    while count > most << level { level += 1 }
  }

  /// Half as many rows.
  mutating func thin() { level += 1 }

  func contains(_ row: Int) -> Bool {
    (0..<level).allSatisfy { row >> $0 & 1 == Self.turn(at: row >> ($0 + 1), $0) }
  }

  /// The rows chosen of `count`, ascending.
  func rows(of count: Int) -> [Int] {
    (0...max(0, count - 1) >> level).compactMap { block in
      let row = (0..<level).reversed().reduce(block) { 2 * $0 + Self.turn(at: $0, $1) }
      return row < count ? row : nil
    }
  }

  /// Which of the two halves of a block is chosen, 0 or 1.
  private static func turn(at block: Int, _ level: Int) -> Int {
    // Two multiplications of SplitMix64.
    var hash = UInt64(truncatingIfNeeded: block &+ 1) &* 0x9e37_79b9_7f4a_7c15
    hash = (hash ^ hash >> 30 ^ UInt64(level)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
    return Int(hash >> 63)
  }
}
