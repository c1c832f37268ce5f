/// What one number of an array is made of in a file.
public enum ElementType: String, Sendable, Equatable, CaseIterable {
  /// IEEE 754 binary16.
  case float16
  /// The upper half of a binary32.
  case bfloat16
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64
  /// Two's complement, 8 bits.
  case int8
  /// 8 bits without sign.
  case uint8
  /// Two's complement, 16 bits.
  case int16
  /// 16 bits without sign.
  case uint16
  /// Two's complement, 32 bits.
  case int32
  /// 32 bits without sign.
  case uint32
  /// Two's complement, 64 bits.
  case int64
  /// 64 bits without sign.
  case uint64
  /// One byte, zero or not.
  case bool

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// `count` numbers from byte `offset` on as Float32, the nearest where rounding is needed.
  func numbers(in bytes: [UInt8], from offset: Int, count: Int, bigEndian: Bool) -> [Float] {
    func words<Word: FixedWidthInteger & BitwiseCopyable>(
      _ type: Word.Type, _ number: (Word) -> Float
    ) -> [Float] {
      Words.read(type, in: bytes, from: offset, count: count, bigEndian: bigEndian, as: number)
    }
    return switch self {
    case .float16: words(UInt16.self, Self.half)
    case .bfloat16: words(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float32: words(UInt32.self) { Float(bitPattern: $0) }
    case .float64: words(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .int8: words(Int8.self) { Float($0) }
    case .uint8: words(UInt8.self) { Float($0) }
    case .int16: words(Int16.self) { Float($0) }
    case .uint16: words(UInt16.self) { Float($0) }
    case .int32: words(Int32.self) { Float($0) }
    case .uint32: words(UInt32.self) { Float($0) }
    case .int64: words(Int64.self) { Float($0) }
    case .uint64: words(UInt64.self) { Float($0) }
    case .bool: words(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// `count` numbers from byte `offset` on as Float64, the nearest where rounding is needed.
  func doubles(in bytes: [UInt8], from offset: Int, count: Int, bigEndian: Bool) -> [Double] {
    func words<Word: FixedWidthInteger & BitwiseCopyable>(
      _ type: Word.Type, _ number: (Word) -> Double
    ) -> [Double] {
      Words.read(type, in: bytes, from: offset, count: count, bigEndian: bigEndian, as: number)
    }
    return switch self {
    case .float16: words(UInt16.self) { Double(Self.half($0)) }
    case .bfloat16: words(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .float32: words(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: words(UInt64.self) { Double(bitPattern: $0) }
    case .int8: words(Int8.self) { Double($0) }
    case .uint8: words(UInt8.self) { Double($0) }
    case .int16: words(Int16.self) { Double($0) }
    case .uint16: words(UInt16.self) { Double($0) }
    case .int32: words(Int32.self) { Double($0) }
    case .uint32: words(UInt32.self) { Double($0) }
    case .int64: words(Int64.self) { Double($0) }
    case .uint64: words(UInt64.self) { Double($0) }
    case .bool: words(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// Whether its numbers may be infinite or not numbers at all.
  var mayBeInfinite: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// A binary16 as a binary32, exactly. Written out: Float16 is missing on some platforms.
  static func half(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      // Subnormal: fraction × 2⁻²⁴.
      let size = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
      return sign == 0 ? size : -size
    case 31:
      return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
