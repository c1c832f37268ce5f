import Arrays
import Diffusion
import Foundation
import TestSupport
import Testing

/// Savings read off curves whose answer is known.
@Suite struct SavingTests {
  /// a N^(−p) at every cost, the same for each of three rows.
  private func power(_ p: Double, at costs: [Double], stretched by: Double = 1) -> ErrorCurve {
    ErrorCurve(
      costs.map {
        .init(evaluations: $0, errors: [Double](repeating: 3 * pow($0 / by, -p), count: 3))
      })
  }

  static let costs = [5.0, 8, 13, 21, 34, 55]

  // Straight lines in both logarithms are read exactly, to the rounding of exp and log.
  @Test(arguments: [0.5, 1, 2, 4], [0.4, 0.1, 0, -0.25])
  func `a power law that needs a share less saves that share`(p: Double, saving: Double) throws {
    let baseline = power(p, at: Self.costs)
    let method = power(p, at: [1, 3, 9, 40, 100], stretched: 1 - saving)
    let found = Saving.read(of: method, against: baseline, floor: 0)
    #expect(found.count == Self.costs.count)
    for (reading, cost) in zip(found, Self.costs) {
      #expect(abs(try #require(reading.share) - saving) < 1e-12)
      #expect(reading.baseline == cost && reading.reason == nil)
      let interval = reading.interval()
      #expect(abs(try #require(interval.low) - saving) < 1e-12)
      #expect(abs(try #require(interval.high) - saving) < 1e-12)
    }
    #expect(found.headline == found.last)
    // A curve moved the other way is seen: no saving is cut off at zero.
    let worse = power(p, at: [1, 3, 9, 40, 100], stretched: 1.3)
    for reading in Saving.read(of: worse, against: baseline, floor: 0) {
      #expect(abs(try #require(reading.share) + 0.3) < 1e-12)
    }
  }

  @Test func `no saving is told where a curve does not reach`() {
    let baseline = power(1, at: Self.costs)
    // Stays at 0.2, which the baseline reaches at 15 evaluations; starts below the first error.
    let method = ErrorCurve(
      [(6, 0.3), (10, 0.2), (40, 0.2)].map { .init(evaluations: $0.0, errors: [$0.1, $0.1]) })
    let short = ErrorCurve(
      baseline.runs.map { .init(evaluations: $0.evaluations, errors: Array($0.errors.prefix(2))) })
    let found = Saving.read(of: method, against: short, floor: 0.06)
    #expect(
      found.map(\.reason) == [
        .shortestIsBetter(evaluations: 6), .shortestIsBetter(evaluations: 6), nil,
        .neverAsLow(lowest: found[3].lowest), .neverAsLow(lowest: found[4].lowest),
        .baselineAtFloor(0.06),
      ])
    #expect(abs(found[3].lowest - 0.2) < 1e-12)
    #expect(found.headline?.run == 2)
    for reading in found where reading.run != 2 {
      #expect(reading.share == nil && reading.interval() == (nil, nil))
    }
  }

  @Test func `a longer run that is worse costs no more than the shorter one`() throws {
    let errors = [1.0, 0.1, 0.3]
    let curve = ErrorCurve(
      zip([10.0, 20, 40], errors).map { .init(evaluations: $0, errors: [$1, $1]) })
    let found = Saving.read(of: curve, against: curve, floor: 0)
    // 0.3 is met between 10 and 20, straight in the logarithms.
    #expect(abs(found[2].baseline - 10 * pow(2, log(0.3) / log(0.1))) < 1e-9)
    // Against itself a curve saves nothing.
    for reading in found { #expect(abs(try #require(reading.share)) < 1e-12) }
  }

  /// Curves of `rows` rows with an error of their own each, and a little of every run.
  private func noisy(_ seed: UInt64, rows: Int, saving: Double) -> (ErrorCurve, ErrorCurve) {
    let stream = RandomStream(seed: seed, for: .measure)
    let own = stream.normals(count: rows, dimension: 1).values.map { exp(0.8 * Double($0)) }
    func curve(_ costs: [Double], _ factor: Double, _ draw: UInt32) -> ErrorCurve {
      ErrorCurve(
        costs.enumerated().map { index, cost in
          let noise = stream.normals(count: rows, dimension: 1, draw: draw + UInt32(index)).values
          return .init(
            evaluations: cost,
            errors: zip(own, noise).map { $0 * exp(0.3 * Double($1)) * pow(cost / factor, -1.5) })
        })
    }
    return (curve([10, 16, 26, 40], 1, 1), curve([4, 7, 11, 19, 30, 50], 1 - saving, 10))
  }

  // 200 repeats: the standard error of a share of 0.95 is 0.015. The interval of a bootstrap is a
  // little short for few rows of uneven errors: 0.90 to 0.99 are allowed, with 400 rows.
  @Test func `the interval holds the truth about as often as it says`() {
    let saving = 0.35
    var (held, heldOther) = (0, 0)
    for repeat_ in 0..<200 {
      let (baseline, method) = noisy(UInt64(repeat_), rows: 400, saving: saving)
      let found = Saving.read(
        of: method, against: baseline, floor: 0,
        bootstrap: Bootstrap(resamples: 1000, seed: UInt64(repeat_)))
      guard let interval = found.headline?.interval(), let low = interval.low,
        let high = interval.high
      else { continue }
      if (low...high).contains(saving) { held += 1 }
      if (low...high).contains(saving + 0.1) { heldOther += 1 }
    }
    Measured.record("saving: coverage of 95 % intervals", Double(held) / 200)
    #expect((180...198).contains(held), "\(held) of 200")
    // A saving that is 0.1 off lies in few of them.
    #expect(heldOther < 60, "\(heldOther) of 200")
  }

  @Test func `rows are drawn again the same way on every number of threads`() {
    let (baseline, method) = noisy(3, rows: 50, saving: 0.2)
    let found = [1, 2, 5].map {
      Saving.read(
        of: method, against: baseline, floor: 0,
        bootstrap: Bootstrap(resamples: 1000, seed: 7, workers: Workers(count: $0)))
    }
    #expect(found[0] == found[1] && found[0] == found[2])
    let other = Saving.read(
      of: method, against: baseline, floor: 0, bootstrap: Bootstrap(resamples: 1000, seed: 8))
    #expect(found[0] != other)
  }
}

extension Saving {
  fileprivate var lowest: Double {
    if case .neverAsLow(let lowest) = reason { lowest } else { .nan }
  }
}
