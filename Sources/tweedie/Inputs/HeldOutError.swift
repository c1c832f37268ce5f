import Diffusion
import Files

/// How good a network was at the end of its training, as its file says it.
struct HeldOutError: Equatable {
  /// The error in the worst band of noise, as a share.
  let share: Double
  /// Of what it is a share.
  let measure: String
  /// That band.
  let sigmas: ClosedRange<Double>
  /// Steps of the training.
  let steps: Int

  /// The key of the metadata.
  static let key = "heldOut"

  /// The worst band of the last report of a training; nil where there is no finite one.
  init?(_ report: TrainingReport) {
    let bands = report.excess.filter { $0.heldOut.isFinite && $0.sigmaLow < $0.sigmaHigh }
    guard let worst = bands.max(by: { $0.heldOut < $1.heldOut }) else { return nil }
    (share, measure, steps) = (worst.heldOut, report.measure.rawValue, report.step)
    sigmas = worst.sigmaLow...worst.sigmaHigh
  }

  /// What a file says; nil where it says nothing.
  init?(_ reader: MetadataReader) throws {
    guard reader.file.text(Self.key) != nil else { return nil }
    let json = try reader.object(Self.key)
    guard let share = json["worst"]?.double, share >= 0, let measure = json["measure"]?.text else {
      throw reader.error(
        "key \"\(Self.key)\"", "worst must be a number that is not negative, measure a text")
    }
    (self.share, self.measure) = (share, measure)
    let low = try reader.positive(json, Self.key, "sigmaLow")
    let high = try reader.positive(json, Self.key, "sigmaHigh")
    guard low < high else {
      throw reader.error("key \"\(Self.key)\"", "sigmaLow must lie below sigmaHigh")
    }
    sigmas = low...high
    steps = try reader.whole(json, Self.key, "steps", 0...Int.max)
  }

  var json: JSONValue {
    .object([
      JSONMember("worst", .number(share)), JSONMember("measure", .string(measure)),
      JSONMember("sigmaLow", .number(sigmas.lowerBound)),
      JSONMember("sigmaHigh", .number(sigmas.upperBound)), JSONMember("steps", .integer(steps)),
    ])
  }

  /// How much of what.
  var shortWords: String { "\((100 * share).formatted(digits: 3)) % of the \(measure)" }

  /// In words, as `show` tells it.
  var words: String {
    "\(shortWords) in the worst band of noise, sigma "
      + "\(sigmas.lowerBound.formatted(digits: 3)) to \(sigmas.upperBound.formatted(digits: 3)), "
      + "after \(steps) steps"
  }
}
