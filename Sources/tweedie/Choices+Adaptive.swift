import Diffusion

/// Samplers that choose their own steps.
extension Choices {
  static let adaptiveSamplers = [
    DormandPrince.facts, BogackiShampine.facts, AdaptiveSDE.facts,
  ]

  /// Samplers of both kinds.
  static var allSamplers: [SamplerFacts] { samplers.map(\.facts) + adaptiveSamplers }

  static func isAdaptive(_ name: String) -> Bool {
    adaptiveSamplers.contains { $0.name == name }
  }

  /// A method that chooses its steps. Absolute tolerances are tied to `scale`, the data's
  /// deviation, or to `range`, what black and white are, where samples are images; a law that is
  /// narrower than usual has all of them smaller by its `width` in deviations.
  static func adaptiveSampler(
    _ options: SamplingOptions, scale: Double, width: Double, range: ClosedRange<Float>?
  ) throws -> any AdaptiveSampler {
    let name = options.sampler
    let foreign = [
      ("--steps", options.steps != nil), ("--schedule", options.schedule != nil),
      ("--eta", options.eta != nil), ("--churn", options.churn != nil),
      ("--noise", options.noise != "step"), ("--corrections", options.corrections != nil),
      ("--snr", options.snr != nil), ("--step-size", options.stepSize != nil),
      ("--sigma", options.sigma != nil), ("--gamma", options.gamma != nil),
      ("--mu", options.mu != nil), ("--order", options.order != nil),
      ("--unipc-b", options.unipcB != nil),
    ]
    for (option, isGiven) in foreign where isGiven {
      throw Failure.usage(
        "\(option) does not go with \(name), which chooses its own steps and noise.")
    }
    let tolerance = options.tolerance ?? defaultTolerance(name)
    switch name {
    case "dormand-prince", "bogacki-shampine":
      try refuseRejection(options)
      return name == "dormand-prince"
        ? DormandPrince(tolerance: width * tolerance, scale: scale)
        : BogackiShampine(tolerance: width * tolerance, scale: scale)
    default:
      let greyLevel = range.map {
        AdaptiveSDE.greyLevel * Double($0.upperBound - $0.lowerBound)
      }
      // The absolute part follows the relative one: it would set the steps by itself otherwise.
      let share = width * tolerance / defaultTolerance(name)
      return AdaptiveSDE(
        tolerance: width * tolerance,
        absolute: share * (greyLevel ?? AdaptiveSDE.shareOfDeviation * scale),
        rejection: try rejection(options.rejection ?? Rejection.bridge.rawValue))
    }
  }

  /// Options of adaptive samplers have no meaning for the others.
  static func refuseAdaptiveOptions(_ options: SamplingOptions) throws {
    if options.tolerance != nil {
      let names = adaptiveSamplers.map(\.name).joined(separator: ", ")
      throw Failure.usage("--tolerance belongs to \(names), not to \(options.sampler).")
    }
    try refuseRejection(options)
  }

  private static func defaultTolerance(_ name: String) -> Double {
    name == AdaptiveSDE.facts.name ? AdaptiveSDE().tolerance : DormandPrince().tolerance
  }

  private static func refuseRejection(_ options: SamplingOptions) throws {
    if options.rejection != nil {
      throw Failure.usage("--rejection belongs to adaptive-sde, not to \(options.sampler).")
    }
  }

  private static func rejection(_ name: String) throws -> Rejection {
    guard let rejection = Rejection(rawValue: name) else {
      throw unknown("rejection", name, Rejection.allCases.map(\.rawValue))
    }
    return rejection
  }
}
