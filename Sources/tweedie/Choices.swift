import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// Words from the user turned into values: the only place with strings that choose.
enum Choices {
  // MARK: Samplers

  /// Numbers that only some methods take.
  struct SamplerSettings {
    var steps: Int
    /// Steps of the grid before a jump took some of them.
    var stepsBefore: Int
    var eta: Double?
    var churn: Double?
    var corrections: Int?
    var signalToNoise: Double?
    var stepSize: Double?
    var density: (any DensityScore)?
    var gamma: Double?
    var mu: Double?
    var order: Int?
    var base: Int?
  }

  /// Every method by name, with the number of steps it takes when none is given.
  static let samplers: [(facts: SamplerFacts, defaultSteps: Int)] = [
    (Euler.facts, 50), (Heun.facts, 32), (EDM.facts, 64), (EulerMaruyama.facts, 500),
    (Ancestral.facts, 200), (ExponentialIntegrator.facts, 500), (DPM2M.facts, 32),
    (DPM3M.facts, 32), (UniPC.facts, 32), (GradientEstimation.facts, 32), (DPM2MSDE.facts, 100),
    (DPM3MSDE.facts, 100), (PredictorCorrector.facts, 200), (Langevin.facts, 1000),
    (MALA.facts, 1000), (AnnealedLangevin.facts, 100), (Midpoint.facts, 32),
  ]

  static func defaultSteps(_ name: String) -> Int {
    samplers.first { $0.facts.name == name }?.defaultSteps ?? 32
  }

  static func sampler(_ name: String, _ settings: SamplerSettings) throws -> any Sampler {
    let method: any Sampler =
      switch name {
      case "euler": Euler()
      case "heun": Heun()
      // Each step that is left churns as much as it would without a jump.
      case "edm": EDM(churn: settings.churn ?? 20, steps: settings.stepsBefore)
      case "euler-maruyama": EulerMaruyama()
      case "midpoint": Midpoint()
      case "ancestral": Ancestral(eta: settings.eta ?? 1)
      case "predictor-corrector", "langevin", "mala", "annealed-langevin":
        try chain(name, settings)
      case "exponential-integrator": ExponentialIntegrator()
      case "dpm++2m": DPM2M()
      case "dpm++3m": DPM3M()
      case "dpm++2m-sde": DPM2MSDE(eta: settings.eta ?? 1)
      case "dpm++3m-sde": DPM3MSDE(eta: settings.eta ?? 1)
      case "unipc":
        UniPC(
          order: settings.order ?? 2, base: try unipcBase(settings.base), steps: settings.steps)
      case "gradient-estimation":
        GradientEstimation(gamma: settings.gamma ?? 2, mu: settings.mu ?? 0)
      default: throw unknown("sampler", name, allSamplers.map(\.name))
      }
    let owners: [(option: String, given: Bool, samplers: [String])] = [
      ("--eta", settings.eta != nil, ["ancestral", "dpm++2m-sde", "dpm++3m-sde"]),
      ("--churn", settings.churn != nil, ["edm"]),
      ("--gamma", settings.gamma != nil, ["gradient-estimation"]),
      ("--mu", settings.mu != nil, ["gradient-estimation"]),
      ("--order", settings.order != nil, ["unipc"]),
      ("--unipc-b", settings.base != nil, ["unipc"]),
    ]
    for owner in owners where owner.given && !owner.samplers.contains(name) {
      let plural = owner.samplers.count > 1 ? "samplers" : "sampler"
      throw Failure.usage(
        "\(owner.option) belongs to the \(plural) \(owner.samplers.joined(separator: ", ")), "
          + "not to \(name).")
    }
    try checkChainOptions(name, settings)
    return method
  }

  private static func unipcBase(_ number: Int?) throws -> UniPC.Base {
    guard let base = UniPC.Base(rawValue: number ?? UniPC.Base.exponential.rawValue) else {
      throw Failure.usage("--unipc-b takes 1 for B(h) = h or 2 for B(h) = e^h - 1.")
    }
    return base
  }

