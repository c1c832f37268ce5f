import Foundation

extension Ticks {
  /// Ticks at powers of ten, with 2 … 9 between them; where the range holds one or two powers,
  /// 1, 2 and 5 times a power are labelled as plain numbers, and below that the axis is marked as
  /// a linear one is.
  public static func logarithmic(_ range: ClosedRange<Double>, about count: Int) -> Ticks {
    precondition(range.lowerBound > 0, "A logarithmic axis shows positive numbers only.")
    let slack = 1e-9
    let first = Int((log10(range.lowerBound) - slack).rounded(.up))
    let last = Int((log10(range.upperBound) + slack).rounded(.down))
    let isPlain = first >= -2 && last <= 4
    if last - first >= (isPlain ? 2 : 1) {
      return decades(first...last, in: range, about: count)
    }
    let candidates = (first - 1...last + 1).flatMap { power in [1, 2, 5].map { ($0, power) } }
    let inside = candidates.filter { lead, power in range.contains(value(lead, power)) }
    guard inside.count >= 2 else { return linear(range, about: count) }
    var ticks = Ticks()
    ticks.major = inside.map { lead, power in
      let isShort = (-3...4).contains(power)
      return Tick(
        value: value(lead, power),
        label: isShort ? decimal(lead, exponent: power) : scientific(lead, exponent: power))
    }
    ticks.minor = between(first - 1...last, in: range).filter { minor in
      !ticks.major.contains { $0.value == minor }
    }
    return ticks
  }

  /// Powers of ten, every so many of them that there are not more than `count`.
  private static func decades(
    _ powers: ClosedRange<Int>, in range: ClosedRange<Double>, about count: Int
  ) -> Ticks {
    var apart = 1
    for step in [1, 2, 5, 10, 20, 50, 100] {
      apart = step
      if powers.count / step <= max(count, 2) { break }
    }
    var ticks = Ticks()
    for power in powers {
      if power.isMultiple(of: apart) {
        ticks.major.append(Tick(value: value(1, power), label: "10" + superscript(power)))
      } else {
        ticks.minor.append(value(1, power))
      }
    }
    if apart == 1 { ticks.minor = between(powers.lowerBound - 1...powers.upperBound, in: range) }
    return ticks
  }

  private static func between(
    _ powers: ClosedRange<Int>, in range: ClosedRange<Double>
  ) -> [Double] {
    powers.flatMap { power in (2...9).map { value($0, power) } }.filter(range.contains)
  }
}
