import ArgumentParser
import Diffusion

/// One of the runs that are compared.
struct Setting: Sendable, Equatable {
  /// The word for a run from the first level on.
  static let noTeleport = "off"
  /// The word for a jump as far as its budget goes.
  static let autoTeleport = "auto"

  let sampler: String
  /// Positive levels; nil where the sampler chooses its own steps.
  let steps: Int?
  /// The error of a step where the sampler chooses its own.
  let tolerance: Double?
  /// off, auto or a noise level.
  let teleport: String

  /// A name for files and messages.
  var name: String {
    let size = steps.map { "\($0)" } ?? "tolerance-\(tolerance?.formatted(digits: 6) ?? "")"
    return "\(sampler)-\(size)-\(teleport)"
  }

  /// What a sentence calls it.
  var words: String {
    let size = steps.map { "\($0) steps" } ?? "tolerance \(tolerance?.formatted(digits: 6) ?? "")"
    let jump = teleport == Setting.noTeleport ? "no teleport" : "teleport \(teleport)"
    return "\(sampler) with \(size) and \(jump)"
  }

  /// Steps or tolerance, for a table.
  var size: String { steps.map { "\($0)" } ?? tolerance?.formatted(digits: 6) ?? "" }

  /// The words of `sample` for this run, over those that all runs share.
  func options(_ shared: SharedOptions) throws -> SamplingOptions {
    var words = ["--sampler", sampler] + shared.words(withBatch: true)
    if let steps { words += ["--steps", "\(steps)"] }
    if let tolerance { words += ["--tolerance", "\(tolerance)"] }
    if teleport != Setting.noTeleport {
      words += ["--teleport", teleport]
      words += shared.jumpWords(auto: teleport == Setting.autoTeleport, adaptive: steps == nil)
    }
    return try SamplingOptions.parse(words)
  }
}
