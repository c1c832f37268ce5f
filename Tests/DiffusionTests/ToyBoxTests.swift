import Arrays
import Diffusion
import Foundation
import Testing

/// The score of boxes against integrals and differences that share none of its formulas.
@Suite struct ToyBoxTests {
  private static let line = BoxMixtureScore([
    .init(weight: 3, lower: [-1], upper: [0.5]), .init(weight: 1, lower: [1], upper: [1.75]),
    .init(weight: 1, lower: [2], upper: [2.0625]),
  ])

  /// ∫ f(y) exp(−(x − y)²/2σ² + g²/2σ²) dy over [a, b] for f = 1, y − a, with g the distance to
  /// the interval, by Simpson's rule on the stretch where the integrand exceeds e⁻⁶⁰.
  private static func simpson(
    _ x: Double, _ sigma: Double, _ a: Double, _ b: Double
  ) -> (logMass: Double, mean: Double, variance: Double) {
    let nearest = min(max(x, a), b)
    let gap = abs(x - nearest)
    let reach = 120 * sigma * sigma / (gap + (gap * gap + 120 * sigma * sigma).squareRoot())
    let (low, high) = (max(a, nearest - reach), min(b, nearest + reach))
    let count = 16_000
    var (mass, first, second) = (0.0, 0.0, 0.0)
    for round in 0..<2 {
      for index in 0...count {
        let place = (high - low) * Double(index) / Double(count)
        let off = place + (low - nearest)
        let exponent = -off * (off + 2 * (nearest - x)) / (2 * sigma * sigma)
        let factor: Double = index == 0 || index == count ? 1 : index % 2 == 1 ? 4 : 2
        let weight = factor * exp(exponent)
        if round == 0 {
          mass += weight
          first += weight * place
        } else {
          second += weight * (place - first) * (place - first)
        }
      }
      if round == 0 { first /= mass }
    }
    let integral = mass * (high - low) / (3 * Double(count))
    let logMass = log(integral) - gap * gap / (2 * sigma * sigma) - log(2 * .pi) / 2 - log(sigma)
    return (logMass, low + first, second / mass)
  }

  /// log p, D and tr J_D of boxes on the line.
  private static func integrals(
    _ x: Double, _ sigma: Double
  ) -> (logDensity: Double, mean: Double, trace: Double) {
    let parts = line.boxes.map { ($0.weight, simpson(x, sigma, $0.lower[0], $0.upper[0])) }
    let logits = zip(line.boxes, parts).map { box, part in
      log(part.0) + part.1.logMass - log(box.upper[0] - box.lower[0])
    }
    let best = logits.max() ?? 0
    let shares = logits.map { exp($0 - best) }
    let total = shares.reduce(0, +)
    let mean = zip(shares, parts).reduce(0) { $0 + $1.0 * $1.1.1.mean } / total
    let variance = zip(shares, parts).reduce(0) {
      $0 + $1.0 * ($1.1.1.variance + ($1.1.1.mean - mean) * ($1.1.1.mean - mean))
    }
    return (best + log(total), mean, variance / total / (sigma * sigma))
  }

  /// Inside, on edges, between boxes and far away; Float32 numbers.
  private static let places: [Float] = [
    -1000, -30, -3, -1.0625, -1, -0.9990234375, -0.25, 0.5, 0.625, 0.75, 1, 1.5, 1.90625, 2.03125,
    4, 100, 10_000,
  ]

