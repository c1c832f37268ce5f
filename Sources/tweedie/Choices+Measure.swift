import Diffusion
import Foundation

/// Lists of words for `measure`, turned into settings.
extension Choices {
  /// Tolerances that take the place of steps for samplers that choose their own.
  static let measuredTolerances = "0.1,0.03,0.01,0.003,0.001"

  /// Every sampler with every number of steps and every teleportation; the run without
  /// teleportation is always among them, because savings are told against it.
  static func settings(
    samplers: String, steps: String, tolerances: String?, teleport: String
  ) throws -> [Setting] {
    let names = try list(samplers, "--samplers").map(samplerName)
    try refuseTwice(names, "--samplers")
    for name in names {
      guard allSamplers.contains(where: { $0.name == name }) else {
        throw unknown("sampler", name, allSamplers.map(\.name))
      }
      guard !holdsOneLevel(name) else {
        throw Failure.usage(
          "\(name) moves at one noise level and makes no samples of the data; measure takes "
            + "samplers that walk down to 0.")
      }
    }
    let steps = try list(steps, "--steps").map { word in
      guard let number = Int(word), (1...1_000_000).contains(number) else {
        throw Failure.usage("--steps takes numbers from 1 to 1000000, not \(word).")
      }
      return number
    }
    try refuseTwice(steps.map { "\($0)" }, "--steps")
    guard steps != [1] else {
      throw Failure.usage(
        "--steps takes at least one number of two or more: a single level has no trajectory.")
    }
    let tolerances = try list(tolerances ?? measuredTolerances, "--tolerances").map { word in
      guard let number = Double(word), number > 0, number.isFinite else {
        throw Failure.usage("--tolerances takes positive numbers, not \(word).")
      }
      return number
    }
    let jumps = try list(teleport, "--teleport").map(teleportWord)
    try refuseTwice(jumps, "--teleport")
    let ordered = [Setting.noTeleport] + jumps.filter { $0 != Setting.noTeleport }
    return names.flatMap { name in
      ordered.flatMap { jump in
        isAdaptive(name)
          ? tolerances.sorted(by: >).map {
            Setting(sampler: name, steps: nil, tolerance: $0, teleport: jump)
          }
          : steps.sorted().map {
            Setting(sampler: name, steps: $0, tolerance: nil, teleport: jump)
          }
      }
    }
  }

  private static func teleportWord(_ word: String) throws -> String {
    if ["off", "auto"].contains(word) { return word }
    guard let sigma = Double(word), sigma > 0, sigma.isFinite else {
      throw Failure.usage("--teleport takes off, auto or a positive noise level, not \(word).")
    }
    // One level has one name: 3.260 is 3.26, and 1.0 is 1.
    let short = sigma.formatted(digits: 6)
    return Double(short) == sigma ? short : "\(sigma)"
  }

  /// Words between commas, none of them empty or named twice.
  private static func list(_ words: String, _ option: String) throws -> [String] {
    let parts = words.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard parts.allSatisfy({ !$0.isEmpty }) else {
      throw Failure.usage("\(option) takes words between commas, not \"\(words)\".")
    }
    try refuseTwice(parts, option)
    return parts
  }

  private static func refuseTwice(_ words: [String], _ option: String) throws {
    if let twice = words.first(where: { word in words.count { $0 == word } > 1 }) {
      throw Failure.usage("\(option) names \(twice) twice.")
    }
  }
}
