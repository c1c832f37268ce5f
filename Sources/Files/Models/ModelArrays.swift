/// Arrays of a description, written out or kept in a safetensors file beside it.
final class ModelArrays {
  private let file: String
  private var opened: [String: Safetensors] = [:]
  /// The digests of the files that were opened, in that order.
  private(set) var digests: [String] = []

  /// For the description at `file`.
  init(file: String) { self.file = file }

  /// Numbers of one index.
  func vector(_ json: KeyedJSON) throws(FileError) -> [Double] {
    guard case .object = json.value else { return try json.numbers() }
    let tensor = try tensor(json)
    guard tensor.shape.count == 1 else {
      throw json.error("the tensor must have one size, found \(tensor.shape.count)")
    }
    return tensor.doubles
  }

  /// Rows of numbers.
  func matrix(_ json: KeyedJSON) throws(FileError) -> [[Double]] {
    guard case .object = json.value else {
      var rows: [[Double]] = []
      for row in try json.elements() { rows.append(try row.numbers()) }
      return rows
    }
    let tensor = try tensor(json)
    guard tensor.shape.count == 2 else {
      throw json.error("the tensor must have two sizes, found \(tensor.shape.count)")
    }
    let (doubles, width) = (tensor.doubles, tensor.shape[1])
    guard width > 0 else { throw json.error("the rows of the tensor must not be empty") }
    return (0..<tensor.shape[0]).map { Array(doubles[$0 * width..<($0 + 1) * width]) }
  }

  /// The tensor that `{"file": …, "tensor": …}` names.
  private func tensor(_ json: KeyedJSON) throws(FileError) -> Tensor {
    let keys = try json.object(allowing: ["file", "tensor"])
    guard let fileKey = keys["file"], let tensorKey = keys["tensor"] else {
      throw json.error("an array kept elsewhere must have the keys file and tensor")
    }
    let (path, name) = (try fileKey.text(), try tensorKey.text())
    let source: Safetensors
    if let known = opened[path] {
      source = known
    } else {
      let resolved = resolvedPath(path, relativeTo: file)
      let bytes = try FileBytes.read(resolved)
      source = try Safetensors.parse(bytes, file: resolved)
      digests.append(SHA256.digest(of: bytes))
      opened[path] = source
    }
    guard let tensor = source[name] else {
      let names = Legible.list(source.tensors.map(\.name))
      throw tensorKey.error(
        "the tensor must be one of \(path): \(names); found \"\(Legible.value(name))\"")
    }
    return tensor
  }
}
