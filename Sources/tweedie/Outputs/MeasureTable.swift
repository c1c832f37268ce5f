import Diffusion
import Files
import Foundation

/// One measured number beside its floor.
struct MeasuredMetric {
  let name: String
  let estimate: Estimate
  let floor: Floor
  /// Whether less is better.
  var isDistance = true
  /// χ² alone has these.
  var test: ModeWeights.Result?

  /// Standard errors that a number may lie off its floor's mean.
  private static let allowedDeviations = 2.0

  /// How far the number lies beyond the floor's mean on the bad side.
  private var excess: Double {
    (isDistance ? 1 : -1) * (estimate.value - floor.mean)
  }

  /// Both errors: the number's own, and the spread of a floor known from a few repeats.
  private var isAtFloor: Bool {
    let error = hypot(estimate.standardError, floor.spread)
    return excess <= Self.allowedDeviations * error
  }

  /// When a number is said to be at its floor.
  static let rule =
    "At the floor: no more than \(Int(allowedDeviations)) errors beyond the mean of the floor, an "
    + "error being that of the value and the spread of the floor together; factor is value over floor."

  /// The value over the level of its floor; nil where that is nothing.
  private var factor: Double? {
    floor.level > 0 && estimate.value.isFinite ? estimate.value / floor.level : nil
  }

  /// How the number compares with its floor.
  var verdict: String {
    if isAtFloor { return "at the floor" }
    return factor.map { "\($0.formatted(digits: 3)) times the floor" } ?? "off the floor"
  }

  /// Whether all of it are numbers; a ratio to copies is none, and says so.
  var isKnown: Bool {
    name == "novelty"
      || [estimate.value, estimate.standardError, floor.level, floor.spread].allSatisfy(\.isFinite)
  }

  /// The row of a table for people.
  var row: [String] {
    [
      name, estimate.value.formatted(digits: 4), estimate.standardError.formatted(digits: 2),
      floor.level.formatted(digits: 3), factor.map { $0.formatted(digits: 2) } ?? "-",
      verdict + (test.map { ", p = \($0.pValue.formatted(digits: 2))" } ?? ""),
    ]
  }

  /// The members of an object for programs.
  var json: JSONValue {
    .object(
      [
        JSONMember("name", .string(name)), JSONMember("value", .number(estimate.value)),
        JSONMember("standardError", .number(estimate.standardError)),
        JSONMember("floor", .number(floor.level)),
        JSONMember("floorMean", .number(floor.mean)),
        JSONMember("floorSpread", .number(floor.spread)),
        JSONMember("floorCount", .integer(floor.counts.samples)),
        JSONMember("factor", factor.map { .number($0) } ?? .null),
        JSONMember("verdict", .string(verdict)),
      ]
        + (test.map {
          [
            JSONMember("degreesOfFreedom", .integer($0.degreesOfFreedom)),
            JSONMember("pValue", .number($0.pValue)),
          ]
        } ?? []))
  }

  /// The line of a table file.
  var csv: String {
    let numbers = [
      estimate.value, estimate.standardError, floor.level, floor.mean, floor.spread,
    ]
    return ([name] + numbers.map { "\($0)" }).joined(separator: ",")
  }

  /// The head of that file.
  static let csvHeader = "metric,value,standardError,floor,floorMean,floorSpread"
}

/// Rows of words, padded to columns.
func table(_ rows: [[String]]) -> [String] {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    row.enumerated().map { column, word in
      column == row.count - 1
        ? word : word + String(repeating: " ", count: widths[column] - word.count)
    }.joined(separator: "  ")
  }
}
