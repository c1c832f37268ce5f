extension ModelDescription {
  /// Reads a JSON description and the arrays kept beside it.
  ///
  /// Paths inside stay as written; see `NeighborsDescription.resolved(relativeTo:)`.
  ///
  /// - Throws: `notFound`; `badData` naming line and column where the JSON is broken, and the key
  ///   where a value is missing, unknown, of the wrong kind, length or sign.
  public static func read(_ path: String) throws(FileError) -> ModelDescription {
    try parse(FileBytes.read(path), file: path)
  }

  /// The description in `bytes`, which stand for the file at `file`.
  public static func parse(_ bytes: [UInt8], file: String) throws(FileError) -> ModelDescription {
    try identified(bytes, file: file).model
  }

  /// The description in `bytes`, and the digest of these and of the files of arrays it names, in the
  /// order in which they come up; of the bytes alone where it names none.
  public static func identified(
    _ bytes: [UInt8], file: String
  ) throws(FileError) -> (model: ModelDescription, digest: String) {
    let whole = KeyedJSON(value: try JSONReader.parse(bytes, file: file), path: "", file: file)
    let arrays = ModelArrays(file: file)
    let model = try ModelReader(arrays: arrays).model(whole)
    return (model, SHA256.joined([SHA256.digest(of: bytes)] + arrays.digests))
  }
}

/// Reads the objects of a description, one function each.
private struct ModelReader {
  let arrays: ModelArrays

  private static let common = ["format", "version", "kind", "image", "range", "name", "madeBy"]
  private static let law = [
    "mean", "covariance", "variances", "variance", "directions", "directionVariances", "rest",
  ]

  func model(_ json: KeyedJSON) throws(FileError) -> ModelDescription {
    guard case .object = json.value else {
      throw json.error("a model description must be an object, found \(json.value.kindWords)")
    }
    try checkFormat(json)
    guard let kind = json.value["kind"] else { throw json.error("the key \"kind\" must be there") }
    var model: ModelDescription
    let keys: [String: KeyedJSON]
    switch kind.text {
    case "gaussian":
      keys = try json.object(allowing: Self.common + Self.law)
      model = ModelDescription(kind: .gaussian(try gaussian(keys, json)))
    case "mixture":
      keys = try json.object(allowing: Self.common + ["components"])
      model = ModelDescription(kind: .mixture(try components(required("components", keys, json))))
    case "neighbors":
      keys = try json.object(
        allowing: Self.common + [
          "data", "smoothing", "shifts", "neighbors", "remainder", "exactAbove", "columnScales",
        ])
      model = ModelDescription(kind: .neighbors(try neighbors(keys, json)))
    default:
      let kinds = ["gaussian", "mixture", "neighbors"]
      throw KeyedJSON(value: kind, path: "kind", file: json.file).error(
        "the kind must be \"gaussian\", \"mixture\" or \"neighbors\", found \(kind.kindWords)"
          + Suggestion.words(for: kind.text ?? "", among: kinds))
    }
    if let image = keys["image"] { model.image = try self.image(image, model.dimension) }
    if let range = keys["range"] { model.range = try self.range(range) }
    model.name = try keys["name"]?.text()
    model.madeBy = try keys["madeBy"]?.text()
    model.version = try keys["version"]?.text()
    return model
  }

  /// Before all else: what a later format means by its other keys is not known.
  private func checkFormat(_ json: KeyedJSON) throws(FileError) {
    guard let value = json.value["format"] else { return }
    let key = KeyedJSON(value: value, path: "format", file: json.file)
    let format = try key.whole(from: 1)
    guard format > ModelDescription.format else { return }
    let writer = json.value["version"]?.text.map { "tweedie \($0)" } ?? "a later tweedie"
    throw key.error(
      "the format must be at most \(ModelDescription.format), found \(format), which \(writer) "
        + "wrote: read it with that version or a later one")
  }

