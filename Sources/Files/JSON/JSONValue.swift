/// A JSON value; objects keep the order of their members.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A whole number above the largest `Int`, such as a seed; made by `init(_: UInt64)`.
  case natural(UInt64)
  /// Any other number. Written as `null` where it is not finite.
  case number(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case array([JSONValue])
  /// Members in order.
  case object([JSONMember])

  /// A whole number of 64 bits without sign.
  public init(_ number: UInt64) {
    self = Int(exactly: number).map { .integer($0) } ?? .natural(number)
  }

  /// A Float32, written with the digits that tell it from other Float32 numbers.
  public init(_ number: Float) {
    self = .number(Double(number.description) ?? Double(number))
  }

  /// An array of Float64 numbers.
  public init(_ numbers: [Double]) { self = .array(numbers.map { .number($0) }) }

  /// An array of texts.
  public init(_ texts: [String]) { self = .array(texts.map { .string($0) }) }

  /// The number, whether whole or not; nil where the value is no number.
  public var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .natural(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  /// The whole number; nil where the value is none. 3.0 is whole.
  public var int: Int? {
    switch self {
    case .integer(let number): number
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// The text; nil where the value is none.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a member of an object; nil where there is none.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// What the value is, for sentences.
  var kindWords: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let number): "the number \(number)"
    case .natural(let number): "the number \(number)"
    case .number(let number): "the number \(number)"
    case .string(let text): "the text \"\(Legible.value(text))\""
    case .array(let values): "an array of \(values.count)"
    case .object: "an object"
    }
  }
}

/// A key and its value in a JSON object.
public struct JSONMember: Sendable, Equatable {
  /// The key.
  public let key: String
  /// The value.
  public let value: JSONValue

  /// A member from its key and value.
  public init(_ key: String, _ value: JSONValue) {
    self.key = key
    self.value = value
  }
}
