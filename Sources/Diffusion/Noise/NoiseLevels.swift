import Foundation

/// One rung of a grid: a time of the process with its scale and noise.
public struct Level: Sendable, Equatable {
  /// t.
  public let time: Double
  /// s(t).
  public let scale: Double
  /// σ(t), in data units.
  public let sigma: Double

  init(_ process: NoiseProcess, sigma: Double) {
    time = sigma > 0 ? process.time(at: sigma) : 0
    scale = sigma > 0 ? process.scale(at: time) : 1
    self.sigma = sigma
  }
}

/// How the levels of a grid are spaced between σ_max and σ_min.
public enum Schedule: Sendable, Equatable {
  /// σ_i = (σ_max^(1/ρ) + i/(n−1) (σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ.
  ///
  /// - Reference: Karras et al. 2022, equation 5, <https://arxiv.org/abs/2206.00364>.
  case karras(rho: Double)
  /// Evenly in log σ.
  case logLinear
  /// Evenly in t of the noise process.
  case process
  /// σ = tan(πu/2) deviations of the data, evenly in u.
  case cosine
  /// The levels themselves, falling; a 0 at the end may be left out.
  case explicit([Double])

  /// Karras' grid with the published ρ = 7.
  public static let karras = Schedule.karras(rho: 7)
}

/// The grid a sampler walks down: n positive levels and a final 0.
public struct NoiseLevels: Sendable, Equatable {
  /// The process whose times these are.
  public let process: NoiseProcess
  /// n + 1 levels, falling in σ or one held; the last is 0.
  public let levels: [Level]

  /// n, the number of steps.
  public var steps: Int { levels.count - 1 }
  /// The first level.
  public var sigmaMax: Double { levels[0].sigma }
  /// The last positive level.
  public var sigmaMin: Double { levels[levels.count - 2].sigma }

  /// A grid of `steps` positive levels from `sigmaMax` to `sigmaMin`.
  ///
  /// A schedule of explicit levels has its own number and range and disregards these. `unit` is the
  /// deviation of the data, which the cosine schedule counts in; nil for that of the process.
  public init(
    _ schedule: Schedule = .karras, steps: Int, from sigmaMax: Double, to sigmaMin: Double,
    process: NoiseProcess = .varianceExploding, unit: Double? = nil
  ) {
    precondition(steps >= 1, "A grid has at least one step.")
    precondition(
      sigmaMax.isFinite && sigmaMin >= 0 && (sigmaMax > sigmaMin || steps == 1),
      "σ falls from σ_max to σ_min.")
    self.init(
      sigmas: Self.sigmas(
        schedule, steps: steps, from: sigmaMax, to: sigmaMin, process: process, unit: unit),
      process: process)
  }

  /// The levels of such a grid as the schedule's formula gives them, which may be none that a grid
  /// can have: ``fault(in:of:)`` tells.
  ///
  /// A grid to σ_min = 0 comes to 0 by a step of the schedule like the others: its n positive
  /// levels lie at the first n of n + 1 places.
  public static func sigmas(
    _ schedule: Schedule, steps: Int, from sigmaMax: Double, to sigmaMin: Double,
    process: NoiseProcess = .varianceExploding, unit: Double? = nil
  ) -> [Double] {
    let parts = sigmaMin > 0 ? steps - 1 : steps
    let along = { (position: Double, end: Double, map: (Double) -> Double) in
      (0..<steps).map { index in
        map(index == 0 ? position : position + Double(index) / Double(parts) * (end - position))
      }
    }
    var sigmas: [Double]
    switch schedule {
    case .karras(let rho):
      sigmas = along(pow(sigmaMax, 1 / rho), pow(sigmaMin, 1 / rho)) { pow($0, rho) }
    case .logLinear:
      sigmas = along(log(sigmaMax), log(sigmaMin), exp)
    case .process:
      sigmas = along(process.time(at: sigmaMax), process.time(at: sigmaMin)) {
        process.sigma(at: $0)
      }
    case .cosine:
      let unit = unit ?? process.unit
      sigmas = along(atan(sigmaMax / unit), atan(sigmaMin / unit)) { unit * tan($0) }
    case .explicit(let given):
      return given
    }
    // The ends are what was asked for, not what rounding makes of them.
    sigmas[0] = sigmaMax
    if steps > 1, sigmaMin > 0 { sigmas[steps - 1] = sigmaMin }
    return sigmas
  }

  /// The levels given: positive and falling; a 0 is added at the end unless it is there.
  public init(sigmas: [Double], process: NoiseProcess = .varianceExploding) {
    let positive = sigmas.last == 0 ? Array(sigmas.dropLast()) : sigmas
    precondition(Self.isValid(positive), "Levels are positive, finite and falling.")
    self.process = process
    levels = (positive + [0]).map { Level(process, sigma: $0) }
  }

  /// One level held for `steps` steps, then 0: where a Markov chain moves.
  public init(holding sigma: Double, steps: Int) {
    precondition(sigma > 0 && sigma.isFinite && steps >= 1, "A chain moves at a positive level.")
    process = .varianceExploding
    let level = Level(.varianceExploding, sigma: sigma)
    levels = [Level](repeating: level, count: steps) + [Level(.varianceExploding, sigma: 0)]
  }

  /// Whether positive levels make a grid.
  public static func isValid(_ sigmas: [Double]) -> Bool {
    !sigmas.isEmpty && sigmas.allSatisfy { $0 > 0 && $0.isFinite }
      && zip(sigmas, sigmas.dropFirst()).allSatisfy { $0 > $1 }
  }
}
