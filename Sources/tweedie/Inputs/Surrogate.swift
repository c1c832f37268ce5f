import Arrays
import Diffusion
import Files
import Foundation
import ReadyModels

/// The simpler law that a jump takes for the model's.
enum Surrogate {
  case gaussian(GaussianScore)
  case mixture(MixtureScore)
  /// The points themselves, and the digest of the model that names them.
  case neighbors(EmpiricalScore, digest: String)

  var score: any MomentScore & ReverseTransitionScore {
    switch self {
    case .gaussian(let score): score
    case .mixture(let score): score
    case .neighbors(let score, _): score
    }
  }

  /// The jump for a sampler that draws noise, or for one that does not.
  func jump(stochastic: Bool) -> any Teleport {
    switch self {
    case .gaussian(let score):
      stochastic ? ReverseJump(score, kind: "gaussian-transition") : GaussianFlow(score)
    case .mixture(let score):
      stochastic
        ? ReverseJump(score, kind: "mixture-transition")
        : ScoreFlow(score, kind: "mixture-flow")
    case .neighbors(let score, _):
      stochastic
        ? ReverseJump(score, kind: "neighbors-transition")
        : ScoreFlow(score, kind: "neighbors-flow")
    }
  }

  /// The Gaussian with the model's own mean and covariance.
  static func own(of model: LoadedModel) throws -> Surrogate {
    guard let score = model.score as? any CovarianceScore else {
      throw Failure.usage(
        "The covariance of \(model.name) is not known; name data or a model for the jump with "
          + "--teleport-moments.")
    }
    return .gaussian(GaussianScore(mean: score.mean, covariance: score.covariance))
  }

  /// By the word for it: data, to which a Gaussian is fitted, or a model.
  static func read(_ word: String, for model: LoadedModel, _ workers: Workers) throws -> Surrogate {
    let isFile = FileManager.default.fileExists(atPath: word)
    let isModel = word.hasSuffix(".json") || (!isFile && ReadyModels.names.contains(word))
    let expected = model.score.dimension
    let mismatch = { (found: Int) in
      Failure.usage(
        "--teleport-moments \(word) has \(found) coordinates, the model \(model.name) \(expected).")
    }
    if isModel {
      let surrogate = try Self.model(word, in: .like(model.frame))
      guard surrogate.score.dimension == expected else {
        throw mismatch(surrogate.score.dimension)
      }
      return surrogate
    }
    // Bytes of pictures become the model's units, all else its coordinates.
    var data = try DataSource.read(
      word, range: model.range ?? -1...1, about: .given(model.frame.origin))
    guard data.points.dimension == expected else { throw mismatch(data.points.dimension) }
    data.move(into: model.frame)
    return .gaussian(
      GaussianFit(
        data.points, units: model.image == nil ? .columns : .common, workers: workers
      ).score)
  }

  private static func model(_ word: String, in coordinates: ModelCoordinates) throws -> Surrogate {
    let model = try LoadedModel.load(word, in: coordinates)
    switch model.score {
    case let score as GaussianScore: return .gaussian(score)
    case let score as MixtureScore: return .mixture(score)
    case let score as EmpiricalScore: return .neighbors(score, digest: model.digest)
    case let score as NearestNeighborScore:
      return .neighbors(score.exact, digest: model.digest)
    default:
      throw Failure.usage(
        "--teleport-moments takes data or a model of kind gaussian, mixture or neighbors; \(word) "
          + "is none.")
    }
  }

  /// What to say where the surrogate does not seem to be in the model's units.
  func warning(for model: LoadedModel, named word: String) -> String? {
    let (own, other) = (model.score, score)
    let ratio = other.deviation / max(own.deviation, .leastNormalMagnitude)
    let away = zip(own.mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      .squareRoot()
    let isFar = away > own.totalVariance.squareRoot()
    guard !(1 / Self.likely...Self.likely).contains(ratio) || isFar else { return nil }
    let (a, b) = (other.deviation.formatted(digits: 3), own.deviation.formatted(digits: 3))
    return "note: --teleport-moments \(word) has deviation \(a), the model \(b)"
      + (isFar ? ", and means lie \(away.formatted(digits: 3)) apart" : "")
      + "; are both in the same units? Pictures in [0, 1] and in [-1, 1] are not."
  }

  /// Deviations of one law in one unit agree within this factor; [0, 1] and [−1, 1] make two.
  private static let likely = 1.5

  /// All that the score is made of, for keys.
  var digest: String {
    var numbers: [Double] = []
    func add(_ component: MixtureScore.Component) {
      numbers += [component.weight] + component.mean + component.covariance.variances
      numbers += [component.covariance.rest] + (component.covariance.basis?.values ?? [])
    }
    switch self {
    case .gaussian(let score):
      add(.init(weight: 1, mean: score.mean, covariance: score.covariance))
    case .mixture(let score): score.components.forEach(add)
    case .neighbors(_, let digest): return digest
    }
    return SHA256.digest(
      of: numbers.flatMap { number in
        (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt64($0))) }
      })
  }
}
