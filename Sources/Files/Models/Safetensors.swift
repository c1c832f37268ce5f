/// A file of named tensors and texts: a length, a JSON header, numbers.
///
/// Read: F64, F32, F16, BF16, whole numbers and BOOL. Written: F64 and F32, little-endian.
///
/// - Reference: https://huggingface.co/docs/safetensors
public struct Safetensors: Sendable, Equatable {
  /// Texts about the file (the header's `__metadata__`), in order.
  public var metadata: [(key: String, text: String)] {
    get { texts.map { ($0.key, $0.value.text ?? "") } }
    set { texts = newValue.map { JSONMember($0.key, .string($0.text)) } }
  }
  /// The tensors, in the order of their numbers in the file.
  public var tensors: [NamedTensor]

  private var texts: [JSONMember]

  /// A header longer than this (100 MB) is refused, as in other readers of the format.
  static let headerLimit = 100_000_000

  /// A file from its parts; names of tensors and keys of texts are unique.
  public init(metadata: [(key: String, text: String)] = [], tensors: [NamedTensor]) {
    texts = metadata.map { JSONMember($0.key, .string($0.text)) }
    self.tensors = tensors
  }

  /// The tensor of a name; nil where there is none.
  public subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }

  /// The text of a key; nil where there is none.
  public func text(_ key: String) -> String? { texts.first { $0.key == key }?.value.text }

  /// Reads a file.
  ///
  /// - Throws: `notFound`; `badData` where the header is not JSON or says what the file does not
  ///   hold, tensors overlap or leave gaps, or numbers are not finite as Float32.
  public static func read(_ path: String) throws(FileError) -> Safetensors {
    try parse(FileBytes.read(path), file: path)
  }

  /// The tensors in `bytes`; errors call the bytes `file`.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileError) -> Safetensors {
    guard bytes.count >= 8 else {
      throw .bad(file, "byte 0", "the length of the header must take 8 bytes, but the file ends")
    }
    let length = Words.one(UInt64.self, in: bytes, at: 0)
    guard length <= UInt64(min(bytes.count - 8, headerLimit)) else {
      throw .bad(
        file, "byte 0",
        "the header must lie in the file, but it claims \(length) bytes and \(bytes.count - 8) follow"
      )
    }
    let start = 8 + Int(length)
    let header = try JSONReader.parse(Array(bytes[8..<start]), file: file, label: "header, ")
    guard case .object(let members) = header else {
      throw .bad(file, "header", "the header must be a JSON object, found \(header.kindWords)")
    }
    var texts: [JSONMember] = []
    var entries: [SafetensorsEntry] = []
    for member in members {
      if member.key == "__metadata__" {
        texts = try self.texts(member.value, file: file)
      } else {
        entries.append(try SafetensorsEntry(member, room: bytes.count - start, file: file))
      }
    }
    entries.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var reached = 0
    for entry in entries {
      guard entry.begin == reached else {
        let what = entry.begin < reached ? "overlaps the one before" : "leaves a gap before it"
        throw .bad(
          file, "tensor \"\(Legible.value(entry.name))\"",
          "tensors must follow one another, but this one \(what)")
      }
      reached = entry.end
    }
    guard reached == bytes.count - start else {
      throw .bad(
        file, "byte \(start + reached)",
        "the tensors must fill the file, but \(bytes.count - start - reached) more bytes follow")
    }
    var tensors: [NamedTensor] = []
    for entry in entries { tensors.append(try entry.tensor(in: bytes, from: start, file: file)) }
    var result = Safetensors(tensors: tensors)
    result.texts = texts
    return result
  }

  /// The bytes of the file: Float64 tensors first, so that all numbers stand on their own size.
  public func encode() -> [UInt8] {
    precondition(
      Set(tensors.map(\.name)).count == tensors.count, "Every tensor has a name of its own.")
    var members = texts.isEmpty ? [] : [JSONMember("__metadata__", .object(texts))]
    var data: [UInt8] = []
    for wantsDouble in [true, false] {
      for named in tensors {
        let begin = data.count
        let type: String
        switch named.tensor.numbers {
        case .double(let numbers) where wantsDouble:
          type = "F64"
          data += Words.bytes(of: numbers)
        case .single(let numbers) where !wantsDouble:
          type = "F32"
          data += Words.bytes(of: numbers)
        default: continue
        }
        members.append(
          JSONMember(
            named.name,
            .object([
              JSONMember("dtype", .string(type)),
              JSONMember("shape", .array(named.tensor.shape.map { .integer($0) })),
              JSONMember("data_offsets", .array([.integer(begin), .integer(data.count)])),
            ])))
      }
    }
    var header = Array(JSONValue.object(members).compact.utf8)
    header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    return Words.bytes(of: [UInt64(header.count)]) + header + data
  }

  private static func texts(_ value: JSONValue, file: String) throws(FileError) -> [JSONMember] {
    guard case .object(let members) = value, members.allSatisfy({ $0.value.text != nil }) else {
      throw .bad(file, "key \"__metadata__\"", "the metadata must be an object of texts")
    }
    return members
  }
}
