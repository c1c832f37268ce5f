import Files

/// Reads texts and tensors that have to be there.
struct MetadataReader {
  let file: Safetensors
  let path: String

  func error(_ place: String, _ rule: String) -> Failure {
    .data(file: path, place: place, rule: rule)
  }

  func value(_ key: String) throws -> JSONValue {
    guard let text = file.text(key) else {
      throw error("key \"\(key)\"", "the metadata must have this key")
    }
    do {
      return try JSONValue.parse(Array(text.utf8), file: path)
    } catch {
      throw self.error("key \"\(key)\"", "the text must be JSON")
    }
  }

  func object(_ key: String) throws -> JSONValue {
    let value = try value(key)
    guard case .object = value else { throw error("key \"\(key)\"", "it must be a JSON object") }
    return value
  }

  func whole(
    _ json: JSONValue, _ key: String, _ name: String, _ range: ClosedRange<Int>
  ) throws -> Int {
    guard let number = json[name]?.int, range.contains(number) else {
      throw error(
        "key \"\(key)\"",
        "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func positive(_ json: JSONValue, _ key: String, _ name: String) throws -> Double {
    guard let number = json[name]?.double, number > 0, Float(number).isFinite, Float(number) > 0
    else { throw error("key \"\(key)\"", "\(name) must be a positive number") }
    return number
  }

  /// A tensor of these sizes.
  func tensor(_ name: String, _ sizes: [Int]) throws -> Tensor {
    guard let tensor = file[name] else {
      throw error("tensor \"\(name)\"", "the file must have this tensor")
    }
    guard tensor.shape == sizes else {
      throw error(
        "tensor \"\(name)\"", "its shape must be \(sizes), found \(tensor.shape)")
    }
    return tensor
  }
}
