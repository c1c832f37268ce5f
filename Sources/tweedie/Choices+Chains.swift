import Diffusion

/// Words about Markov chains and noise paths turned into values.
extension Choices {
  /// Whether a method moves at one noise level instead of down a grid.
  static func holdsOneLevel(_ name: String) -> Bool {
    [Langevin.facts.name, MALA.facts.name].contains(name)
  }

  static func chain(_ name: String, _ settings: SamplerSettings) throws -> any Sampler {
    switch name {
    case "langevin": return Langevin(stepSize: settings.stepSize ?? Langevin().stepSize)
    case "mala":
      guard let density = settings.density else {
        throw Failure.usage(
          "The sampler mala needs a model whose density is known (a Gaussian, a mixture, data "
            + "without smoothing); langevin does without.")
      }
      return MALA(density: density, stepSize: settings.stepSize)
    case "annealed-langevin":
      let usual = AnnealedLangevin()
      return AnnealedLangevin(
        corrections: settings.corrections ?? usual.corrections,
        stepSize: settings.stepSize ?? usual.stepSize)
    default:
      let usual = PredictorCorrector()
      return PredictorCorrector(
        corrections: settings.corrections ?? usual.corrections,
        signalToNoise: settings.signalToNoise ?? usual.signalToNoise)
    }
  }

  /// Each option only where it means something, within its range.
  static func checkChainOptions(_ name: String, _ settings: SamplerSettings) throws {
    let options: [(given: Bool, option: String, samplers: [String])] = [
      (settings.corrections != nil, "--corrections", ["predictor-corrector", "annealed-langevin"]),
      (settings.signalToNoise != nil, "--snr", ["predictor-corrector"]),
      (settings.stepSize != nil, "--step-size", ["langevin", "mala", "annealed-langevin"]),
    ]
    for (given, option, samplers) in options where given && !samplers.contains(name) {
      let owners = samplers.joined(separator: ", ")
      let noun = samplers.count == 1 ? "sampler" : "samplers"
      throw Failure.usage("\(option) belongs to the \(noun) \(owners), not to \(name).")
    }
  }

  /// What trajectories start from.
  enum Start: String, CaseIterable {
    case data, prior
  }

  static func start(_ name: String) throws -> Start {
    guard let start = Start(rawValue: name) else {
      throw unknown("start", name, Start.allCases.map(\.rawValue))
    }
    return start
  }

  /// What the noise of steps is addressed by.
  static func increments(_ name: String) throws -> any Increments {
    switch name {
    case "step": IndependentIncrements()
    case "path": BrownianPath()
    default: throw unknown("noise", name, ["step", "path"])
    }
  }
}
