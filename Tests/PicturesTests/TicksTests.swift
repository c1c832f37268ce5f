import Foundation
import Pictures
import Testing

@Suite struct TicksTests {
  @Test func `ticks obey the 1-2-5 rule, lie inside and cover the range`() {
    var dice = Dice(state: 5)
    for _ in 0..<2000 {
      let size = pow(10, 24 * dice.share() - 12)
      let low = (dice.share() - 0.5) * 4 * size
      let range = low...low + size * (0.1 + dice.share())
      let length = range.upperBound - range.lowerBound
      let ticks = Ticks.linear(range, about: 6)
      let values = ticks.major.map(\.value)
      #expect((3...12).contains(values.count))
      let step = values[1] - values[0]
      let lead = step / pow(10, log10(step * 1.0000001).rounded(.down))
      #expect([1, 2, 5].contains { abs(lead - $0) < 1e-6 * $0 })
      for (index, value) in values.enumerated() {
        #expect(abs(value - values[0] - Double(index) * step) < 1e-9 * (abs(value) + length))
        #expect(
          value > range.lowerBound - 1e-6 * length && value < range.upperBound + 1e-6 * length)
      }
      #expect(values[0] - range.lowerBound < step * 1.000001)
      #expect(range.upperBound - values[values.count - 1] < step * 1.000001)
      #expect(Set(ticks.major.map(\.label)).count == values.count)
    }
  }

  @Test func `labels are the shortest numbers, with a true minus`() {
    func labels(_ range: ClosedRange<Double>) -> [String] {
      Ticks.linear(range, about: 5).major.map(\.label)
    }
    #expect(labels(0...1) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(labels(-1...1) == ["−1", "−0.5", "0", "0.5", "1"])
    #expect(labels(0.1...0.7) == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"])
    #expect(labels(0...4000) == ["0", "1000", "2000", "3000", "4000"])
  }

  @Test func `what very large, small and close numbers share is written once`() {
    let small = Ticks.linear(0...3e-12, about: 3)
    #expect(small.major.map(\.label) == ["0", "1", "2", "3"] && small.note == "×10⁻¹²")
    let large = Ticks.linear(0...4e12, about: 4)
    #expect(large.major.map(\.label) == ["0", "1", "2", "3", "4"] && large.note == "×10¹²")
    let close = Ticks.linear(1e12...1e12 + 3, about: 3)
    #expect(close.major.map(\.label) == ["0", "1", "2", "3"] && close.note == "+ 10¹²")
    #expect(Ticks.linear(-1e12 - 3 ... -1e12, about: 3).note.hasPrefix("− "))
    // Control: ordinary numbers need no note.
    #expect(Ticks.linear(0...10, about: 5).note.isEmpty)
  }

  @Test func `labels with their note are the values`() {
    for range in [0...3e-12, 1e12...1e12 + 3, -1e12 - 30 ... -1e12, 2.99e8...3.01e8, -5...5e5] {
      let ticks = Ticks.linear(range, about: 4)
      let parts = ticks.note.split(separator: " ")
      let factor = parts.first { $0.hasPrefix("×") }.map { written($0.dropFirst()) } ?? 1
      var offset = 0.0
      if let sign = parts.firstIndex(where: { $0 == "+" || $0 == "−" }) {
        offset = (parts[sign] == "−" ? -1 : 1) * written(parts[sign + 1])
      }
      for tick in ticks.major {
        let number = Double(tick.label.replacing("−", with: "-")) ?? .nan
        let length = range.upperBound - range.lowerBound
        #expect(abs(number * factor + offset - tick.value) < 1e-6 * length)
      }
    }
  }

  /// Reads "2.5×10⁻⁷".
  private func written(_ text: Substring) -> Double {
    let raised = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let parts = text.split(separator: "×")
    guard let power = parts.last?.dropFirst(2) else { return .nan }
    let digits = power.compactMap { raised.firstIndex(of: $0) }.reduce(0) { 10 * $0 + $1 }
    let lead = parts.count > 1 ? Double(parts[0]) ?? .nan : 1
    return lead * pow(10, Double(power.hasPrefix("⁻") ? -digits : digits))
  }

  @Test func `logarithmic ticks are powers of ten with eight between`() {
    let ticks = Ticks.logarithmic(1e-4...1, about: 6)
    #expect(ticks.major.map(\.label) == ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"])
    #expect(ticks.major.map(\.value) == [1e-4, 1e-3, 1e-2, 1e-1, 1])
    #expect(ticks.minor.count == 4 * 8)
    #expect(ticks.minor.allSatisfy { (1e-4...1).contains($0) })
  }

  @Test func `a short logarithmic axis has plain numbers, a long one skips powers`() {
    #expect(Ticks.logarithmic(6...100, about: 6).major.map(\.label) == ["10", "20", "50", "100"])
    #expect(Ticks.logarithmic(0.2...0.6, about: 4).major.map(\.label) == ["0.2", "0.5"])
    let long = Ticks.logarithmic(1e-30...1e30, about: 6).major
    #expect((4...7).contains(long.count))
    #expect(Ticks.logarithmic(3.1...3.4, about: 4).major.count >= 2)
  }
}
