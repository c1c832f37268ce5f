public import Arrays

/// NumPy's array file: a magic string, a header, numbers.
///
/// Read: versions 1–3, either byte order, C and Fortran order, real numbers of at most 64 bits.
/// Written: version 1.0, Float32 (Float64 where there is an origin), little-endian, C order, numbers
/// on a 64-byte boundary.
public enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The array of a file, its numbers as they stand.
  ///
  /// - Throws: `notFound`; `badData` for anything the format does not allow, for types that are
  ///   not real numbers, and for numbers that are not finite as Float32.
  public static func read(_ path: String) throws(FileError) -> NumericArray {
    let file = try OpenFile(path)
    return try parse(StoreBytes(file), of: file.count, file: path)
  }

  /// The array in `bytes`; bytes of pictures (uint8, three sizes or more) go to `range` if given.
  ///
  /// Errors call the bytes `file`.
  public static func parse(
    _ bytes: [UInt8], file: String, mappingBytesTo range: ClosedRange<Float>? = nil
  ) throws(FileError) -> NumericArray {
    try parse(
      StoreBytes(HeldBytes(all: bytes)), of: bytes.count, file: file, mappingBytesTo: range)
  }

  /// The bytes of a file with the rows of `points`, B × d.
  public static func encode(_ points: Points) -> [UInt8] {
    encode(shape: [points.count, points.dimension], values: points.values)
  }

  /// The bytes of a file with one number a row, shape (B,).
  public static func encode(column values: [Float]) -> [UInt8] {
    encode(shape: [values.count], values: values)
  }

  /// The bytes of a file with an array of any shape; `values` holds the product of `shape`.
  public static func encode(shape: [Int], values: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1024 + 4 * values.count)
    for piece in pieces(shape: shape, values: values) { bytes += piece }
    return bytes
  }

  /// The same some at a time, each made when it is asked for; origin + points in Float64 where
  /// `origin`, a number for each of a row, is not zero.
  public static func pieces(_ points: Points, origin: [Double] = []) -> some Sequence<[UInt8]> {
    precondition(origin.isEmpty || origin.count == points.dimension, "Every column has an origin.")
    let shape = [points.count, points.dimension]
    guard origin.contains(where: { $0 != 0 }) else {
      return AnySequence(pieces(shape: shape, values: points.values))
    }
    let header = header(shape: shape, type: .float64)
    let rows = max(1, Words.pieceSize / points.dimension)
    return AnySequence(
      stride(from: -rows, to: points.count, by: rows).lazy.map { start in
        guard start >= 0 else { return header }
        return Words.bytes(
          of: (start..<min(points.count, start + rows)).flatMap { row in
            zip(points.row(row), origin).map { Double($0) + $1 }
          })
      })
  }

  /// The same some at a time, each made when it is asked for.
  static func pieces(shape: [Int], values: [Float]) -> some Sequence<[UInt8]> {
    precondition(Words.product(shape) == values.count, "An array holds what its shape says.")
    let header = header(shape: shape, type: .float32)
    // The header is the piece before the first.
    return stride(from: -Words.pieceSize, to: values.count, by: Words.pieceSize).lazy.map { start in
      start < 0
        ? header : Words.bytes(of: values[start..<min(values.count, start + Words.pieceSize)])
    }
  }

  /// What stands before the numbers.
  private static func header(shape: [Int], type: ElementType) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count == 1 ? sizes : String(sizes.dropLast())
    let descr = "<f\(type.size)"
    var header = Array("{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
    // 10 bytes stand before the header, which ends in a line feed on a multiple of 64.
    let padding = 63 - (10 + header.count) % 64
    header += [UInt8](repeating: 0x20, count: padding) + [0x0a]
    let length = Words.bytes(of: [UInt16(header.count)])
    return magic + [1, 0] + length + header
  }

  /// The array in the `count` bytes of a source, read some at a time; `label` stands in front of
  /// places in it.
  static func parse(
    _ bytes: some ByteSource, of count: Int, file: String, label: String = "",
    mappingBytesTo range: ClosedRange<Float>? = nil, about origin: DataOrigin = .zero
  ) throws(FileError) -> NumericArray {
    var source = bytes
    return try parse(
      &source, of: count, file: file, label: label, mappingBytesTo: range, about: origin)
  }

  /// The same, leaving the source where the array ends.
  static func parse(
    _ source: inout some ByteSource, of count: Int, file: String, label: String,
    mappingBytesTo range: ClosedRange<Float>?, about origin: DataOrigin = .zero
  ) throws(FileError) -> NumericArray {
    let front = try source.next(8)
    guard front.starts(with: magic) else {
      throw .bad(
        file, "\(label)byte 0", "an NPY file must begin with \\x93NUMPY, found other bytes")
    }
    guard front.count == 8, (1...3).contains(front[6]) else {
      let found = front.count > 6 ? "version \(front[6])" : "the end"
      throw .bad(file, "\(label)byte 6", "the NPY version must be 1, 2 or 3, found \(found)")
    }
    let start = front[6] == 1 ? 10 : 12
    let size = try source.next(start - 8)
    guard size.count == start - 8 else {
      throw .bad(file, "\(label)byte 8", "the length of the header must follow, but the file ends")
    }
    let length = size.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= count - start else {
      throw .bad(
        file, "\(label)byte 8",
        "the header must lie in the file, but it claims \(length) bytes and \(count - start) follow"
      )
    }
    let header = try NPYHeader(source.next(length), at: start, file: file)
    try checkSize(header, from: start, to: start + length, of: count, file: file, label: label)
    let layout = StoredArray(
      shape: header.shape, elementType: header.elementType, bigEndian: header.bigEndian,
      fortranOrder: header.fortranOrder, file: file, label: label)
    return try layout.decoded(mappingBytesTo: range, about: origin) { numbers throws(FileError) in
      let piece = try source.next(numbers * header.elementType.size)
      guard piece.count == numbers * header.elementType.size else {
        throw .bad(file, "\(label)byte \(start + length)", "the numbers must follow the header")
      }
      return piece
    }
  }

  /// Refuses an array that does not fill the file.
  private static func checkSize(
    _ header: NPYHeader, from start: Int, to data: Int, of count: Int, file: String, label: String
  ) throws(FileError) {
    let claim =
      "the shape \(NumericArray.words(for: header.shape)) of \(header.elementType.rawValue)"
    guard let size = Words.product(header.shape + [header.elementType.size]) else {
      throw .bad(file, "\(label)byte \(start)", "\(claim) must fit in memory, but it overflows")
    }
    guard size == count - data else {
      throw .bad(
        file, "\(label)byte \(data)",
        "\(claim) needs \(size) bytes, but \(count - data) follow the header")
    }
  }
}