  /// D comes in Float32: within 3·10⁻⁷ of numbers up to 2. log p and trace are in Double; Simpson's
  /// rule with steps of 60/16 000 in the exponent errs by 10⁻¹¹.
  @Test(arguments: [1e-4, 1e-2, 0.05, 0.3, 1, 5, 100, 1e4])
  func `boxes agree with Simpson's rule`(_ sigma: Double) {
    let x = Points(count: Self.places.count, dimension: 1, values: Self.places)
    let space = toyWorkspace(for: x)
    let denoised = Self.line.denoised(x, at: .uniform(sigma), in: space)
    let logDensity = Self.line.logDensity(x, at: .uniform(sigma), in: space)
    let trace = Self.line.jacobianTrace(x, at: .uniform(sigma), in: space)
    for (row, place) in Self.places.enumerated() {
      let truth = Self.integrals(Double(place), sigma)
      #expect(abs(Double(denoised[row, 0]) - truth.mean) < 3e-7, "x = \(place)")
      #expect(
        abs(logDensity[row] - truth.logDensity) < 1e-9 * (1 + abs(truth.logDensity)),
        "x = \(place)")
      #expect(abs(trace[row] - truth.trace) < 1e-9 * truth.trace + 1e-15, "x = \(place)")
    }
    // Control: one hundredth more noise is told apart wherever it matters.
    let other = Self.line.logDensity(x, at: .uniform(1.01 * sigma), in: space)
    let gaps = zip(other, logDensity).map { abs($0 - $1) / (1 + abs($1)) }
    #expect(gaps.contains { $0 > 1e-6 }, "control")
  }

  /// Squares that touch at corners, of two weights.
  private static let board = BoxMixtureScore([
    .init(weight: 1, lower: [-2, -2], upper: [-1, -1]),
    .init(weight: 2, lower: [-1, -1], upper: [0, 0]),
    .init(weight: 1, lower: [0, 0], upper: [2, 1]),
    .init(weight: 1, lower: [1, -2], upper: [2, -1]),
  ])

  /// Points of the plane near the board, multiples of 2⁻⁶ so that steps of powers of two are exact.
  private static func pointsNearBoard(_ count: Int) -> Points {
    var x = Points(count: count, dimension: 2)
    let stream = RandomStream(seed: 8, for: .toy)
    for row in 0..<count {
      for (axis, share) in stream.uniforms(2, sample: UInt64(row)).enumerated() {
        x[row, axis] = Float((6 * share - 3) * 64).rounded() / 64
      }
    }
    return x
  }

  /// `x` with `step` added to coordinate `axis`.
  private static func moved(_ x: Points, _ axis: Int, _ step: Float) -> Points {
    var moved = x
    for row in 0..<x.count { moved[row, axis] += step }
    return moved
  }

  /// D turns over σ²/gap where boxes compete, over σ elsewhere: steps of a sixteenth of the
  /// shorter leave about (1/16)²/6 of a third derivative of order one to five, below 1%.
  @Test(arguments: [0.125, 0.5, 2, 64])
  func `score and trace are derivatives of log density and denoiser`(_ sigma: Double) {
    let score = Self.board
    let x = Self.pointsNearBoard(200)
    let space = toyWorkspace(for: x)
    let step = sigma * min(1, sigma) / 16
    let level = Noise.uniform(sigma)
    let own = score.denoised(x, at: level, in: space)
    let traces = score.jacobianTrace(x, at: level, in: space)
    var sums = [Double](repeating: 0, count: x.count)
    for axis in 0..<2 {
      let (up, down) = (Self.moved(x, axis, Float(step)), Self.moved(x, axis, -Float(step)))
      let (above, below) = (
        score.logDensity(up, at: level, in: space), score.logDensity(down, at: level, in: space)
      )
      let (cleanAbove, cleanBelow) = (
        score.denoised(up, at: level, in: space), score.denoised(down, at: level, in: space)
      )
      for row in 0..<x.count {
        // Both in units of 1/σ.
        let slope = (above[row] - below[row]) / (2 * step) * sigma
        let exact = Double(own[row, axis] - x[row, axis]) / sigma
        #expect(abs(slope - exact) < 0.01)
        sums[row] += Double(cleanAbove[row, axis] - cleanBelow[row, axis]) / (2 * step)
      }
    }
    // Float32 in D: 2·10⁻⁷ over two steps.
    for row in 0..<x.count { #expect(abs(sums[row] - traces[row]) < 0.02 + 4e-7 / step) }
    // Control: the trace at another level is not the derivative of this denoiser.
    let wrong = score.jacobianTrace(x, at: .uniform(1.2 * sigma), in: space)
    #expect(
      sigma > 2 || zip(sums, wrong).contains { abs($0 - $1) > 0.02 + 4e-7 / step }, "control")
  }

  @Test func `boxes are finite at every distance and noise`() {
    let score = Self.board
    let ends: [Float] = [-1e6, -1e3, -10, -2, -1, -1e-3, 0, 0.5, 1, 1.999, 2, 3, 100, 1e5]
    let x = Points(rows: ends.flatMap { a in ends.map { [a, $0] } })
    let space = toyWorkspace(for: x)
    for sigma in [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4] {
      let clean = score.denoised(x, at: .uniform(sigma), in: space)
      #expect(clean.values.allSatisfy { abs($0) <= 2 })
      #expect(score.logDensity(x, at: .uniform(sigma), in: space).allSatisfy { $0.isFinite })
      let traces = score.jacobianTrace(x, at: .uniform(sigma), in: space)
      #expect(traces.allSatisfy { $0 >= 0 && $0.isFinite })
    }
  }

  @Test func `one noise level for all and one for each agree`() {
    let x = Self.pointsNearBoard(100)
    let levels = (0..<100).map { 0.01 * Double($0 + 1) }
    let score = Self.board
    let each = score.denoised(x, at: .each(levels))
    for row in 0..<100 {
      let alone = score.denoised(x.rows(row..<row + 1), at: .uniform(levels[row]))
      #expect(Array(each.row(row)) == alone.values)
    }
  }
}
