import Arrays
import Diffusion
import TestSupport
import Testing

/// Samplers do not know the unit nor the origin of the data: samples of a x + b are a times those of
/// x, plus b, to rounding.
@Suite struct UnitSamplerTests {
  /// A law of deviation near one, off the origin of its own.
  static func mixture(unit a: Double, origin b: Double) -> MixtureScore {
    MixtureScore([
      .init(
        weight: 1, mean: [a * -1 + b, a * 0.5 + b],
        covariance: .isotropic(a * a * 0.1, dimension: 2)),
      .init(
        weight: 2, mean: [a * 1 + b, a * -0.2 + b],
        covariance: .diagonal([a * a * 0.3, a * a * 0.04])),
    ])
  }

  static let processes: [(name: String, process: NoiseProcess)] = [
    ("ve", .varianceExploding), ("ve-geometric", .geometric(sigmaMin: 0.01, sigmaMax: 50)),
    ("vp", .variancePreserving), ("sub-vp", .subVariancePreserving), ("cosine", .cosine),
    ("line", .line),
  ]
  static let methods: [any Sampler] = [
    Euler(), Heun(), Midpoint(), EDM(steps: 12), EulerMaruyama(), Ancestral(),
    ExponentialIntegrator(), DPM2M(), DPM3M(), DPM2MSDE(), DPM3MSDE(), UniPC(steps: 12),
    GradientEstimation(), PredictorCorrector(), AnnealedLangevin(corrections: 2),
  ]
  static let adaptive: [@Sendable (Double) -> any AdaptiveSampler] = [
    { DormandPrince(scale: $0) }, { BogackiShampine(scale: $0) },
    // With draws of their own at every attempt: a bridge's root makes much of little near its ends.
    { AdaptiveSDE(absolute: AdaptiveSDE.shareOfDeviation * $0, rejection: .redraw) },
  ]
  static let units = [1e-12, 1e-3, 255, 1e12]
  static let origins: [Double] = [0, 100, 10_000]
  static let samples = Samples(seed: 5, count: 200)

  /// Median distance of samples of a x + b, taken back, from those of x.
  static func gap(_ samples: Points, _ expected: Points, unit a: Double, origin b: Double) -> Double
  {
    let gaps = (0..<samples.count).map { row in
      distance(samples.doubles(row).map { ($0 - b) / a }, expected.doubles(row))
    }
    return gaps.sorted()[gaps.count / 2]
  }

  /// Rounding of states as far out as this, over some steps.
  static func bound(_ origin: Double) -> Double { 100 * 0x1p-24 * (3 + origin) }

  static func process(_ process: NoiseProcess, _ unit: Double) -> NoiseProcess {
    if case .geometric(let low, let high) = process {
      return .geometric(sigmaMin: low * unit, sigmaMax: high * unit)
    }
    return unit == 1 || process.keepsScale ? process : .inUnits(of: unit, process)
  }

  static func draw(
    _ method: any Sampler, _ process: NoiseProcess, unit: Double, origin: Double,
    from start: RunOrigin = .mean
  ) -> Points {
    let score = mixture(unit: unit, origin: origin * unit)
    // Evenly in the time of an exploding process the last step alone would be most of the way down.
    let levels = NoiseLevels(
      process.keepsScale ? .logLinear : .process, steps: 12, from: 50 * unit, to: 0.01 * unit,
      process: process)
    let states = Prior.matched.start(
      at: levels.levels[0], of: levels.process, for: score, samples: samples)
    var run = SamplingRun(
      from: states, down: levels, by: method, with: score, samples: samples, origin: start)
    while run.advance() {}
    return run.result.samples
  }

