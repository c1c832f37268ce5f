import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Preconditioning, targets, weights and the loss.
@Suite struct TrainingLossTests {
  static let sigmas = [0.004, 0.05, 0.7, 3.0, 200.0]

  static func preconditioning(_ target: Preconditioning.Target) -> Preconditioning {
    Preconditioning(target: target, mean: [0, 0], deviation: 1.3)
  }

  @Test(arguments: sigmas)
  func `input and target of EDM have unit variance`(sigma: Double) {
    let (s, d) = (sigma, 1.3)
    for target in [Preconditioning.Target.edm, .velocity] {
      let p = Self.preconditioning(target)
      #expect(abs(p.input(at: s) * p.input(at: s) * (s * s + d * d) - 1) < 1e-12)
      let (skip, out) = (p.skip(at: s), p.output(at: s))
      // T = ((1 − c_skip) x₀ − c_skip σ n)/c_out.
      let variance = ((1 - skip) * (1 - skip) * d * d + skip * skip * s * s) / (out * out)
      #expect(abs(variance - 1) < 1e-9)
      // c_skip is where c_out² = (1 − c_skip)² σ_d² + c_skip² σ² is least: its derivative is zero.
      #expect(abs(-(1 - skip) * d * d + skip * s * s) < 1e-12 * (d * d + s * s))
    }
  }

  /// Loss and gradient of one row whose denoiser is `clean`.
  static func measure(
    _ target: Preconditioning.Target, sigma: Double, clean: [Double], label: [Double],
    x: [Double], huber: Double = 0
  ) -> (loss: Double, gradient: [Double], output: [Double]) {
    let p = preconditioning(target)
    let d = clean.count
    let residuals = Residuals(rows: 1, dimension: d)
    let (output, gradient) = (
      StoreMatrix(rows: 1, columns: d), StoreMatrix(rows: 1, columns: d)
    )
    let (skip, out) = (p.skip(at: sigma), p.output(at: sigma))
    for j in 0..<d {
      residuals.label[0, j] = Float(label[j])
      residuals.x[0, j] = Float(x[j])
      output[0, j] = Float((clean[j] - skip * x[j]) / out)
    }
    residuals.skip[0] = Float(skip)
    residuals.scale[0] = Float(out)
    residuals.weight[0] = Float(out * out)
    residuals.huber[0] = Float(huber)
    residuals.measure(output, gradient: gradient, factor: 1)
    return (
      residuals.loss[0], (0..<d).map { Double(gradient[0, $0]) },
      (0..<d).map { Double(output[0, $0]) }
    )
  }

  @Test(arguments: Preconditioning.Target.allCases, [0.3, 1.0, 4.0])
  func `every target has one loss, and a gradient that is c_out times that by D`(
    target: Preconditioning.Target, sigma: Double
  ) {
    let (label, x, clean) = ([0.3, -1.1], [0.9, -0.2], [0.5, -0.7])
    let found = Self.measure(target, sigma: sigma, clean: clean, label: label, x: x)
    let residual = zip(clean, label).map { $0 - $1 }
    let out = Self.preconditioning(target).output(at: sigma)
    // λ = 1: the loss is ‖D − x₀‖² and its derivative by D is 2 (D − x₀).
    #expect(abs(found.loss - norm(residual) * norm(residual)) < 1e-5)
    for (slope, r) in zip(found.gradient, residual) {
      #expect(abs(slope - 2 * out * r) < 1e-5 * max(1, abs(out)))
    }
  }

