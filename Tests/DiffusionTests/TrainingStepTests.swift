import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Adam, averages and rates against their formulas in Double.
@Suite struct TrainingStepTests {
  /// The largest distance of 100 steps of Adam from the published formula.
  static func adamError(secondMoment: Double) -> Double {
    var settings = TrainingSettings()
    (settings.warmUp, settings.steps, settings.rate, settings.decay) = (10, 100, 0.01, 0.1)
    let count = 37
    var inputs = Inputs(seed: 6)
    let parameters = Store<Float>(count: count)
    let (first, second) = (Store<Float>(count: count), Store<Float>(count: count))
    let gradient = Store<Float>(count: count)
    parameters.values = (0..<count).map { _ in Float(inputs.bell()) }
    var p = parameters.values.map(Double.init)
    var m = [Double](repeating: 0, count: count)
    var v = m
    var worst = 0.0
    for step in 0..<100 {
      gradient.values = (0..<count).map { _ in Float(inputs.bell() * exp(Double(step % 7) - 3)) }
      AdamStep(settings, step: step).apply(
        to: parameters, gradient: gradient, first: first, second: second, 0..<count)
      let (rate, time) = (settings.rate(at: step), Double(step + 1))
      for index in 0..<count {
        let g = Double(gradient[index])
        m[index] = 0.9 * m[index] + 0.1 * g
        v[index] = secondMoment * v[index] + (1 - secondMoment) * g * g
        let (mHat, vHat) = (
          m[index] / (1 - pow(0.9, time)), v[index] / (1 - pow(secondMoment, time))
        )
        p[index] -= rate * (mHat / (vHat.squareRoot() + 1e-8) + settings.decay * p[index])
        worst = max(worst, abs(Double(parameters[index]) - p[index]))
      }
    }
    return worst
  }

  @Test func `100 steps of Adam are its formula`() {
    let error = Self.adamError(secondMoment: 0.99)
    Measured.record("Adam after 100 steps", error)
    // A step moves by at most 0.01 and rounds by a few 6e-8 of it and of the parameter.
    #expect(error < 100 * 4 * 6e-8 * 3)
    #expect(Self.adamError(secondMoment: 0.98) > 1e-3)
  }

  @Test func `an average forgets half in its half-life`() {
    let (halfLife, late) = (20.0, 4000)
    let (average, value) = (Store<Float>(count: 1), Store<Float>(count: 1))
    average.values = [1]
    for step in late..<late + 20 {
      average.approach(
        value, share: Float(TrainingRun.share(halfLife: halfLife, step: step)), 0..<1)
    }
    #expect(abs(average[0] - 0.5) < 1e-5)
  }

  @Test func `a young average is the plain mean`() {
    let (average, value) = (Store<Float>(count: 1), Store<Float>(count: 1))
    average.values = [99]
    for step in 0..<10 {
      value.values = [Float(step)]
      average.approach(value, share: Float(TrainingRun.share(halfLife: 1000, step: step)), 0..<1)
    }
    #expect(abs(average[0] - 4.5) < 1e-5)
  }

  @Test func `the rate rises, falls to zero, and is never above its highest`() {
    var settings = TrainingSettings()
    (settings.steps, settings.warmUp, settings.rate) = (1000, 100, 0.5)
    let rates = (0..<1000).map(settings.rate(at:))
    #expect(zip(rates.prefix(100), rates.prefix(100).dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(rates.dropFirst(100), rates.dropFirst(101)).allSatisfy { $0 > $1 })
    #expect(rates.max() == 0.5)
    #expect(rates[999] < 1e-5)
    settings.cosine = false
    #expect(settings.rate(at: 999) == 0.5)
  }

  @Test func `sums of gradients run in one order and tell their norm`() {
    var inputs = Inputs(seed: 7)
    let (parts, sum) = (Store<Float>(count: 3 * 50), Store<Float>(count: 50))
    parts.values = (0..<150).map { _ in Float(inputs.bell()) }
    let square = sum.setSum(of: parts, count: 3, 0..<50)
    for index in 0..<50 {
      #expect(sum[index] == parts[index] + parts[50 + index] + parts[100 + index])
    }
    let expected = sum.values.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(square - expected) < 1e-12 * expected)
  }
}