  private func required(_ key: String, _ keys: [String: KeyedJSON], _ json: KeyedJSON)
    throws(FileError) -> KeyedJSON
  {
    guard let value = keys[key] else { throw json.error("the key \"\(key)\" must be there") }
    return value
  }

  private func gaussian(_ keys: [String: KeyedJSON], _ json: KeyedJSON) throws(FileError)
    -> GaussianDescription
  {
    let meanKey = try required("mean", keys, json)
    let mean = try arrays.vector(meanKey)
    guard !mean.isEmpty else { throw meanKey.error("a mean must hold at least one number") }
    return GaussianDescription(
      mean: mean, covariance: try covariance(keys, json, dimension: mean.count))
  }

  private func components(_ json: KeyedJSON) throws(FileError) -> [ComponentDescription] {
    var components: [ComponentDescription] = []
    for element in try json.elements() {
      let keys = try element.object(allowing: ["weight"] + Self.law)
      let weightKey = try required("weight", keys, element)
      let weight = try weightKey.number()
      guard weight > 0 else {
        throw weightKey.error("a weight must be positive, found \(weight)")
      }
      let law = try gaussian(keys, element)
      if let first = components.first, first.mean.count != law.mean.count {
        throw element.error(
          "every mean must have the length of the first, \(first.mean.count), found \(law.mean.count)"
        )
      }
      components.append(
        ComponentDescription(weight: weight, mean: law.mean, covariance: law.covariance))
    }
    guard !components.isEmpty else {
      throw json.error("a mixture must have at least one component")
    }
    return components
  }

  private func covariance(_ keys: [String: KeyedJSON], _ json: KeyedJSON, dimension: Int)
    throws(FileError) -> CovarianceDescription
  {
    let given = ["covariance", "variances", "variance", "directions"].filter { keys[$0] != nil }
    guard given.count == 1 else {
      let found = given.isEmpty ? "none" : given.joined(separator: " and ")
      throw json.error(
        "one of covariance, variances, variance and directions must be there, found \(found)")
    }
    if given != ["directions"], let stray = keys["directionVariances"] ?? keys["rest"] {
      throw stray.error("the key may stand only beside directions")
    }
    if let full = keys["covariance"] {
      return .full(try symmetric(try arrays.matrix(full), full, dimension: dimension))
    }
    if let diagonal = keys["variances"] {
      return .diagonal(try variances(diagonal, count: dimension, "the mean has numbers"))
    }
    if let variance = keys["variance"] { return .isotropic(try variance.variance()) }
    let directionsKey = try required("directions", keys, json)
    let directions = try arrays.matrix(directionsKey)
    guard directions.count <= dimension else {
      throw directionsKey.error(
        "there must be at most \(dimension) directions, found \(directions.count)")
    }
    for (index, row) in directions.enumerated() where row.count != dimension {
      throw directionsKey.error(
        "every row must have the length of the mean, \(dimension), but row \(index) has \(row.count)"
      )
    }
    let values = try variances(
      required("directionVariances", keys, json), count: directions.count, "there are directions")
    return .lowRank(
      directions: directions, variances: values,
      rest: try required("rest", keys, json).variance())
  }

  private func variances(_ json: KeyedJSON, count: Int, _ why: String) throws(FileError)
    -> [Double]
  {
    let values = try arrays.vector(json)
    guard values.count == count else {
      throw json.error("there must be as many as \(why), \(count), found \(values.count)")
    }
    if let index = values.firstIndex(where: { $0 < 0 }) {
      throw json.error("a variance must not be negative, found \(values[index]) at [\(index)]")
    }
    return values
  }

  /// Differences across the diagonal up to this share of the largest entry are rounding of
  /// decimals, and are evened out.
  private static let asymmetry = 1e-6

