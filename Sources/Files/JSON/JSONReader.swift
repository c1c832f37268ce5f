/// Reads JSON as RFC 8259 has it, and says the line and column of what breaks it.
///
/// Stricter where the standard leaves room: a key may stand once in an object, numbers must be
/// finite, and nesting ends at `depthLimit`.
struct JSONReader {
  /// Deep enough for any description; shallow enough that reading never exhausts the stack.
  static let depthLimit = 64

  private let bytes: [UInt8]
  private let file: String
  /// What stands in front of a place, where the JSON is part of a larger file.
  private let label: String
  private var position = 0

  /// The one value in `bytes`, which must be UTF-8.
  static func parse(_ bytes: [UInt8], file: String, label: String = "") throws(FileError)
    -> JSONValue
  {
    var reader = JSONReader(bytes: bytes, file: file, label: label)
    try reader.checkEncoding()
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.count else {
      throw reader.error("nothing may follow the JSON value")
    }
    return value
  }

  private init(bytes: [UInt8], file: String, label: String) {
    self.bytes = bytes
    self.file = file
    self.label = label
  }

  /// An error at the present byte, or at an earlier one.
  private func error(_ rule: String, at byte: Int? = nil) -> FileError {
    let before = bytes[..<min(byte ?? position, bytes.count)]
    let line = 1 + before.count { $0 == 10 }
    let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    // Bytes that continue a character in UTF-8 do not count as columns.
    let column = 1 + before[start...].count { $0 & 0xc0 != 0x80 }
    return .bad(file, "\(label)line \(line), column \(column)", rule)
  }

  private mutating func checkEncoding() throws(FileError) {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    // The longest beginning that is sound tells where the first bad byte stands.
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var sound = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      sound += UTF8.width(scalar)
    }
    throw error("JSON must be UTF-8, found other bytes", at: sound)
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(FileError) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw error("a JSON value must follow, but the text ends") }
    guard depth < Self.depthLimit else {
      throw error("values must be nested at most \(Self.depthLimit) deep")
    }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    default:
      for (word, value) in [
        ("true", JSONValue.bool(true)), ("false", .bool(false)), ("null", .null),
      ]
      where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      throw error("a JSON value must stand here, found \(present)")
    }
  }

  /// The character at the present byte, in words.
  private var present: String {
    guard position < bytes.count else { return "the end of the text" }
    let character = String(decoding: bytes[position...].prefix(8), as: UTF8.self).prefix(1)
    return "'\(character)'"
  }

  private mutating func array(depth: Int) throws(FileError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    if accept("]") { return .array(values) }
    while true {
      values.append(try value(depth: depth + 1))
      if accept("]") { return .array(values) }
      guard accept(",") else { throw error("',' or ']' must follow a value, found \(present)") }
    }
  }

  private mutating func object(depth: Int) throws(FileError) -> JSONValue {
    position += 1
    var members: [JSONMember] = []
    var keys: Set<String> = []
    if accept("}") { return .object(members) }
    while true {
      skipSpace()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw error("a key in quotes must stand here, found \(present)")
      }
      let key = try string()
      guard keys.insert(key).inserted else {
        throw error(
          "a key may stand once in an object, found \"\(Legible.value(key))\" again", at: start)
      }
      guard accept(":") else { throw error("':' must follow a key, found \(present)") }
      members.append(JSONMember(key, try value(depth: depth + 1)))
      if accept("}") { return .object(members) }
      guard accept(",") else { throw error("',' or '}' must follow a member, found \(present)") }
    }
  }

  private mutating func number() throws(FileError) -> JSONValue {
    let start = position
    func digits(_ from: Int) -> Int {
      bytes[from...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
    }
    func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
    var end = at(start) == UInt8(ascii: "-") ? start + 1 : start
    let first = end
    end = digits(end)
    var isSound = end > first && (at(first) != 0x30 || end == first + 1)
    var isWhole = true
    if at(end) == UInt8(ascii: ".") {
      isWhole = false
      let fraction = end + 1
      end = digits(min(fraction, bytes.count))
      isSound = isSound && end > fraction
    }
    if at(end) == UInt8(ascii: "e") || at(end) == UInt8(ascii: "E") {
      isWhole = false
      var exponent = end + 1
      if at(exponent) == UInt8(ascii: "+") || at(exponent) == UInt8(ascii: "-") { exponent += 1 }
      end = digits(min(exponent, bytes.count))
      isSound = isSound && end > exponent
    }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard isSound, let number = Double(text) else {
      throw error("a number must be written as JSON has it, found \"\(Legible.value(text))\"")
    }
    guard number.isFinite else {
      throw error("a number must be finite, found \"\(Legible.value(text))\"")
    }
    position = end
    // Minus zero keeps its sign only as a Double.
    if isWhole, text != "-0" {
      if let whole = Int(text) { return .integer(whole) }
      if let natural = UInt64(text) { return .natural(natural) }
    }
    return .number(number)
  }

  private mutating func string() throws(FileError) -> String {
    position += 1
    var text = ""
    while true {
      let end =
        bytes[position...].firstIndex { $0 == 0x22 || $0 == 0x5c || $0 < 0x20 } ?? bytes.count
      text += String(decoding: bytes[position..<end], as: UTF8.self)
      position = end
      guard position < bytes.count else {
        throw error("a text must end with '\"', but the file ends")
      }
      switch bytes[position] {
      case 0x22:
        position += 1
        return text
      case 0x5c:
        text.unicodeScalars.append(try escape())
      default:
        throw error("a control character in a text must be written as an escape")
      }
    }
  }

  private mutating func escape() throws(FileError) -> Unicode.Scalar {
    let start = position
    position += 2
    let plain: [UInt8: Unicode.Scalar] = [
      0x22: "\"", 0x5c: "\\", 0x2f: "/", 0x62: "\u{8}", 0x66: "\u{c}", 0x6e: "\n", 0x72: "\r",
      0x74: "\t",
    ]
    guard position <= bytes.count else { throw error("an escape must be whole", at: start) }
    if let scalar = plain[bytes[position - 1]] { return scalar }
    guard bytes[position - 1] == 0x75, let unit = hexUnit() else {
      throw error("an escape must be one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX", at: start)
    }
    if let scalar = Unicode.Scalar(unit) { return scalar }
    // A character beyond 16 bits is a pair: a high surrogate, then a low one.
    if unit < 0xdc00, bytes[position...].starts(with: [0x5c, 0x75]) {
      position += 2
      if let low = hexUnit(), (0xdc00...0xdfff).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
      {
        return scalar
      }
    }
    throw error("surrogates must come in pairs, high then low", at: start)
  }

  /// Four hexadecimal digits; nil where there are fewer.
  private mutating func hexUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    position += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}

extension JSONValue {
  /// The one value in UTF-8 text.
  ///
  /// Errors call the bytes `file` and say line and column.
  ///
  /// - Throws: `badData` for anything RFC 8259 does not allow, for a key that stands twice in an
  ///   object, numbers beyond Float64 and nesting deeper than 64.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileError) -> JSONValue {
    try JSONReader.parse(bytes, file: file)
  }
}
