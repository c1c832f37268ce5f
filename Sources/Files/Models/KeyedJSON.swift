/// A value inside a JSON file and the path of keys that leads to it.
struct KeyedJSON {
  let value: JSONValue
  /// "components[2].mean"; empty for the whole file.
  let path: String
  let file: String

  func error(_ rule: String) -> FileError {
    .bad(file, path.isEmpty ? nil : "key \"\(Legible.value(path))\"", rule)
  }

  /// The members of an object with no keys but these.
  func object(allowing keys: [String]) throws(FileError) -> [String: KeyedJSON] {
    guard case .object(let members) = value else {
      throw error("the value must be an object, found \(value.kindWords)")
    }
    var result: [String: KeyedJSON] = [:]
    for member in members {
      let inner = KeyedJSON(
        value: member.value, path: path.isEmpty ? member.key : "\(path).\(member.key)", file: file)
      guard keys.contains(member.key) else {
        throw inner.error(
          "the key must be one of \(keys.joined(separator: ", "))"
            + Suggestion.words(for: member.key, among: keys))
      }
      result[member.key] = inner
    }
    return result
  }

  /// The elements of an array.
  func elements() throws(FileError) -> [KeyedJSON] {
    guard case .array(let values) = value else {
      throw error("the value must be an array, found \(value.kindWords)")
    }
    return values.enumerated().map { index, value in
      KeyedJSON(value: value, path: "\(path)[\(index)]", file: file)
    }
  }

  func text() throws(FileError) -> String {
    guard let text = value.text else {
      throw error("the value must be a text, found \(value.kindWords)")
    }
    return text
  }

  /// A number that a Float32 can hold.
  func number() throws(FileError) -> Double {
    guard let number = value.double else {
      throw error("the value must be a number, found \(value.kindWords)")
    }
    guard Float(number).isFinite else {
      throw error("the number must be finite as a Float32, found \(number)")
    }
    return number
  }

  func variance() throws(FileError) -> Double {
    let number = try number()
    guard number >= 0 else { throw error("a variance must not be negative, found \(number)") }
    return number
  }

  func whole(from least: Int) throws(FileError) -> Int {
    guard let number = value.int, number >= least else {
      throw error("the value must be a whole number from \(least), found \(value.kindWords)")
    }
    return number
  }

  func numbers() throws(FileError) -> [Double] {
    // Without a path for each number, which only an error needs.
    guard case .array(let values) = value else { return try elements().map { _ in 0 } }
    var numbers: [Double] = []
    numbers.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      if let number = value.double, Float(number).isFinite {
        numbers.append(number)
      } else {
        _ = try KeyedJSON(value: value, path: "\(path)[\(index)]", file: file).number()
      }
    }
    return numbers
  }
}
