import Foundation
import Arrays

/// One block of a batch: its random numbers, its noised points, its pass forward and back.
final class TrainingBlock: Sendable {
  private let tape: any Tape
  private let residuals: Residuals
  private let normals: StoreMatrix
  private let sigmas: Store<Double>

  init(_ network: any Network) {
    let (rows, dimension) = (network.blockRows, network.dimension)
    tape = network.tape(backward: true)
    residuals = Residuals(rows: rows, dimension: dimension)
    normals = StoreMatrix(
      Store(count: rows * dimension), at: 0, rows: rows, columns: dimension, stride: dimension)
    sigmas = Store(count: rows)
  }

  /// What does not change from step to step.
  struct Plan: Sendable {
    let network: any Network
    let settings: TrainingSettings
    let preconditioning: Preconditioning
    /// ln σ at equally likely steps.
    let table: [Double]
    /// μ in Float32.
    let center: [Float]
  }

  /// The gradient of the mean loss of the batch by these rows.
  ///
  /// - Parameters:
  ///   - plan: What does not change.
  ///   - pool: Points to pick from.
  ///   - rows: Rows of the batch.
  ///   - step: The step, from 0 on: names the random numbers.
  ///   - weights: The parameters.
  ///   - gradient: Where it goes.
  ///   - adds: Whether it is added to what is there.
  /// - Returns: The sum of the losses of the rows.
  func pass(
    _ plan: Plan, pool: TrainingPool, rows: Range<Int>, step: Int, weights: Weights,
    gradient: Store<Float>, adds: Bool
  ) -> Double {
    let (settings, batch) = (plan.settings, plan.settings.batchSize)
    let first = UInt64(step) * UInt64(batch) + UInt64(rows.lowerBound)
    let stream = RandomStream(seed: settings.seed, for: .training)
    // Strata are turned by a random number a step, so that no row keeps its part of the range.
    let turn = stream.uniforms(1, sample: UInt64(step), draw: 2)[0]
    stream.uniformPairs(first: first, count: rows.count, draw: 1) { row, u, v in
      let stratum = (Double(rows.lowerBound + row) + u) / Double(batch) + turn
      let place = (stratum - stratum.rounded(.down)) * Double(plan.table.count - 1)
      let index = min(plan.table.count - 2, Int(place))
      let share = place - Double(index)
      sigmas[row] = exp((1 - share) * plan.table[index] + share * plan.table[index + 1])
      residuals.picks[row] = min(pool.points.count - 1, Int(v * Double(pool.points.count)))
    }
    noise(plan, pool, rows.count, stream, first)
    plan.network.forward(tape, rows: rows.count, weights)
    let slope = tape.outputGradient.first(rows.count)
    residuals.measure(
      tape.output.first(rows.count), gradient: slope,
      factor: 1 / (Double(batch) * Double(plan.network.dimension)))
    plan.network.backward(
      tape, rows: rows.count, weights, gradient: gradient, adds: adds)
    return (0..<rows.count).reduce(0) { $0 + residuals.loss[$1] }
  }

  /// Fills x, label, coefficients and the network's input.
  private func noise(
    _ plan: Plan, _ pool: TrainingPool, _ count: Int, _ stream: RandomStream, _ first: UInt64
  ) {
    let (p, settings, input, code) = (plan.preconditioning, plan.settings, tape.input, tape.code)
    let (low, high) = (log(p.range.lowerBound), log(p.range.upperBound))
    stream.fillNormals(normals.first(count), first: first, draw: 0)
    for row in 0..<count {
      let sigma = sigmas[row]
      let scale = p.output(at: sigma)
      residuals.skip[row] = Float(p.skip(at: sigma))
      residuals.scale[row] = Float(scale)
      // λ‖D − x₀‖² = λ c_out² ‖F − T‖².
      let weight = settings.weighting.weight(at: sigma, deviation: p.deviation)
      residuals.weight[row] = Float(weight * (scale / p.deviation) * (scale / p.deviation))
      if case .pseudoHuber(let width) = settings.loss {
        let share = (high - log(sigma)) / (high - low)
        residuals.huber[row] = Float(width * pow(Self.huberRange, share))
      }
      code[row, 0] = Float(p.code(at: sigma))
      residuals.sigma[row] = Float(sigma)
      residuals.factor[row] = Float(p.input(at: sigma))
    }
    residuals.place(pool.points, less: plan.center, plus: normals, input: input.first(count))
    if let scores = pool.scores {
      for row in 0..<count {
        let (sigma, share) = (sigmas[row], pool.scoreShare(at: sigmas[row]))
        residuals.mixLabel(
          row, scores, at: residuals.picks[row], share: Float(share),
          variance: Float(sigma * sigma))
      }
    }
    guard settings.perturbation > 0 else { return }
    // A second set of normals, for the input alone.
    stream.fillNormals(normals.first(count), first: first, draw: 3)
    for row in 0..<count {
      let factor = Float(settings.perturbation * sigmas[row] * p.input(at: sigmas[row]))
      for j in 0..<input.columns { input[row, j] += factor * normals[row, j] }
    }
  }

  /// How much wider the Huber width is at the lowest noise than at the highest.
  private static let huberRange = 1000.0
}
