import ArgumentParser
import Diffusion

/// Refuses the first whole number, where it is given, that lies outside its range.
func require(_ options: [(name: String, value: Int?, range: ClosedRange<Int>)]) throws {
  for (name, value, range) in options {
    guard let value, !range.contains(value) else { continue }
    throw ValidationError(
      "\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not \(value).")
  }
}

/// Numbers that a run squares, or divides by, in Float32.
let usableNumbers = 1e-18...1e18

/// Refuses the first noise level, where it is given, that no run could use.
func requireLevels(_ options: [(name: String, value: Double?)]) throws {
  try requireNumbers(options.map { ($0.name, $0.value, NoiseLevels.sigmaRange) })
}

/// Refuses the first number, where it is given, that lies outside its range or is none.
func requireNumbers(
  _ options: [(name: String, value: Double?, range: ClosedRange<Double>)]
) throws {
  for (name, value, range) in options {
    guard let value, !range.contains(value) else { continue }
    let (low, high) = (range.lowerBound.formatted(digits: 6), range.upperBound.formatted(digits: 6))
    throw ValidationError("\(name) takes a number from \(low) to \(high), not \(value).")
  }
}