  private func symmetric(_ rows: [[Double]], _ json: KeyedJSON, dimension: Int) throws(FileError)
    -> [[Double]]
  {
    guard rows.count == dimension else {
      throw json.error(
        "there must be \(dimension) rows, as the mean has numbers, found \(rows.count)")
    }
    for (index, row) in rows.enumerated() where row.count != dimension {
      throw json.error(
        "every row must have \(dimension) numbers, but row \(index) has \(row.count)")
    }
    let largest = rows.reduce(0) { max($0, $1.reduce(0) { max($0, abs($1)) }) }
    var result = rows
    for i in 0..<dimension {
      guard rows[i][i] >= 0 else {
        throw json.error("a variance must not be negative, found \(rows[i][i]) at [\(i)][\(i)]")
      }
      for j in 0..<i where rows[i][j] != rows[j][i] {
        guard abs(rows[i][j] - rows[j][i]) <= Self.asymmetry * largest else {
          throw json.error(
            "a covariance must be symmetric, but [\(i)][\(j)] is \(rows[i][j]) and [\(j)][\(i)] is "
              + "\(rows[j][i])")
        }
        result[i][j] = (rows[i][j] + rows[j][i]) / 2
        result[j][i] = result[i][j]
      }
    }
    return result
  }

  private func neighbors(_ keys: [String: KeyedJSON], _ json: KeyedJSON) throws(FileError)
    -> NeighborsDescription
  {
    let dataKey = try required("data", keys, json)
    var law = NeighborsDescription(data: try dataKey.text())
    if let key = keys["smoothing"] {
      law.smoothing = try key.number()
      guard law.smoothing >= 0 else {
        throw key.error("the smoothing must not be negative, found \(law.smoothing)")
      }
    }
    if let key = keys["exactAbove"] {
      let sigma = try key.number()
      guard sigma > 0 else {
        throw key.error("a noise level must be positive, found \(sigma)")
      }
      law.exactAbove = sigma
    }
    if let key = keys["columnScales"] {
      let scales = try arrays.vector(key)
      guard !scales.isEmpty, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw key.error("every column must have a positive width")
      }
      law.columnScales = scales
    }
    guard !law.data.isEmpty else { throw dataKey.error("the data must be named, found nothing") }
    if let shifts = keys["shifts"] {
      law.shifts = try shifts.whole(from: 1)
      guard law.shifts <= Self.shiftLimit else {
        throw shifts.error("there must be at most \(Self.shiftLimit) shifts, found \(law.shifts)")
      }
    }
    if let remainder = keys["remainder"] { law.remainder = try remainder.whole(from: 0) }
    if let count = keys["neighbors"], count.value != .string("all") {
      guard let number = count.value.int, number >= 1 else {
        throw count.error(
          "the value must be \"all\" or a whole number from 1, found \(count.value.kindWords)")
      }
      law.neighbors = .nearest(number)
    }
    return law
  }

  /// More shifts than this blur any data to its mean.
  private static let shiftLimit = 100_000

  /// Sides beyond this are no picture this program could draw.
  private static let sideLimit = 1 << 20

  private func image(_ json: KeyedJSON, _ dimension: Int?) throws(FileError) -> ImageShape {
    let keys = try json.object(allowing: ["width", "height", "channels"])
    let shape = ImageShape(
      width: try required("width", keys, json).whole(from: 1),
      height: try required("height", keys, json).whole(from: 1),
      channels: try required("channels", keys, json).whole(from: 1))
    guard shape.channels == 1 || shape.channels == 3 else {
      throw json.error("a picture must have 1 or 3 channels, found \(shape.channels)")
    }
    guard shape.width <= Self.sideLimit, shape.height <= Self.sideLimit else {
      throw json.error("a side must have at most \(Self.sideLimit) pixels")
    }
    if let dimension, dimension != shape.dimension {
      throw json.error(
        "width × height × channels must be the length of the mean, \(dimension), found "
          + "\(shape.dimension)")
    }
    return shape
  }

  private func range(_ json: KeyedJSON) throws(FileError) -> ClosedRange<Float> {
    let ends = try json.numbers()
    guard ends.count == 2, Float(ends[0]) < Float(ends[1]) else {
      throw json.error("a range must be two numbers, the lower first, found \(ends)")
    }
    return Float(ends[0])...Float(ends[1])
  }
}
