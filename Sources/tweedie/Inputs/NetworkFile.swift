import Arrays
import Diffusion
import Files
import Foundation

/// A trained network in a safetensors file: parameters by name, the data's moments, and a text
/// that says what they are.
struct NetworkFile {
  let score: NetworkScore
  let shape: NetworkShape
  /// The plane in whose coordinates the network works; nil for those of the data.
  let plane: Subspace?
  let image: ImageShape?
  let range: ClosedRange<Float>?
  let name: String
  let madeBy: String?
  /// How good it was after training; nil where the file does not say.
  let heldOut: HeldOutError?

  /// The key of the metadata that marks a model, and what it says.
  private static let format = "tweedie-network-1"

  /// The score of the data.
  var model: any CovarianceScore { Self.model(score, in: plane) }

  static func model(_ score: NetworkScore, in plane: Subspace?) -> any CovarianceScore {
    if let plane { return SubspaceScore(score, in: plane) }
    return score
  }

  // MARK: Writing

  func encode() -> [UInt8] {
    let p = score.preconditioning
    let preconditioning = JSONValue.object([
      JSONMember("target", .string(p.target.rawValue)),
      JSONMember("deviation", .number(p.deviation)),
      JSONMember("sigmaLow", .number(p.range.lowerBound)),
      JSONMember("sigmaHigh", .number(p.range.upperBound)),
    ])
    var metadata = [
      ("format", Self.format), ("network", Self.json(shape).compact),
      ("preconditioning", preconditioning.compact), ("name", name),
    ]
    if let image {
      let shape = JSONValue.object([
        JSONMember("width", .integer(image.width)), JSONMember("height", .integer(image.height)),
        JSONMember("channels", .integer(image.channels)),
      ])
      metadata.append(("image", shape.compact))
    }
    if let range {
      let ends = JSONValue.array([JSONValue(range.lowerBound), JSONValue(range.upperBound)])
      metadata.append(("range", ends.compact))
    }
    if let madeBy { metadata.append(("madeBy", madeBy)) }
    if let heldOut { metadata.append((HeldOutError.key, heldOut.json.compact)) }
    let d = shape.dimension
    var tensors = [NamedTensor("mean", Tensor(shape: [d], doubles: p.mean))]
    let covariance = score.covariance
    if covariance.basis != nil {
      // Half of it says all: of small pictures the whole would be larger than the network.
      let matrix = covariance.matrix
      let lower = (0..<d).flatMap { row in (0...row).map { matrix[row, $0] } }
      tensors.append(
        NamedTensor("covariance.lower", Tensor(shape: [lower.count], doubles: lower)))
    } else {
      tensors.append(
        NamedTensor("variances", Tensor(shape: [d], doubles: covariance.variances)))
    }
    if let plane {
      let sizes = [plane.rank, plane.dimension]
      tensors += [
        NamedTensor("subspace.basis", Tensor(shape: sizes, doubles: plane.basis.values)),
        NamedTensor("subspace.mean", Tensor(shape: [plane.dimension], doubles: plane.mean)),
        NamedTensor("subspace.rest", Tensor(shape: [1], doubles: [plane.rest])),
      ]
    }
    for entry in score.parameters {
      tensors.append(NamedTensor(entry.name, Tensor(shape: entry.sizes, values: entry.values)))
    }
    return Safetensors(metadata: metadata.map { (key: $0.0, text: $0.1) }, tensors: tensors)
      .encode()
  }

  // MARK: Reading

  init(
    score: NetworkScore, shape: NetworkShape, plane: Subspace?, image: ImageShape?,
    range: ClosedRange<Float>?, name: String, madeBy: String?, heldOut: HeldOutError?
  ) {
    self.score = score
    self.shape = shape
    self.plane = plane
    self.image = image
    self.range = range
    self.name = name
    self.madeBy = madeBy
    self.heldOut = heldOut
  }

