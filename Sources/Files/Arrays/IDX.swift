/// The array files of MNIST: a type, sizes, numbers, all big-endian; plain or in gzip.
///
/// - Reference: LeCun, Cortes, Burges, "The MNIST database", section "File formats".
public enum IDX {
  /// The array of a file, its numbers as they stand; gzip is known by its first bytes.
  ///
  /// - Throws: `notFound`; `badData` where the file is not IDX, ends early, holds more than its
  ///   header says, or its compressed stream is damaged.
  public static func read(_ path: String) throws(FileError) -> NumericArray {
    try parse(OpenFile(path), file: path, mappingBytesTo: nil)
  }

  /// The array in `bytes`; bytes of pictures (ubyte, three sizes or more) go to `range` if given.
  ///
  /// Errors call the bytes `file`.
  public static func parse(
    _ bytes: [UInt8], file: String, mappingBytesTo range: ClosedRange<Float>? = nil
  ) throws(FileError) -> NumericArray {
    try parse(HeldBytes(all: bytes), file: file, mappingBytesTo: range)
  }

  /// The array in a store, read some of it at a time.
  static func parse(
    _ store: any ByteStore, file: String, mappingBytesTo range: ClosedRange<Float>?
  ) throws(FileError) -> NumericArray {
    if isGzip(try store.prefix(2)) {
      let inflater = Inflater(store, in: 0..<store.count, wrapping: .gzip, file: file)
      return try array(inflater, file: file, mappingBytesTo: range)
    }
    return try array(StoreBytes(store), file: file, mappingBytesTo: range)
  }

  /// Whether bytes begin as gzip does (RFC 1952).
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// Whether bytes begin as IDX does: two zeros, a type, a number of sizes.
  static func isIDX(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && types[bytes[2]] != nil && bytes[3] > 0
  }

  private static let types: [UInt8: ElementType] = [
    0x08: .uint8, 0x09: .int8, 0x0b: .int16, 0x0c: .int32, 0x0d: .float32, 0x0e: .float64,
  ]

  private static func array(
    _ bytes: some ByteSource, file: String, mappingBytesTo range: ClosedRange<Float>?
  ) throws(FileError) -> NumericArray {
    var source = bytes
    let magic = try source.next(4)
    guard magic.count == 4, magic[0] == 0, magic[1] == 0, let type = types[magic[2]], magic[3] > 0
    else {
      throw .bad(
        file, "byte 0", "an IDX file must begin with two zeros, a type (8 9 11 12 13 14) and a rank"
      )
    }
    let rank = Int(magic[3])
    let sizes = try source.next(4 * rank)
    guard sizes.count == 4 * rank else {
      throw .bad(file, "byte 4", "the header must hold \(rank) sizes, but the file ends early")
    }
    let shape = (0..<rank).map { axis in
      sizes[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    let claim = "the shape \(NumericArray.words(for: shape)) of \(type.rawValue)"
    guard let size = Words.product(shape + [type.size]) else {
      throw .bad(file, "byte 4", "\(claim) must fit in memory, but it overflows")
    }
    let place = "byte \(4 + 4 * rank)"
    let early = "\(claim) needs \(size) bytes, but the file ends early"
    // The most the rest of the file can hold, so that a false header allocates nothing.
    guard size <= source.atMost else { throw .bad(file, place, early) }
    let layout = StoredArray(
      shape: shape, elementType: type, bigEndian: true, file: file, isTable: false)
    let values = try layout.decoded(mappingBytesTo: range) { count throws(FileError) in
      let piece = try source.next(count * type.size)
      guard piece.count == count * type.size else { throw .bad(file, place, early) }
      return piece
    }
    guard try source.next(1).isEmpty else {
      throw .bad(file, place, "\(claim) needs \(size) bytes, but more follow")
    }
    return values
  }
}
