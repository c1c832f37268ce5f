/// The dictionary at the front of an NPY file, e.g.
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
///
/// - Reference: NumPy Enhancement Proposal 1.
///   https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NPYHeader {
  let elementType: ElementType
  let bigEndian: Bool
  let fortranOrder: Bool
  let shape: [Int]

  /// Reads the text that begins at byte `start` of the file.
  init(_ text: [UInt8], at start: Int, file: String) throws(FileError) {
    var reader = Reader(text: text, start: start, file: file)
    var descr: String?
    var order: Bool?
    var shape: [Int]?
    try reader.expect("{")
    while !reader.accept("}") {
      let key = try reader.string()
      try reader.expect(":")
      switch key {
      case "descr" where descr == nil: descr = try reader.descr()
      case "fortran_order" where order == nil: order = try reader.flag()
      case "shape" where shape == nil: shape = try reader.sizes()
      default:
        throw reader.error(
          "the keys must be descr, fortran_order and shape, found '\(Legible.value(key))'")
      }
      if !reader.accept(",") {
        try reader.expect("}")
        break
      }
    }
    try reader.end()
    guard let descr, let order, let shape else {
      throw reader.error("the header must hold descr, fortran_order and shape, found fewer")
    }
    (elementType, bigEndian) = try Self.type(descr, reader)
    fortranOrder = order
    self.shape = shape
  }

  private static func type(_ descr: String, _ reader: Reader) throws(FileError) -> (
    ElementType, Bool
  ) {
    let types: [String: ElementType] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "u1": .uint8, "i2": .int16,
      "u2": .uint16, "i4": .int32, "u4": .uint32, "i8": .int64, "u8": .uint64, "b1": .bool,
    ]
    let order = descr.first ?? " "
    if let type = types[String(descr.dropFirst())], "<>|=".contains(order),
      order != "|" || type.size == 1
    {
      return (type, order == ">")
    }
    let what =
      switch descr.dropFirst().first {
      case "O": "Python objects '\(Legible.value(descr))'"
      case "c": "complex numbers '\(Legible.value(descr))'"
      case "U", "S", "a": "strings '\(Legible.value(descr))'"
      case "M", "m": "dates '\(Legible.value(descr))'"
      default: "'\(Legible.value(descr))'"
      }
    throw reader.error(
      "the type must be a real number of at most 64 bits (f2 f4 f8 i1…i8 u1…u8 b1), found \(what)")
  }

  /// Reads the few Python literals a header may hold.
  private struct Reader {
    let text: [UInt8]
    let start: Int
    let file: String
    var position = 0

    func error(_ rule: String) -> FileError { .bad(file, "byte \(start + position)", rule) }

    mutating func skipSpace() {
      while position < text.count, [0x20, 0x09, 0x0a, 0x0d].contains(text[position]) {
        position += 1
      }
    }

    mutating func accept(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
      if !accept(character) {
        throw error("the header must be a Python dictionary, but '\(character)' is missing")
      }
    }

    mutating func end() throws(FileError) {
      skipSpace()
      if position < text.count { throw error("nothing may follow the header's dictionary") }
    }

    mutating func string() throws(FileError) -> String {
      skipSpace()
      let quote = position < text.count ? text[position] : 0
      guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        throw error("the header must have a string in quotes here")
      }
      guard let close = text[(position + 1)...].firstIndex(of: quote) else {
        throw error("the quote in the header must be closed")
      }
      defer { position = close + 1 }
      return String(decoding: text[(position + 1)..<close], as: UTF8.self)
    }

    mutating func descr() throws(FileError) -> String {
      skipSpace()
      if position < text.count, text[position] == UInt8(ascii: "[") {
        throw error("the type must be one real number, found a structured type")
      }
      return try string()
    }

    mutating func flag() throws(FileError) -> Bool {
      skipSpace()
      for (word, value) in [("True", true), ("False", false)]
      where text[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      throw error("fortran_order must be True or False")
    }

    mutating func sizes() throws(FileError) -> [Int] {
      try expect("(")
      var sizes: [Int] = []
      while !accept(")") {
        skipSpace()
        let digits = text[position...].prefix { (0x30...0x39).contains($0) }
        guard let size = Int(String(decoding: digits, as: UTF8.self)) else {
          throw error("the shape must be a tuple of whole numbers below 2⁶³")
        }
        position += digits.count
        sizes.append(size)
        if !accept(",") {
          try expect(")")
          break
        }
      }
      return sizes
    }
  }
}
