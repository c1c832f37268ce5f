import Arrays
import Diffusion
import Files
import Foundation

extension NetworkFile {
  /// Reads a model; errors call it `path`.
  init(_ bytes: [UInt8], path: String) throws {
    let file = try Safetensors.parse(bytes, file: path)
    if let later = Self.later(file) {
      throw Failure.data(file: path, place: "key \"format\"", rule: later)
    }
    guard file.text("format") == Self.format else {
      let found = file.text("format").map { "\"\(Legible.value($0))\"" } ?? "none"
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
    frame = try Self.frame(reader, plane?.dimension ?? d)
    image = try Self.image(reader, plane?.dimension ?? d)
    range = try Self.range(reader)
    name =
      file.text("name") ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    madeBy = file.text("madeBy")
    heldOut = try HeldOutError(reader)
  }

  /// What to say of a file of a later format; nil of others.
  private static func later(_ file: Safetensors) -> String? {
    let stem = format.prefix { !$0.isNumber }
    guard let text = file.text("format"), text.hasPrefix(stem),
      let number = Int(text.dropFirst(stem.count)), text != format, number > 1
    else { return nil }
    let writer = file.text("version").map { "tweedie \($0)" } ?? "a later tweedie"
    return "the format must be at most \(format), found \(text), which \(writer) wrote: read it "
      + "with that version or a later one"
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

  private static func frame(_ reader: MetadataReader, _ d: Int) throws -> Frame {
    guard reader.file.text(frameKey) != nil else { return Frame(dimension: d) }
    let json = try reader.object(frameKey)
    let numbers = try ["origin", "scale"].map { key -> [Double] in
      guard case .array(let values)? = json[key], values.count == d else {
        throw reader.error("key \"\(frameKey)\"", "\(key) must be a list of \(d) numbers")
      }
      return values.compactMap(\.double)
    }
    guard numbers.allSatisfy({ $0.count == d && $0.allSatisfy(\.isFinite) }),
      numbers[1].allSatisfy({ $0 > 0 })
    else {
      throw reader.error("key \"\(frameKey)\"", "it must hold finite numbers, scales positive")
    }
    return Frame(origin: numbers[0], scale: numbers[1])
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
