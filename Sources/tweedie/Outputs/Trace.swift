import Arrays
import Diffusion
import Files
import Foundation
import Pictures

/// Every state of a run: what `--trace` writes and `--animate` draws.
struct Trace {
  /// The levels of the states, falling, the last 0.
  let levels: [Level]
  /// States, one batch for each level: count × d, in data units.
  private(set) var states: [Points]

  init(_ levels: NoiseLevels, count: Int, dimension: Int) {
    self.levels = levels.levels
    states = levels.levels.map { _ in Points(count: count, dimension: dimension) }
  }

  /// Keeps the states of some rows after `step` steps.
  mutating func record(_ x: Points, step: Int, from first: Int) {
    states[step].replaceRows(from: first, with: x)
  }

  /// An archive of `x` (levels × count × d), in data units, and `sigma` (levels).
  func encode(for path: String, in frame: Frame) throws -> [UInt8] {
    let shape = [states.count, states[0].count, states[0].dimension]
    return try NPZ.encode(
      [
        NPZ.Entry(key: "x", shape: shape, values: states.flatMap { frame.points(at: $0).values }),
        NPZ.Entry(
          key: "sigma", shape: [levels.count], values: levels.map { Float($0.sigma) }),
      ], file: path)
  }

  /// One frame a level, the last shown longest.
  ///
  /// States less the mean are divided by √(1 + σ²/σ_data²), which keeps their spread while noise
  /// falls.
  func animation(
    deviation: Double, mean: [Double], in frame: Frame, image: ImageShape?,
    range: ClosedRange<Float>?, title: String
  ) -> (frames: [Raster], milliseconds: [Int]) {
    let limits = image == nil ? limits(frame) : nil
    let center = mean.map { Float($0) }
    let frames = zip(levels, states).map { level, state in
      var shown = state
      let ratio = level.sigma / max(deviation, .leastNormalMagnitude)
      shown.translate(by: center.map { -$0 })
      shown.scale(by: .uniform(Float(1 / (1 + ratio * ratio).squareRoot())))
      shown.translate(by: center)
      return Drawing.draw(
        frame.differences(shown), image: image, range: range, title: title,
        caption: "sigma = \(level.sigma.formatted(digits: 3))", limits: limits,
        about: frame.origin
      ).raster
    }
    // Captions differ in their number of lines; frames may not differ in size.
    let (width, height) = (frames.map(\.width).max() ?? 1, frames.map(\.height).max() ?? 1)
    let padded = frames.map { $0.padded(width: width, height: height) }
    return (padded, levels.map { $0.sigma > 0 ? 120 : 2000 })
  }

  /// The box of the samples with a margin, for every frame.
  private func limits(_ frame: Frame) -> [ClosedRange<Double>]? {
    guard let last = states.last.map(frame.differences), last.dimension <= 3 else { return nil }
    return (0..<last.dimension).map { axis in
      let values = (0..<last.count).map { Double(last[$0, axis]) }
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      let margin = margin(high - low, at: high, share: 0.25)
      return low - margin...high + margin
    }
  }
}

/// The share of a width that is left free around it; of points that are all equal, of their size, and
/// of zero, of one.
func margin(_ width: Double, at end: Double, share: Double) -> Double {
  let least = 1e-6 * abs(end)
  return share * (max(width, least) > 0 ? max(width, least) : 1)
}
