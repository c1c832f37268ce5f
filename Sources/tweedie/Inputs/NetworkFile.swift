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
  /// The coordinates that the score is in.
  let frame: Frame
  let image: ImageShape?
  let range: ClosedRange<Float>?
  let name: String
  let madeBy: String?
  /// How good it was after training; nil where the file does not say.
  let heldOut: HeldOutError?

  /// The key of the metadata with what was taken off each column of the data, and what the rest was
  /// divided by.
  static let frameKey = "columns"
  /// The key of the metadata that marks a model, and what it says.
  static let format = "tweedie-network-1"

  /// The score of the data.
  var model: any CovarianceScore { Self.model(score, in: plane) }

  static func model(_ score: NetworkScore, in plane: Subspace?) -> any CovarianceScore {
    if let plane { return SubspaceScore(score, in: plane) }
    return score
  }

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
    if !frame.isIdentity {
      let coordinates = JSONValue.object([
        JSONMember("origin", JSONValue(frame.origin)), JSONMember("scale", JSONValue(frame.scale)),
      ])
      metadata.append((Self.frameKey, coordinates.compact))
    }
    metadata.append(("version", Tweedie.version))
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

  init(
    score: NetworkScore, shape: NetworkShape, plane: Subspace?, frame: Frame,
    image: ImageShape?, range: ClosedRange<Float>?, name: String, madeBy: String?,
    heldOut: HeldOutError?
  ) {
    self.score = score
    self.shape = shape
    self.plane = plane
    self.frame = frame
    self.image = image
    self.range = range
    self.name = name
    self.madeBy = madeBy
    self.heldOut = heldOut
  }
}
