import Arrays
import Diffusion
import Foundation
import Testing

/// The law of the samples, with standard errors, and paths of stochastic methods.
@Suite struct SamplerLawTests {
  /// Three well separated components of different weight and width.
  static let mixture = MixtureScore([
    .init(weight: 0.5, mean: [2, 0], covariance: .isotropic(0.04, dimension: 2)),
    .init(weight: 0.3, mean: [-1, 1.5], covariance: .diagonal([0.09, 0.01])),
    .init(weight: 0.2, mean: [-1, -2], covariance: .isotropic(0.0025, dimension: 2)),
  ])

  /// Methods with as many steps as make their own error smaller than the statistics'.
  static let methods: [(method: any Sampler, steps: Int)] = [
    (Euler(), 300), (Heun(), 60), (EDM(churn: 20, steps: 80), 80), (EulerMaruyama(), 800),
    (Midpoint(), 60), (Ancestral(), 400), (ExponentialIntegrator(), 1600), (DPM2M(), 60),
    (DPM3M(), 60),
    (UniPC(steps: 60), 60), (UniPC(order: 3, base: .step, steps: 60), 60),
    (GradientEstimation(), 300), (GradientEstimation(gamma: 1, mu: 0.5), 400), (DPM2MSDE(), 300),
    (DPM3MSDE(), 300),
    (PredictorCorrector(), 400),
  ]

  static let count = 20_000

  private func draw(
    _ method: any Sampler, steps: Int, from score: MixtureScore = mixture, start: Double = 1
  ) -> Points {
    // Log-linear below the data's scale, where the components part.
    let levels = NoiseLevels(.logLinear, steps: steps, from: 60, to: 0.005)
    let samples = Samples(seed: 11, count: Self.count)
    var states = Self.mixture.matchedStart(at: 60, samples: samples, workers: .all)
    states.scale(by: .uniform(Float(start)))
    var run = SamplingRun(from: states, down: levels, by: method, with: score, samples: samples)
    while run.advance() {}
    return run.result.samples
  }

  /// Weights, means and variances of the components, in standard errors from the truth.
  func deviations(_ points: Points) -> [Double] {
    let components = Self.mixture.components
    var members = [[Int]](repeating: [], count: components.count)
    for row in 0..<points.count {
      let nearest = components.indices.min { distance(points, row, $0) < distance(points, row, $1) }
      members[nearest ?? 0].append(row)
    }
    var result: [Double] = []
    for (component, rows) in zip(components, members) {
      let share = Double(rows.count) / Double(points.count)
      let shareError = (component.weight * (1 - component.weight) / Double(points.count))
        .squareRoot()
      result.append((share - component.weight) / shareError)
      let covariance = component.covariance.matrix
      for axis in 0..<2 {
        let values = rows.map { Double(points[$0, axis]) }
        let mean = values.reduce(0, +) / Double(rows.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows.count)
        let truth = covariance[axis, axis]
        result.append((mean - component.mean[axis]) / (truth / Double(rows.count)).squareRoot())
        result.append((variance - truth) / (truth * (2 / Double(rows.count)).squareRoot()))
      }
    }
    return result
  }

  private func distance(_ points: Points, _ row: Int, _ component: Int) -> Double {
    let mean = Self.mixture.components[component].mean
    let (x, y) = (Double(points[row, 0]) - mean[0], Double(points[row, 1]) - mean[1])
    return x * x + y * y
  }

  // n = 20,000; 15 statistics a method. Five standard errors leave the statistics less than one
  // false alarm in 10⁵; the methods' own error, of the order of a part in a thousand of a
  // variance, adds less than one more.
  let bound = 6.0

  @Test(arguments: 0..<methods.count)
  func `samples have the weights, means and variances of the mixture`(index: Int) {
    let (method, steps) = Self.methods[index]
    let deviations = deviations(draw(method, steps: steps))
    #expect(
      deviations.allSatisfy { abs($0) < bound }, "\(method.facts.name): \(deviations)")
  }

  @Test func `the score of another mixture gives another law`() {
    let other = MixtureScore(
      Self.mixture.components.map {
        .init(weight: 1, mean: $0.mean, covariance: $0.covariance)
      })
    #expect(deviations(draw(Heun(), steps: 60, from: other)).contains { abs($0) > bound })
  }

  @Test func `noise left in is noticed`() {
    let levels = NoiseLevels(.logLinear, steps: 60, from: 60, to: 0.1)
    let samples = Samples(seed: 11, count: Self.count)
    let start = Self.mixture.matchedStart(at: 60, samples: samples, workers: .all)
    var run = SamplingRun(
      from: start, down: levels, by: Heun(), with: Self.mixture, samples: samples)
    for _ in 0..<59 { _ = run.advance() }
    #expect(deviations(run.states).contains { abs($0) > bound })
  }
}