  @Test(arguments: [0.0, 0.01, 1.0, 30.0], [1, 2, 16, 37])
  func `the gradient is the derivative of the loss`(huber: Double, d: Int) {
    var inputs = Inputs(seed: 5)
    let (label, x) = (inputs.row(d), inputs.row(d))
    let clean = inputs.row(d)
    let found = Self.measure(.edm, sigma: 0.8, clean: clean, label: label, x: x, huber: huber)
    let p = Self.preconditioning(.edm)
    let (skip, out) = (p.skip(at: 0.8), p.output(at: 0.8))
    func loss(_ output: [Double]) -> Double {
      let square = output.indices.reduce(0.0) { sum, j in
        let r = output[j] - (label[j] - skip * x[j]) / out
        return sum + r * r
      }
      let weight = out * out
      return huber > 0
        ? 2 * weight * huber * ((square + huber * huber).squareRoot() - huber) : weight * square
    }
    #expect(abs(found.loss - loss(found.output)) < 1e-5 * (1 + found.loss))
    for j in 0..<d {
      let h = 1e-5
      var (above, below) = (found.output, found.output)
      above[j] += h
      below[j] -= h
      let expected = (loss(above) - loss(below)) / (2 * h)
      #expect(abs(found.gradient[j] - expected) < 1e-5 * (1 + abs(expected)))
      // Twice the residual's weight would be another loss.
      if abs(expected) > 0.01 { #expect(abs(2 * found.gradient[j] - expected) > 1e-3) }
    }
  }

  @Test func `a wide pseudo-Huber loss is the square`() {
    let (label, x, clean) = ([0.3, -1.1], [0.9, -0.2], [0.5, -0.7])
    let square = Self.measure(.edm, sigma: 1, clean: clean, label: label, x: x)
    let wide = Self.measure(.edm, sigma: 1, clean: clean, label: label, x: x, huber: 1e4)
    #expect(abs(square.loss - wide.loss) < 1e-6 * square.loss)
    let narrow = Self.measure(.edm, sigma: 1, clean: clean, label: label, x: x, huber: 0.1)
    #expect(narrow.loss < 0.5 * square.loss)
  }

  @Test(arguments: [1, 2, 15, 16, 37])
  func `a batch is picked points, less the mean, plus noise`(d: Int) {
    var inputs = Inputs(seed: 8)
    let (clean, center) = (inputs.points(9, d, offset: 3), inputs.points(1, d).values)
    let rows = 5
    let residuals = Residuals(rows: rows, dimension: d)
    let (normals, input) = (
      StoreMatrix(rows: rows, columns: d), StoreMatrix(rows: rows, columns: d)
    )
    normals.values = inputs.points(rows, d).values
    for row in 0..<rows {
      residuals.picks[row] = 8 - 2 * row
      (residuals.sigma[row], residuals.factor[row]) = (0.1 + 2 * Float(row), 0.4)
    }
    residuals.place(clean, less: Array(center), plus: normals, input: input)
    for row in 0..<rows {
      for j in 0..<d {
        // The kernel rounds after every operation, as this does.
        let label = clean[8 - 2 * row, j] - center[j]
        let x = label + residuals.sigma[row] * normals[row, j]
        #expect(residuals.label[row, j] == label)
        #expect(residuals.x[row, j] == x)
        #expect(input[row, j] == 0.4 * x)
      }
    }
  }

  @Test func `labels mixed with the clean score have no variance for a round Gaussian`() {
    // p₀ = N(0, τ² I): (1 − κ) x₀ + κ (x − σ² x₀/τ²) = κ x with κ = τ²/(τ² + σ²).
    let (variance, sigma) = (0.49, 0.9)
    let share = variance / (variance + sigma * sigma)
    let residuals = Residuals(rows: 1, dimension: 2)
    let (clean, x) = ([0.4, -0.9], [1.1, 0.2])
    for j in 0..<2 {
      residuals.label[0, j] = Float(clean[j])
      residuals.x[0, j] = Float(x[j])
    }
    let scores = Points(rows: [clean.map { Float(-$0 / variance) }])
    residuals.mixLabel(0, scores, at: 0, share: Float(share), variance: Float(sigma * sigma))
    for j in 0..<2 { #expect(abs(Double(residuals.label[0, j]) - share * x[j]) < 1e-6) }
  }
}
