/// What the header of a safetensors file says of one tensor, checked.
struct SafetensorsEntry {
  let name: String
  let type: ElementType
  let shape: [Int]
  let begin: Int
  let end: Int

  private static let types: [String: ElementType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
    "I32": .int32, "I16": .int16, "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16,
    "U8": .uint8, "BOOL": .bool,
  ]

  /// Reads an entry of a file that has `room` bytes for numbers.
  init(_ member: JSONMember, room: Int, file: String) throws(FileError) {
    name = member.key
    let place = "tensor \"\(Legible.value(name))\""
    guard case .object(let members) = member.value,
      Set(members.map(\.key)) == ["dtype", "shape", "data_offsets"]
    else {
      throw .bad(file, place, "it must be an object of dtype, shape and data_offsets")
    }
    guard let dtype = member.value["dtype"]?.text, let type = Self.types[dtype] else {
      let found = member.value["dtype"]?.kindWords ?? "none"
      throw .bad(
        file, place,
        "the dtype must be one of \(Self.types.keys.sorted().joined(separator: " ")), found \(found)"
      )
    }
    guard let shape = Self.sizes(member.value["shape"]) else {
      throw .bad(file, place, "the shape must be an array of whole numbers, none negative")
    }
    guard let offsets = Self.sizes(member.value["data_offsets"]), offsets.count == 2,
      offsets[0] <= offsets[1]
    else { throw .bad(file, place, "data_offsets must be two whole numbers, begin and end") }
    guard offsets[1] <= room else {
      throw .bad(
        file, place,
        "its bytes must lie in the file, but they end at \(offsets[1]) and \(room) are there")
    }
    guard Words.product(shape + [type.size]) == offsets[1] - offsets[0] else {
      throw .bad(
        file, place,
        "the shape (\(Legible.list(shape.map(String.init)))) of \(dtype) must fill its "
          + "bytes, but there are \(offsets[1] - offsets[0])")
    }
    self.type = type
    self.shape = shape
    (begin, end) = (offsets[0], offsets[1])
  }

  /// The tensor, whose numbers begin `start + begin` bytes into the file.
  func tensor(in bytes: [UInt8], from start: Int, file: String) throws(FileError) -> NamedTensor {
    let count = (end - begin) / type.size
    let values = type.numbers(in: bytes, from: start + begin, count: count, bigEndian: false)
    if type.mayBeInfinite, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .bad(
        file, "tensor \"\(Legible.value(name))\", number \(index) (counted from 0)",
        "every number must be finite as a Float32, found \(values[index])")
    }
    guard type == .float64 else {
      return NamedTensor(name, Tensor(shape: shape, values: values))
    }
    let doubles = Words.read(
      UInt64.self, in: bytes, from: start + begin, count: count, bigEndian: false
    ) { Double(bitPattern: $0) }
    return NamedTensor(name, Tensor(shape: shape, doubles: doubles))
  }

  private static func sizes(_ value: JSONValue?) -> [Int]? {
    guard case .array(let values) = value else { return nil }
    var sizes: [Int] = []
    for value in values {
      guard case .integer(let size) = value, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }
}
