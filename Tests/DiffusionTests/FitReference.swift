import Arrays
import Foundation

/// The data of `scripts/fit-check`, made by the same formula.
struct FitReference {
  private var state: UInt64

  private init(seed: UInt64) { state = seed }

  private mutating func uniform() -> Double {
    state = 6_364_136_223_846_793_005 &* state &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }

  /// Box and Muller's.
  private mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// Two components of width 0.3 at −1 and 1 in a column, beside a column of width 1000.
  static let narrowBesideWide: Points = {
    var draw = FitReference(seed: 1)
    return Points(
      rows: (0..<600).map { _ in
        let center = draw.uniform() < 0.4 ? -1.0 : 1
        let narrow = center + 0.3 * draw.normal()
        return [Float(narrow), Float(1000 * draw.normal())]
      })
  }()

  /// Standard normal points, and one at a million.
  static let outlier: Points = {
    var draw = FitReference(seed: 2)
    var points = Points(
      rows: (0..<300).map { _ in
        let first = draw.normal()
        return [Float(first), Float(draw.normal())]
      })
    points[7, 0] = 1e6
    return points
  }()

  /// Forty points of five columns with one part in common, in units from 0.001 to 1000.
  static let fewInUnits: Points = {
    var draw = FitReference(seed: 3)
    return Points(
      rows: (0..<40).map { _ in
        let shared = draw.normal()
        return [1000, 50, 1, 0.1, 0.001].map { Float($0 * (shared + draw.normal())) }
      })
  }()
}
