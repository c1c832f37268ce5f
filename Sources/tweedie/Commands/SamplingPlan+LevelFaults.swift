import Diffusion
import Files

/// Levels that follow from numbers of the user's, checked before anything walks them.
extension SamplingPlan {
  /// Options that shape a grid, each with what takes it back.
  private static var shaping: [Shaping] {
    [
      Shaping(name: "--rho", number: { $0.rho }, without: { $0.rho = nil }),
      Shaping(name: "--beta-max", number: { $0.betaMax }, without: { $0.betaMax = nil }),
      Shaping(name: "--beta-min", number: { $0.betaMin }, without: { $0.betaMin = nil }),
      Shaping(name: "--time-end", number: { $0.timeEnd }, without: { $0.timeEnd = nil }),
      Shaping(name: "--sigma-max", number: { $0.sigmaMax }, without: { $0.sigmaMax = nil }),
      Shaping(name: "--sigma-min", number: { $0.sigmaMin }, without: { $0.sigmaMin = nil }),
      Shaping(name: "--steps", number: { $0.steps.map(Double.init) }, without: { $0.steps = nil }),
    ]
  }

  private struct Shaping {
    let name: String
    let number: (SamplingOptions) -> Double?
    let without: (inout SamplingOptions) -> Void
  }

  /// Refuses options whose levels make no grid, naming those without which they would; `fault` tells
  /// what is wrong with the levels of some options.
  static func checkLevels(
    _ options: SamplingOptions, _ model: LoadedModel, fault: (SamplingOptions) throws -> LevelFault?
  ) throws {
    guard let found = try fault(options) else { return }
    let given = shaping.filter { $0.number(options) != nil }
    var guilty = given.filter { option in
      var others = options
      option.without(&others)
      return (try? fault(others)) == .some(nil)
    }
    // Two steps are the ends alone, which hides what others do in between.
    if guilty.count > 1 { guilty.removeAll { $0.name == "--steps" } }
    let named = (guilty.isEmpty ? given : guilty).map { option in
      "\(option.name) \(option.number(options).map { $0.formatted(digits: 7) } ?? "")"
    }
    let cause =
      named.isEmpty
      ? "The deviation of \(model.name), \(model.score.deviation.formatted(digits: 3)),"
      : named.joined(separator: " and ")
    let verb = named.count > 1 ? "give" : "gives"
    throw Failure.usage("\(cause) \(verb) noise levels that \(words(found)).")
  }

  /// The fault, as the end of a sentence about levels.
  static func words(_ fault: LevelFault) -> String {
    let range = NoiseLevels.sigmaRange
    let (low, high) = (range.lowerBound.formatted(digits: 3), range.upperBound.formatted(digits: 3))
    switch fault {
    case .outside(let sigma):
      return sigma.isFinite
        ? "reach sigma \(sigma.formatted(digits: 3)), outside the range of \(low) to \(high)"
        : "are not finite"
    case .notFalling(let sigma):
      return "coincide at sigma \(sigma.formatted(digits: 4)) instead of falling"
    case .noTime(let sigma):
      return "lie beyond the end of the process's time at sigma \(sigma.formatted(digits: 4))"
    }
  }
}
