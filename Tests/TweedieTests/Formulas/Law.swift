import Files
import Foundation

/// A mixture of normal laws in Float64, with its description in JSON.
struct Law {
  enum Kind: String, CaseIterable { case full, diagonal, isotropic, lowRank = "low-rank" }

  struct Component {
    let weight: Double
    let mean: [Double]
    /// Σ, whatever way the description has of saying it.
    let covariance: [[Double]]
    let words: [JSONMember]
  }

  let components: [Component]

  var dimension: Int { components[0].mean.count }

  /// The root of the mean variance of a coordinate.
  var scale: Double {
    let total = components.reduce(0) { $0 + $1.weight }
    let mean = (0..<dimension).map { index in
      components.reduce(0) { $0 + $1.weight * $1.mean[index] } / total
    }
    let variance = components.reduce(0.0) { sum, component in
      let own = (0..<dimension).reduce(0.0) {
        let off = component.mean[$1] - mean[$1]
        return $0 + component.covariance[$1][$1] + off * off
      }
      return sum + component.weight / total * own
    }
    return (variance / Double(dimension)).squareRoot()
  }

  /// E[x₀].
  var mean: [Double] {
    let total = components.reduce(0) { $0 + $1.weight }
    return (0..<dimension).map { index in
      components.reduce(0) { $0 + $1.weight * $1.mean[index] } / total
    }
  }

  /// The law of (x − center)/unit, for formulas: its words stay those of x.
  func standing(about center: [Double], in unit: Double) -> Law {
    Law(
      components: components.map { component in
        Component(
          weight: component.weight,
          mean: zip(component.mean, center).map { ($0 - $1) / unit },
          covariance: component.covariance.map { $0.map { $0 / unit / unit } },
          words: component.words)
      })
  }

  var description: JSONValue {
    .object([
      JSONMember("kind", .string("mixture")),
      JSONMember(
        "components",
        .array(
          components.map {
            .object(
              [JSONMember("weight", .number($0.weight)), JSONMember("mean", JSONValue($0.mean))]
                + $0.words)
          })),
    ])
  }

  /// The one component as a description of its own.
  var gaussianDescription: JSONValue {
    .object(
      [
        JSONMember("kind", .string("gaussian")),
        JSONMember("mean", JSONValue(components[0].mean)),
      ] + components[0].words)
  }

  /// Components with means of width 1.5 and deviations between 0.1 and 1.
  static func random(_ kind: Kind, dimension: Int, count: Int = 3, seed: UInt64 = 1) -> Law {
    var dice = Dice(state: seed)
    return Law(
      components: (0..<count).map { index in
        component(kind, weight: Double(index + 1), dimension, &dice)
      })
  }

  private static func component(
    _ kind: Kind, weight: Double, _ d: Int, _ dice: inout Dice
  ) -> Component {
    let mean = dice.normals(d, width: 1.5)
    let variances = (0..<d).map { _ in pow(0.1 + 0.9 * dice.uniform(), 2) }
    let directions = orthonormal((0..<d).map { _ in dice.normals(d) })
    func sum(_ values: [Double]) -> [[Double]] {
      (0..<d).map { i in
        (0..<d).map { j in
          values.indices.reduce(0) { $0 + values[$1] * directions[$1][i] * directions[$1][j] }
        }
      }
    }
    func diagonal(_ values: [Double]) -> [[Double]] {
      (0..<d).map { i in (0..<d).map { i == $0 ? values[i] : 0 } }
    }
    switch kind {
    case .full:
      let matrix = sum(variances)
      let rows = (0..<d).map { i in (0..<d).map { matrix[max(i, $0)][min(i, $0)] } }
      return Component(
        weight: weight, mean: mean, covariance: rows,
        words: [JSONMember("covariance", .array(rows.map { JSONValue($0) }))])
    case .diagonal:
      return Component(
        weight: weight, mean: mean, covariance: diagonal(variances),
        words: [JSONMember("variances", JSONValue(variances))])
    case .isotropic:
      return Component(
        weight: weight, mean: mean,
        covariance: diagonal([Double](repeating: variances[0], count: d)),
        words: [JSONMember("variance", .number(variances[0]))])
    case .lowRank:
      let rank = max(1, d / 4)
      let rest = 0.01
      let values = variances.prefix(rank) + [Double](repeating: rest, count: d - rank)
      return Component(
        weight: weight, mean: mean, covariance: sum(Array(values)),
        words: [
          JSONMember("directions", .array(directions.prefix(rank).map { JSONValue($0) })),
          JSONMember("directionVariances", JSONValue(Array(variances.prefix(rank)))),
          JSONMember("rest", .number(rest)),
        ])
    }
  }

  /// Gram and Schmidt, twice for the sake of rounding.
  private static func orthonormal(_ rows: [[Double]]) -> [[Double]] {
    var result: [[Double]] = []
    for row in rows {
      var row = row
      for _ in 0..<2 {
        for other in result {
          let along = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
          for index in row.indices { row[index] -= along * other[index] }
        }
      }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      result.append(row.map { $0 / length })
    }
    return result
  }
}