  /// Reads a model; errors call it `path`.
  init(_ bytes: [UInt8], path: String) throws {
    let file = try Safetensors.parse(bytes, file: path)
    guard file.text("format") == Self.format else {
      let found = file.text("format").map { "\"\($0)\"" } ?? "none"
      throw Failure.data(
        file: path, place: "key \"format\"",
        rule: "a model that can be sampled must say \(Self.format), found \(found); "
          + "tweedie train writes such files")
    }
    let reader = MetadataReader(file: file, path: path)
    shape = try Self.shape(reader)
    let d = shape.dimension
    let mean = try reader.tensor("mean", [d]).doubles
    let covariance = try Self.covariance(reader, d)
    let preconditioning = try Self.preconditioning(reader, mean)
    var parameters: [String: [Float]] = [:]
    for (name, sizes) in shape.parameters {
      parameters[name] = try reader.tensor(name, sizes).values
    }
    guard
      let score = NetworkScore(
        shape, parameters: parameters, preconditioning: preconditioning, covariance: covariance)
    else { throw reader.error("key \"network\"", "it must describe the tensors of the file") }
    self.score = score
    plane = try Self.plane(reader, d)
    image = try Self.image(reader, plane?.dimension ?? d)
    range = try Self.range(reader)
    name =
      file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    madeBy = file.text("madeBy")
    heldOut = try HeldOutError(reader)
  }

  private static func preconditioning(
    _ reader: MetadataReader, _ mean: [Double]
  ) throws -> Preconditioning {
    let json = try reader.object("preconditioning")
    guard let target = json["target"]?.text.flatMap(Preconditioning.Target.init(rawValue:)) else {
      throw reader.error("key \"preconditioning\"", "the target must be one that is known")
    }
    let deviation = try reader.positive(json, "preconditioning", "deviation")
    let low = try reader.positive(json, "preconditioning", "sigmaLow")
    let high = try reader.positive(json, "preconditioning", "sigmaHigh")
    guard low < high else {
      throw reader.error("key \"preconditioning\"", "sigmaLow must lie below sigmaHigh")
    }
    return Preconditioning(target: target, mean: mean, deviation: deviation, range: low...high)
  }

  private static func covariance(_ reader: MetadataReader, _ d: Int) throws -> Covariance {
    for name in ["covariance.lower", "covariance"] where reader.file[name] != nil {
      let isPacked = name != "covariance"
      let values = try reader.tensor(name, isPacked ? [d * (d + 1) / 2] : [d, d]).doubles
      // The lower half speaks for both, so that rounding in a file cannot break symmetry.
      var matrix = Matrix(rows: d, columns: d)
      for row in 0..<d {
        for column in 0...row {
          let value = values[(isPacked ? row * (row + 1) / 2 : row * d) + column]
          (matrix[row, column], matrix[column, row]) = (value, value)
        }
      }
      guard let covariance = Covariance.full(matrix) else {
        throw reader.error("tensor \"\(name)\"", "it must have no negative eigenvalue")
      }
      return covariance
    }
    let variances = try reader.tensor("variances", [d]).doubles
    guard variances.allSatisfy({ $0 >= 0 }) else {
      throw reader.error("tensor \"variances\"", "no variance may be negative")
    }
    return .diagonal(variances)
  }

  private static func plane(_ reader: MetadataReader, _ rank: Int) throws -> Subspace? {
    guard let basis = reader.file["subspace.basis"] else { return nil }
    guard basis.shape.count == 2, basis.shape[0] == rank else {
      throw reader.error(
        "tensor \"subspace.basis\"", "it must have a row for each of \(rank) coordinates")
    }
    let d = basis.shape[1]
    let plane = Subspace(
      mean: try reader.tensor("subspace.mean", [d]).doubles,
      basis: Matrix(rows: rank, columns: d, values: basis.doubles),
      rest: try reader.tensor("subspace.rest", [1]).doubles[0])
    guard let plane else {
      throw reader.error(
        "tensor \"subspace.basis\"",
        "its rows must be orthonormal, and subspace.rest must not be negative")
    }
    return plane
  }

  private static func image(_ reader: MetadataReader, _ d: Int) throws -> ImageShape? {
    guard reader.file.text("image") != nil else { return nil }
    let json = try reader.object("image")
    let sizes = try ["width", "height", "channels"].map {
      try reader.whole(json, "image", $0, 1...100_000)
    }
    let image = ImageShape(width: sizes[0], height: sizes[1], channels: sizes[2])
    guard image.dimension == d else {
      throw reader.error(
        "key \"image\"",
        "width × height × channels must be the dimension \(d), found \(image.dimension)")
    }
    return image
  }

  private static func range(_ reader: MetadataReader) throws -> ClosedRange<Float>? {
    guard reader.file.text("range") != nil else { return nil }
    guard case .array(let ends) = try reader.value("range"), ends.count == 2,
      let low = ends[0].double, let high = ends[1].double, low < high, Float(high).isFinite,
      Float(low).isFinite
    else { throw reader.error("key \"range\"", "it must be two numbers that rise") }
    return Float(low)...Float(high)
  }
}

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
