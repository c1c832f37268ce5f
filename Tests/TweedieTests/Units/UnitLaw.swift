import Arrays
import Files
import Foundation
import Testing

/// Data y = a x + b, a number of each column's own: how one law looks in other units and from other
/// origins. The law of x has deviations near one.
struct UnitCase: CustomTestStringConvertible, Sendable {
  let units: [Double]
  /// b in units of a.
  let origins: [Double]

  var testDescription: String { "units \(units), origins \(origins)" }

  static let plain = UnitCase(units: [1, 1, 1], origins: [0, 0, 0])
  /// One unit and origin for all columns.
  static let common = [
    (1e-12, 0), (1e-3, 1e2), (1, 1e4), (255, 1e6), (1e3, -1e6), (1e12, 1e4), (1e-12, 1e6),
  ].map { unit, origin in
    UnitCase(
      units: [unit, unit, unit], origins: [origin, -origin, origin])
  }
  /// Columns side by side that have nothing in common.
  static let columns = [
    UnitCase(units: [1, 1e3, 1e6], origins: [0, 0, 0]),
    UnitCase(units: [1e-6, 1, 1e6], origins: [1e6, 0, 100]),
    UnitCase(units: [1e12, 1e-12, 1], origins: [0, 0, 1e4]),
  ]

  /// Two components in three dimensions.
  private static let components: [(weight: Double, mean: [Double], covariance: [[Double]])] = [
    (1, [-1, 0.5, 0.7], [[0.3, 0.1, 0], [0.1, 0.2, 0.05], [0, 0.05, 0.4]]),
    (2, [0.8, -0.6, 0], [[0.2, -0.1, 0.1], [-0.1, 0.5, 0], [0.1, 0, 0.3]]),
  ]

  var description: JSONValue {
    .object([
      JSONMember("kind", .string("mixture")),
      JSONMember(
        "components",
        .array(
          Self.components.map { component in
            .object([
              JSONMember("weight", .number(component.weight)),
              JSONMember(
                "mean", JSONValue(component.mean.indices.map { move(component.mean[$0], $0) })),
              JSONMember(
                "covariance",
                .array(
                  component.covariance.indices.map { i in
                    JSONValue(
                      component.covariance[i].indices.map {
                        component.covariance[i][$0] * units[i] * units[$0]
                      })
                  })),
            ])
          })),
    ])
  }

  /// A number of column `column` in the unit.
  func move(_ value: Double, _ column: Int) -> Double {
    units[column] * (value + origins[column])
  }

  /// Rows of numbers as a table of decimals that hold them.
  func table(_ rows: [[Double]]) -> String {
    rows.map { row in
      row.indices.map { "\(move(row[$0], $0))" }.joined(separator: ",") + "\n"
    }.joined()
  }

  /// Rows of a table, taken back to x.
  func read(_ name: String, in folder: Folder) throws -> [[Double]] {
    try folder.text(name).split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: ",").compactMap { Double($0) }
      guard numbers.count == units.count else { return nil }
      return numbers.indices.map { numbers[$0] / units[$0] - origins[$0] }
    }
  }

  /// Draws of the law of x.
  static func draws(_ count: Int, seed: UInt64) -> [[Double]] {
    var dice = Dice(state: seed)
    return (0..<count).map { _ in
      let component = components[dice.uniform() < 1.0 / 3 ? 0 : 1]
      let n = dice.normals(3)
      let factor = cholesky(component.covariance)
      return (0..<3).map { i in
        component.mean[i] + (0...i).reduce(0) { $0 + factor[i][$1] * n[$1] }
      }
    }
  }

  private static func cholesky(_ matrix: [[Double]]) -> [[Double]] {
    var factor = matrix.map { $0.map { _ in 0.0 } }
    for i in matrix.indices {
      for j in 0...i {
        let sum = (0..<j).reduce(matrix[i][j]) { $0 - factor[i][$1] * factor[j][$1] }
        factor[i][j] = i == j ? sum.squareRoot() : sum / factor[j][j]
      }
    }
    return factor
  }
}

/// How many standard errors the means, and the mean squares about them, of two samples lie apart.
func lawGap(_ a: [[Double]], _ b: [[Double]]) -> Double {
  var worst = 0.0
  func compare(_ a: [Double], _ b: [Double]) {
    let (first, second) = (spread(a), spread(b))
    let error = (first.error * first.error + second.error * second.error).squareRoot()
    worst = max(worst, abs(first.mean - second.mean) / max(error, 1e-300))
  }
  for column in a[0].indices {
    let (x, y) = (a.map { $0[column] }, b.map { $0[column] })
    compare(x, y)
    let (m, n) = (spread(x).mean, spread(y).mean)
    compare(x.map { ($0 - m) * ($0 - m) }, y.map { ($0 - n) * ($0 - n) })
  }
  return worst
}

private func spread(_ numbers: [Double]) -> (mean: Double, error: Double) {
  let n = Double(numbers.count)
  let mean = numbers.reduce(0, +) / n
  let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
  return (mean, (variance / n).squareRoot())
}
