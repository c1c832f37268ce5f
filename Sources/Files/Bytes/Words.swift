/// Numbers of fixed width as they stand in bytes.
enum Words {
  /// `count` words of type `Word` from byte `offset` on, each passed through `number`.
  static func read<Word: FixedWidthInteger & BitwiseCopyable, Number>(
    _: Word.Type, in bytes: [UInt8], from offset: Int, count: Int, bigEndian: Bool,
    as number: (Word) -> Number
  ) -> [Number] {
    let size = MemoryLayout<Word>.size
    precondition(
      offset >= 0 && count >= 0 && count <= (bytes.count - offset) / size,
      "Words are read inside the bytes.")
    // Invariant: by the precondition every load ends inside `bytes`; `count` numbers are made.
    return [Number](unsafeUninitializedCapacity: count) { made, filled in
      bytes.withUnsafeBytes { source in
        for index in 0..<count {
          let word = source.loadUnaligned(fromByteOffset: offset + index * size, as: Word.self)
          made.initializeElement(
            at: index, to: number(bigEndian ? Word(bigEndian: word) : Word(littleEndian: word)))
        }
      }
      filled = count
    }
  }

  /// One little-endian word at a byte offset that lies inside `bytes`.
  static func one<Word: FixedWidthInteger>(_: Word.Type, in bytes: [UInt8], at offset: Int) -> Word
  {
    var word: Word = 0
    for index in (0..<MemoryLayout<Word>.size).reversed() {
      word = word << 8 | Word(bytes[offset + index])
    }
    return word
  }

  /// The little-endian bytes of whole words.
  static func bytes<Word: FixedWidthInteger & BitwiseCopyable>(of words: [Word]) -> [UInt8] {
    // Invariant: the copy is made while `words` is alive and takes exactly its bytes.
    words.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
  }

  /// The little-endian bytes of Float32 numbers.
  static func bytes(of numbers: some Collection<Float>) -> [UInt8] {
    bytes(of: numbers.map(\.bitPattern))
  }

  /// Numbers that are in work at a time: few enough for a cache of the first or second level.
  static let pieceSize = 1 << 14

  /// The little-endian bytes of Float64 numbers.
  static func bytes(of numbers: [Double]) -> [UInt8] { bytes(of: numbers.map(\.bitPattern)) }

  /// The product of sizes, or nil where it does not fit an `Int` or a size is negative.
  static func product(_ sizes: [Int]) -> Int? {
    // A zero anywhere makes the product zero, even beside sizes whose product overflows.
    if sizes.contains(where: { $0 < 0 }) { return nil }
    if sizes.contains(0) { return 0 }
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      product = next
    }
    return product
  }
}
