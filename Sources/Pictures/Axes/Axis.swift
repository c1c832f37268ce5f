import Foundation

/// One axis of a chart, as its user describes it.
public struct Axis: Sendable, Equatable {
  /// How numbers become distances.
  public enum Scale: Sendable {
    /// Equal differences are equal lengths.
    case linear
    /// Equal ratios are equal lengths; only positive numbers are shown.
    case logarithmic
  }

  /// What the numbers are, with their unit.
  public var label: String
  /// How numbers become distances.
  public var scale: Scale
  /// What is shown; all of the data when nil.
  public var limits: ClosedRange<Double>?

  /// An axis.
  public init(_ label: String, scale: Scale = .linear, limits: ClosedRange<Double>? = nil) {
    self.label = label
    self.scale = scale
    self.limits = limits
  }
}

/// A range of numbers laid along an axis: the low end at 0, the high end at 1.
struct AxisRange: Equatable {
  let scale: Axis.Scale
  let range: ClosedRange<Double>

  /// The share of the way along the axis; not finite where a number cannot be shown.
  func share(of value: Double) -> Double {
    switch scale {
    case .linear:
      (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      value > 0
        ? log(value / range.lowerBound) / log(range.upperBound / range.lowerBound) : .nan
    }
  }

  func ticks(about count: Int) -> Ticks {
    switch scale {
    case .linear: Ticks.linear(range, about: count)
    case .logarithmic: Ticks.logarithmic(range, about: count)
    }
  }

  /// The range of some values with air around them, never of zero length; non-finite values, and
  /// on a logarithmic axis values of 0 or less, are passed over.
  init(around values: some Sequence<Double>, scale: Axis.Scale, air: Double = 0.04) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (scale == .linear || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    if low > high { (low, high) = scale == .linear ? (0, 1) : (1, 10) }
    self.init(from: low, to: high, scale: scale, air: air)
  }

  /// A range between two ends with air around it, widened where they are equal or nearly so.
  init(from low: Double, to high: Double, scale: Axis.Scale, air: Double = 0.04) {
    self.scale = scale
    func bounded(_ value: Double, from lowest: Double) -> Double {
      min(max(value, lowest), AxisRange.largest)
    }
    switch scale {
    case .linear:
      let low = bounded(low, from: -AxisRange.largest)
      let high = bounded(high, from: -AxisRange.largest)
      let size = max(abs(low), abs(high))
      // Numbers that agree to this share are one number to a reader, and to Float32.
      let isPoint = high - low <= 1e-7 * size || high - low < 1 / AxisRange.largest
      let pad = isPoint ? (size > 1 / AxisRange.largest ? 0.1 * size : 1) : air * (high - low)
      range = low - pad...high + pad
    case .logarithmic:
      let low = bounded(low, from: 1 / AxisRange.largest)
      let high = bounded(high, from: 1 / AxisRange.largest)
      let ratio = high / low < 1.001 ? 2 : pow(high / low, air)
      range = low / ratio...high * ratio
    }
  }

  /// Beyond this and its inverse, ratios of Doubles, and ticks with so many digits, overflow.
  private static let largest = 1e140
}
