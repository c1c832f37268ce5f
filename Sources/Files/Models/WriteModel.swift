extension ModelDescription {
  /// A JSON description and, where arrays are large, the safetensors file it refers to.
  public struct Encoded: Sendable {
    /// The bytes of the JSON.
    public let json: [UInt8]
    /// The bytes of the file of arrays; nil where all arrays stand in the JSON.
    public let tensors: [UInt8]?
  }

  /// Arrays of more numbers than this go to a file beside the JSON: about 80 kB of text.
  public static let defaultInlineLimit = 4096

  /// Where the arrays of the description at `path` are kept: `model.json` → `model.safetensors`.
  public static func tensorsPath(beside path: String) -> String {
    (path.hasSuffix(".json") ? String(path.dropLast(5)) : path) + ".safetensors"
  }

  /// Writes the description, and its arrays where they are large, whole or not at all.
  ///
  /// - Throws: `cannotWrite` as `AtomicFile` does.
  public func write(
    to path: String, overwrite: Bool, createParents: Bool = false,
    inlineLimit: Int = defaultInlineLimit
  ) throws(FileError) {
    let encoded = encode(for: path, inlineLimit: inlineLimit)
    var files = AtomicFile(overwrite: overwrite, createParents: createParents)
    if let tensors = encoded.tensors {
      try files.stage(tensors, for: Self.tensorsPath(beside: path))
    }
    try files.stage(encoded.json, for: path)
    try files.commit()
  }

  /// The bytes of the description that will stand at `path`.
  public func encode(for path: String, inlineLimit: Int = defaultInlineLimit) -> Encoded {
    let sibling = Self.tensorsPath(beside: path)
    let name = sibling.split(separator: "/").last.map(String.init) ?? sibling
    var writer = ModelWriter(sibling: name, inlineLimit: inlineLimit)
    let json = writer.model(self)
    let tensors = Safetensors(
      metadata: madeBy.map { [("madeBy", $0)] } ?? [], tensors: writer.tensors)
    return Encoded(
      json: Array(json.pretty.utf8), tensors: writer.tensors.isEmpty ? nil : tensors.encode())
  }
}

/// Turns a description into JSON and puts large arrays aside.
private struct ModelWriter {
  let sibling: String
  let inlineLimit: Int
  var tensors: [NamedTensor] = []

  init(sibling: String, inlineLimit: Int) {
    self.sibling = sibling
    self.inlineLimit = inlineLimit
  }

  mutating func model(_ model: ModelDescription) -> JSONValue {
    var members = [JSONMember("format", .integer(ModelDescription.format))]
    if let name = model.name { members.append(JSONMember("name", .string(name))) }
    switch model.kind {
    case .gaussian(let gaussian):
      members.append(JSONMember("kind", .string("gaussian")))
      members += law(gaussian.mean, gaussian.covariance, "")
    case .mixture(let components):
      members.append(JSONMember("kind", .string("mixture")))
      var values: [JSONValue] = []
      for (index, component) in components.enumerated() {
        let law = law(component.mean, component.covariance, "components.\(index).")
        values.append(.object([JSONMember("weight", .number(component.weight))] + law))
      }
      members.append(JSONMember("components", .array(values)))
    case .neighbors(let law):
      members.append(JSONMember("kind", .string("neighbors")))
      members += neighbors(law)
    }
    if let image = model.image {
      let sizes = [
        JSONMember("width", .integer(image.width)), JSONMember("height", .integer(image.height)),
        JSONMember("channels", .integer(image.channels)),
      ]
      members.append(JSONMember("image", .object(sizes)))
    }
    if let range = model.range {
      let ends = [JSONValue(range.lowerBound), JSONValue(range.upperBound)]
      members.append(JSONMember("range", .array(ends)))
    }
    if let madeBy = model.madeBy { members.append(JSONMember("madeBy", .string(madeBy))) }
    if let version = model.version { members.append(JSONMember("version", .string(version))) }
    return .object(members)
  }

  private mutating func law(
    _ mean: [Double], _ covariance: CovarianceDescription, _ prefix: String
  ) -> [JSONMember] {
    var members = [vector("mean", mean, prefix)]
    switch covariance {
    case .full(let rows): members.append(matrix("covariance", rows, prefix))
    case .diagonal(let variances): members.append(vector("variances", variances, prefix))
    case .isotropic(let variance): members.append(JSONMember("variance", .number(variance)))
    case .lowRank(let directions, let variances, let rest):
      members.append(matrix("directions", directions, prefix))
      members.append(vector("directionVariances", variances, prefix))
      members.append(JSONMember("rest", .number(rest)))
    }
    return members
  }

  private mutating func neighbors(_ law: NeighborsDescription) -> [JSONMember] {
    let count: JSONValue =
      switch law.neighbors {
      case .all: .string("all")
      case .nearest(let number): .integer(number)
      }
    var members = [
      JSONMember("data", .string(law.data)), JSONMember("smoothing", .number(law.smoothing)),
      JSONMember("shifts", .integer(law.shifts)), JSONMember("neighbors", count),
      JSONMember("remainder", .integer(law.remainder)),
    ]
    if let level = law.exactAbove { members.append(JSONMember("exactAbove", .number(level))) }
    if let scales = law.columnScales { members.append(vector("columnScales", scales, "")) }
    return members
  }

  private mutating func vector(_ key: String, _ numbers: [Double], _ prefix: String) -> JSONMember {
    guard numbers.count > inlineLimit else { return JSONMember(key, JSONValue(numbers)) }
    return aside(key, Tensor(shape: [numbers.count], doubles: numbers), prefix)
  }

  private mutating func matrix(_ key: String, _ rows: [[Double]], _ prefix: String) -> JSONMember {
    let width = rows.first?.count ?? 0
    guard rows.count * width > inlineLimit else {
      return JSONMember(key, .array(rows.map { JSONValue($0) }))
    }
    return aside(key, Tensor(shape: [rows.count, width], doubles: rows.flatMap { $0 }), prefix)
  }

  private mutating func aside(_ key: String, _ tensor: Tensor, _ prefix: String) -> JSONMember {
    tensors.append(NamedTensor(prefix + key, tensor))
    return JSONMember(
      key,
      .object([
        JSONMember("file", .string(sibling)), JSONMember("tensor", .string(prefix + key)),
      ]))
  }
}