  @Test(arguments: 0..<methods.count, 0..<processes.count)
  func `samples move and scale with the data`(method: Int, process: Int) {
    let (method, process) = (Self.methods[method], Self.processes[process])
    let expected = Self.draw(method, process.process, unit: 1, origin: 0)
    for unit in Self.units {
      for origin in Self.origins {
        let own = Self.process(process.process, unit)
        let found = Self.draw(method, own, unit: unit, origin: origin)
        let gap = Self.gap(found, expected, unit: unit, origin: origin * unit)
        #expect(
          gap < Self.bound(origin), "\(method.facts.name), \(process.name), \(unit), \(origin)")
      }
    }
  }

  @Test(arguments: 2..<processes.count)
  func `a published process taken as it is knows both`(process: Int) {
    let process = Self.processes[process].process
    let expected = Self.draw(Heun(), process, unit: 1, origin: 0)
    let scaled = Self.draw(Heun(), process, unit: 255, origin: 0)
    #expect(Self.gap(scaled, expected, unit: 255, origin: 0) > 0.03)
    // The straight line's flow is a sum of x and D alone, and moves with the origin.
    guard process != .line else { return }
    let moved = Self.draw(Heun(), process, unit: 1, origin: 100, from: .zero)
    #expect(Self.gap(moved, expected, unit: 1, origin: 100) > 0.03)
  }

  static func drawAdaptive(
    _ index: Int, _ process: NoiseProcess, unit: Double, origin: Double,
    from start: RunOrigin = .mean
  ) -> Points {
    let score = mixture(unit: unit, origin: origin * unit)
    let levels = NoiseLevels(
      .process, steps: 2, from: 50 * unit, to: 0.01 * unit, process: process)
    let states = Prior.matched.start(
      at: levels.levels[0], of: levels.process, for: score, samples: samples)
    var run = AdaptiveRun(
      from: states, down: levels, by: adaptive[index](unit), with: score, samples: samples,
      origin: start)
    while run.advance() {}
    return run.result.samples
  }

  @Test(arguments: 0..<adaptive.count)
  func `samplers that choose their steps choose the same`(index: Int) {
    for process in [NoiseProcess.varianceExploding, .variancePreserving] {
      let expected = Self.drawAdaptive(index, process, unit: 1, origin: 0)
      for unit in Self.units {
        for origin in Self.origins {
          let own = Self.process(process, unit)
          let found = Self.drawAdaptive(index, own, unit: unit, origin: origin)
          // A step more or less on the edge of its tolerance moves a row; most have none.
          let gap = Self.gap(found, expected, unit: unit, origin: origin * unit)
          #expect(gap < 30 * Self.bound(origin), "\(index), \(process), \(unit), \(origin)")
        }
      }
      let blind = Self.drawAdaptive(index, process, unit: 1, origin: 1e5, from: .zero)
      #expect(Self.gap(blind, expected, unit: 1, origin: 1e5) > 0.3)
    }
  }

  @Test(arguments: [1e-12, 0.01, 50, 1000, 1e12])
  func `smoothed neighbours are the same picture in every unit`(unit: Double) {
    let data = RandomStream(seed: 8, for: .toy).normals(count: 300, dimension: 3)
    let x = RandomStream(seed: 9, for: .toy).normals(count: 50, dimension: 3)
    let scaled = { (points: Points, factor: Double) in
      var points = points
      points.scale(by: .uniform(Float(factor)))
      return points
    }
    for neighbors in [NearestNeighborScore.Neighbors.all, .nearest(5, remainder: 7)] {
      let plain = NearestNeighborScore(data, smoothing: 0.3, shifts: 3, neighbors: neighbors)
      let other = NearestNeighborScore(
        scaled(data, unit), smoothing: 0.3 * unit, shifts: 3, neighbors: neighbors)
      for sigma in [0.05, 0.5, 5] {
        let expected = plain.denoised(x, at: .uniform(sigma))
        let found = other.denoised(scaled(x, unit), at: .uniform(sigma * unit))
        #expect(Self.gap(found, expected, unit: unit, origin: 0) < 1e-5, "\(neighbors), \(sigma)")
      }
    }
  }
}