  // MARK: Noise

  static let processes: [(name: String, summary: String)] = [
    ("ve", "variance exploding, sigma = t (EDM)"),
    ("ve-geometric", "variance exploding, sigma geometric in t"),
    ("vp", "variance preserving, beta linear in t (--beta-min, --beta-max)"),
    ("sub-vp", "sub-variance preserving, beta linear in t (--beta-min, --beta-max)"),
    ("cosine", "s = cos(pi t/2), sigma = tan(pi t/2)"),
    ("line", "straight line from data to noise (flow matching)"),
  ]

  /// A process by its name. Those that keep their variance, or run along a line, do so for data of
  /// deviation `unit`.
  static func process(
    _ name: String, range: ClosedRange<Double>, beta: ClosedRange<Double>, unit: Double
  ) throws -> NoiseProcess {
    let process = try publishedProcess(name, range: range, beta: beta)
    return process.keepsScale || unit == 1 ? process : .inUnits(of: unit, process)
  }

  /// What a process and the cosine schedule take for one: the data's deviation, or 1 as published.
  static func processUnit(_ options: SamplingOptions, _ model: LoadedModel) throws -> Double {
    switch options.processUnit {
    case "data": return model.lengthUnit
    case "one":
      guard !model.frame.movesOrigin else {
        throw Failure.usage(
          "--process-unit one is for data about zero; that of \(model.name) lies far from it.")
      }
      return 1
    default: throw unknown("process unit", options.processUnit, ["data", "one"])
    }
  }

  /// The coordinates that samples are drawn in.
  static func coordinates(_ options: SamplingOptions) throws -> ModelCoordinates {
    let coordinates = try coordinates(options.columns)
    // States of one's own have one σ.
    return coordinates == .automatic && options.initial != nil ? .raw : coordinates
  }

  static func coordinates(_ word: String) throws -> ModelCoordinates {
    switch word {
    case "auto": .automatic
    case "raw": .raw
    case "proportional": .proportional
    default: throw unknown("kind of columns", word, ["auto", "raw", "proportional"])
    }
  }

  private static func publishedProcess(
    _ name: String, range: ClosedRange<Double>, beta: ClosedRange<Double>
  ) throws -> NoiseProcess {
    switch name {
    case "ve": .varianceExploding
    case "ve-geometric": .geometric(sigmaMin: range.lowerBound, sigmaMax: range.upperBound)
    case "vp": .variancePreserving(betaMin: beta.lowerBound, betaMax: beta.upperBound)
    case "sub-vp": .subVariancePreserving(betaMin: beta.lowerBound, betaMax: beta.upperBound)
    case "cosine": .cosine
    case "line": .line
    default: throw unknown("process", name, processes.map(\.name))
    }
  }

  static let schedules: [(name: String, summary: String)] = [
    ("karras", "powers of evenly spaced roots, --rho 7"),
    ("log-linear", "evenly in log sigma"),
    ("process", "evenly in the time of the process"),
    ("cosine", "sigma = tan(pi u/2), evenly in u"),
    ("FILE", "the levels themselves, falling, one a row (.npy, .csv)"),
  ]

  /// Karras' own.
  static let defaultRho = 7.0

  /// Methods that step in log σ, whatever the process.
  private static let exponentialMethods: Set = [
    DPM2M.facts.name, DPM3M.facts.name, DPM2MSDE.facts.name, DPM3MSDE.facts.name, UniPC.facts.name,
  ]

  /// The schedule unless one is given. Evenly in the time of a process, methods in log σ would take
  /// their last steps over a decade each; evenly in log σ, all scales of a narrow law get their share
  /// of the steps.
  static func defaultSchedule(_ options: SamplingOptions, isNarrow: Bool) -> String {
    if isNarrow { return "log-linear" }
    return options.process == "ve" || exponentialMethods.contains(options.sampler)
      ? "karras" : "process"
  }

