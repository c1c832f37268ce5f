import Foundation

/// Where an axis is marked, and what is written there.
public struct Ticks: Sendable, Equatable {
  /// One marked place.
  public struct Tick: Sendable, Equatable {
    /// The number on the axis.
    public var value: Double
    /// How it is written, with the axis's factor and offset taken out.
    public var label: String
  }

  /// Marked and labelled.
  public var major: [Tick] = []
  /// Marked only.
  public var minor: [Double] = []
  /// What every label is to be multiplied with and added to, "×10⁶ + 10¹²"; mostly empty.
  public var note = ""

  /// Ticks at whole multiples of 1, 2 or 5 times a power of ten, about `count` of them.
  ///
  /// Labels are made from whole numbers n · 10ᵉ, never from rounded fractions, so 0.3 is written
  /// 0.3. Where numbers are very large, small or close together, what they share goes to `note`.
  public static func linear(_ range: ClosedRange<Double>, about count: Int) -> Ticks {
    precondition(
      range.lowerBound < range.upperBound && (range.upperBound - range.lowerBound).isFinite,
      "An axis runs between two different finite numbers.")
    return linear(range, step: step(range, about: count))
  }

  /// Ticks at whole multiples of a step of 1, 2 or 5 times a power of ten.
  static func linear(
    _ range: ClosedRange<Double>, step: (unit: Int, exponent: Int)
  ) -> Ticks {
    let (unit, exponent) = step
    let step = Double(unit) * pow(10, Double(exponent))
    // A tick may lie outside by rounding alone.
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up)) * unit
    let last = Int((range.upperBound / step + 1e-9).rounded(.down)) * unit
    let numbers = Array(stride(from: first, through: max(first, last), by: unit))
    let largest = numbers.map(\.magnitude).max() ?? 0
    let base = sharedOffset(numbers, largest: Int(largest))
    let top = numbers.map { ($0 - base).magnitude }.max() ?? 0
    let power = sharedPower(Int(top), exponent)
    var ticks = Ticks()
    ticks.major = numbers.map { number in
      Tick(
        value: value(number, exponent), label: decimal(number - base, exponent: exponent - power))
    }
    ticks.note = note(power: power, base: base, exponent: exponent)
    return ticks
  }

  /// The step: 1, 2 or 5, and the power of ten it counts.
  static func step(_ range: ClosedRange<Double>, about count: Int) -> (unit: Int, exponent: Int) {
    let raw = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    let exponent = Int(log10(raw).rounded(.down))
    let lead = raw / pow(10, Double(exponent))
    // Geometric midpoints between 1, 2, 5 and 10: the nearest step in ratio.
    switch lead {
    case ..<1.4142: return (1, exponent)
    case ..<3.1623: return (2, exponent)
    case ..<7.0711: return (5, exponent)
    default: return (1, exponent + 1)
    }
  }

  static func value(_ number: Int, _ exponent: Int) -> Double {
    // Dividing by a power of ten rounds once; multiplying by its inverse would round twice.
    exponent < 0
      ? Double(number) / pow(10, Double(-exponent)) : Double(number) * pow(10, Double(exponent))
  }

  /// More digits than this are not read but compared, so what they share is taken out.
  private static let longestNumber = 1_000_000

  private static func sharedOffset(_ numbers: [Int], largest: Int) -> Int {
    guard largest >= longestNumber, let first = numbers.first, let last = numbers.last else {
      return 0
    }
    var block = 10
    while block < 2 * (last - first) { block *= 10 }
    return first / block * block
  }

  private static func sharedPower(_ largest: Int, _ exponent: Int) -> Int {
    guard largest > 0 else { return 0 }
    let power = String(largest).count - 1 + exponent
    return (-3...4).contains(power) ? 0 : power
  }

  private static func note(power: Int, base: Int, exponent: Int) -> String {
    let factor = power == 0 ? "" : "×10" + superscript(power)
    guard base != 0 else { return factor }
    let sign = base < 0 ? "−" : "+"
    let size = scientific(Int(base.magnitude), exponent: exponent)
    return factor.isEmpty ? "\(sign) \(size)" : "\(factor) \(sign) \(size)"
  }
}
