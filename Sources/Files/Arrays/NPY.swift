public import Arrays

/// NumPy's array file: a magic string, a header, numbers.
///
/// Read: versions 1–3, either byte order, C and Fortran order, real numbers of at most 64 bits.
/// Written: version 1.0, Float32, little-endian, C order, numbers on a 64-byte boundary.
public enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// The array of a file, its numbers as they stand.
  ///
  /// - Throws: `notFound`; `badData` for anything the format does not allow, for types that are
  ///   not real numbers, and for numbers that are not finite as Float32.
  public static func read(_ path: String) throws(FileError) -> NumericArray {
    try parse(FileBytes.read(path), file: path)
  }

  /// The array in `bytes`; bytes of pictures (uint8, three sizes or more) go to `range` if given.
  ///
  /// Errors call the bytes `file`.
  public static func parse(
    _ bytes: [UInt8], file: String, mappingBytesTo range: ClosedRange<Float>? = nil
  ) throws(FileError) -> NumericArray {
    try stored(bytes, file: file).decoded(mappingBytesTo: range)
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
    precondition(Words.product(shape) == values.count, "An array holds what its shape says.")
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count == 1 ? sizes : String(sizes.dropLast())
    var header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
    // 10 bytes stand before the header, which ends in a line feed on a multiple of 64.
    let padding = 63 - (10 + header.count) % 64
    header += [UInt8](repeating: 0x20, count: padding) + [0x0a]
    let length = Words.bytes(of: [UInt16(header.count)])
    var bytes = magic + [1, 0] + length + header
    bytes.reserveCapacity(bytes.count + 4 * values.count)
    Words.append(values, to: &bytes)
    return bytes
  }

  /// The header read and the length of the file checked against it.
  static func stored(_ bytes: [UInt8], file: String, label: String = "") throws(FileError)
    -> StoredArray
  {
    guard bytes.starts(with: magic) else {
      throw .bad(
        file, "\(label)byte 0", "an NPY file must begin with \\x93NUMPY, found other bytes")
    }
    guard bytes.count >= 8, (1...3).contains(bytes[6]) else {
      let found = bytes.count > 6 ? "version \(bytes[6])" : "the end"
      throw .bad(file, "\(label)byte 6", "the NPY version must be 1, 2 or 3, found \(found)")
    }
    let start = bytes[6] == 1 ? 10 : 12
    guard bytes.count >= start else {
      throw .bad(file, "\(label)byte 8", "the length of the header must follow, but the file ends")
    }
    let length =
      bytes[6] == 1
      ? Int(Words.one(UInt16.self, in: bytes, at: 8))
      : Int(Words.one(UInt32.self, in: bytes, at: 8))
    guard length <= bytes.count - start else {
      throw .bad(
        file, "\(label)byte 8",
        "the header must lie in the file, but it claims \(length) bytes and \(bytes.count - start) follow"
      )
    }
    let data = start + length
    let header = try NPYHeader(Array(bytes[start..<data]), at: start, file: file)
    let claim =
      "the shape \(NumericArray.words(for: header.shape)) of \(header.elementType.rawValue)"
    guard let size = Words.product(header.shape + [header.elementType.size]) else {
      throw .bad(file, "\(label)byte \(start)", "\(claim) must fit in memory, but it overflows")
    }
    guard size == bytes.count - data else {
      throw .bad(
        file, "\(label)byte \(data)",
        "\(claim) needs \(size) bytes, but \(bytes.count - data) follow the header")
    }
    return StoredArray(
      shape: header.shape, elementType: header.elementType, bigEndian: header.bigEndian,
      fortranOrder: header.fortranOrder, bytes: bytes, offset: data, file: file, label: label)
  }
}