  static func schedule(_ name: String, rho: Double) throws -> Schedule {
    switch name {
    case "karras": return .karras(rho: rho)
    case "log-linear": return .logLinear
    case "process", "uniform": return .process
    case "cosine": return .cosine
    default:
      guard name.contains(".") || name.contains("/") else {
        throw unknown("schedule", name, schedules.map(\.name))
      }
      return .explicit(try levels(in: name))
    }
  }

  /// Noise levels from a file, one a row.
  private static func levels(in path: String) throws -> [Double] {
    let data = try DataFile.read(path, about: .zero)
    guard data.points.dimension == 1 else {
      throw Failure.data(
        file: path, place: nil,
        rule: "a schedule has one number a row, found \(data.points.dimension)")
    }
    var sigmas = data.points.values.map(Double.init)
    if sigmas.last == 0 { sigmas.removeLast() }
    guard NoiseLevels.isValid(sigmas) else {
      throw Failure.data(
        file: path, place: nil, rule: "levels must be positive and fall from row to row")
    }
    return sigmas
  }

  static func prior(_ name: String) throws -> Prior {
    guard let prior = Prior(rawValue: name) else {
      throw unknown("prior", name, Prior.allCases.map(\.rawValue))
    }
    return prior
  }

  // MARK: Scores

  /// What `score` writes.
  enum Quantity: String, CaseIterable {
    case score, denoised, noise, velocity
    case logDensity = "log-density"
    case divergence
  }

  static func quantity(_ name: String) throws -> Quantity {
    guard let quantity = Quantity(rawValue: name) else {
      throw unknown("quantity", name, Quantity.allCases.map(\.rawValue))
    }
    return quantity
  }

  // MARK: Fits

  static func gaussianKind(_ name: String, rank: Int?) throws -> GaussianFit.Kind {
    if rank != nil && name != "low-rank" {
      throw Failure.usage("--rank belongs to --covariance low-rank, not to \(name).")
    }
    switch name {
    case "full": return .full
    case "diagonal": return .diagonal
    case "isotropic": return .isotropic
    case "low-rank": return rank.map { .lowRank($0) } ?? .lowRankHolding(0.95)
    default:
      throw unknown("covariance", name, ["full", "diagonal", "isotropic", "low-rank"])
    }
  }

  static func mixtureKind(_ name: String) throws -> MixtureFit.Kind {
    guard let kind = MixtureFit.Kind(rawValue: name) else {
      throw unknown("covariance", name, MixtureFit.Kind.allCases.map(\.rawValue))
    }
    return kind
  }

  /// The points of a softmax; nil leaves the choice to the rule.
  static func neighbors(
    _ word: String?, remainder: Int?
  ) throws -> NearestNeighborScore.Neighbors? {
    guard let word else {
      if remainder != nil {
        throw Failure.usage("--remainder goes with --neighbors K, the number of nearest points.")
      }
      return nil
    }
    if word == "all" {
      if remainder != nil {
        throw Failure.usage("--remainder does not go with --neighbors all.")
      }
      return .all
    }
    guard let count = Int(word), count >= 1 else {
      throw Failure.usage("--neighbors takes all or a number of at least 1, not \(word).")
    }
    return .nearest(count, remainder: remainder ?? 0)
  }

  // MARK: Numbers

  /// "low,high" as a range.
  static func range(_ words: String, option: String) throws -> ClosedRange<Float> {
    let parts = words.split(separator: ",").map { Float($0) }
    guard parts.count == 2, let low = parts[0], let high = parts[1], low < high,
      low.isFinite, high.isFinite, (high - low).isFinite
    else {
      throw Failure.usage("\(option) takes two rising numbers such as -1,1, not \(words).")
    }
    return low...high
  }

  /// A sentence for a word that is none of the known ones, with the closest.
  static func unknown(_ what: String, _ word: String, _ known: [String]) -> Failure {
    let hint = Suggestion.words(for: word, among: known)
    let name = word.isEmpty ? "\"\"" : Legible.value(word)
    return .usage(
      "There is no \(what) \(name)\(hint.isEmpty ? "." : hint) "
        + "Known: \(known.joined(separator: ", ")).")
  }
}
