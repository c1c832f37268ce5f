import Foundation
public import Arrays

/// Coordinates to work in: y_j = (x_j − o_j)/w_j, with an origin and a width for each column.
///
/// Float32 holds seven digits. Data far from zero leave few of them to what matters, and columns of
/// very different width do not share one σ: noise that hides the widest column drowns the others
/// until its last level. In a frame neither is so. Origins are taken off in Double; widths are the
/// columns' deviations s_j in units of their root mean square, w_j = s_j/s, so that in the frame
/// every column deviates by s, and σ is noise of σ w_j in column j.
///
/// Where columns need none of it a frame is the identity, and nothing is computed.
public struct Frame: Sendable, Equatable {
  /// o, d numbers.
  public let origin: [Double]
  /// w > 0, d numbers.
  public let scale: [Double]

  /// Deviations that a mean may lie from zero before it becomes the origin: six bits of
  /// Float32's twenty-four.
  public static let farthest = 64.0
  /// How many times the narrowest column's deviation the widest may have before columns are scaled.
  public static let widest = 10.0

  /// The coordinates with this origin and these widths.
  public init(origin: [Double], scale: [Double]) {
    precondition(origin.count == scale.count, "An origin and a width for each column.")
    precondition(scale.allSatisfy { $0 > 0 && $0.isFinite }, "Widths are positive.")
    self.origin = origin
    self.scale = scale
  }

  /// The coordinates of the data itself.
  public init(dimension: Int) {
    self.init(
      origin: [Double](repeating: 0, count: dimension),
      scale: [Double](repeating: 1, count: dimension))
  }

  /// The frame of a law with this mean and these deviations of its columns.
  ///
  /// - Parameters:
  ///   - mean: d numbers.
  ///   - deviations: s_j, d numbers.
  ///   - scalesColumns: Whether columns are divided by w_j; nil where they are if some are more than
  ///     ``widest`` times as wide as others.
  public init(mean: [Double], deviations: [Double], scalesColumns: Bool?) {
    precondition(mean.count == deviations.count, "A mean and a deviation for each column.")
    let whole = Self.rootMeanSquare(deviations)
    let origin = zip(mean, deviations).map { mean, deviation in
      // A column without spread is as narrow as need be: what it is near is the others' spread.
      abs(mean) > Self.farthest * (deviation > 0 ? deviation : whole) && whole > 0 ? mean : 0
    }
    let spread = deviations.filter { $0 > 0 }
    let ratio = (spread.max() ?? 1) / (spread.min() ?? 1)
    let isScaled = scalesColumns ?? (ratio > Self.widest)
    self.init(
      origin: origin,
      scale: deviations.map { isScaled && $0 > 0 && whole > 0 ? $0 / whole : 1 })
  }

  /// d.
  public var dimension: Int { origin.count }
  /// Whether the origin is another than zero.
  public var movesOrigin: Bool { origin.contains { $0 != 0 } }
  /// Whether columns have widths of their own.
  public var scalesColumns: Bool { scale.contains { $0 != 1 } }
  /// Whether y is x.
  public var isIdentity: Bool { !movesOrigin && !scalesColumns }
  /// Σ log w_j: log p(x) = log p(y) less this.
  public var logVolume: Double { scale.reduce(0) { $0 + log($1) } }

  /// y of rows x = `start` + `points`, in Double.
  public func coordinates(of points: Points, from start: [Double]) -> Points {
    precondition(
      points.dimension == dimension && start.count == dimension, "Points have the frame's columns.")
    let moves = zip(start, origin).map { $0 - $1 }
    if !scalesColumns, moves.allSatisfy({ $0 == 0 }) { return points }
    return map(points) { value, column in (value + moves[column]) / scale[column] }
  }

  /// y of a point of data.
  public func coordinates(of point: [Double]) -> [Double] {
    zip(zip(point, origin), scale).map { ($0.0 - $0.1) / $1 }
  }

  /// w y: points less the origin, or differences of points, in data units.
  public func differences(_ y: Points) -> Points {
    scalesColumns ? map(y) { value, column in value * scale[column] } : y
  }

  /// g/w: gradients of a function of y, as gradients by x.
  public func gradients(_ g: Points) -> Points {
    scalesColumns ? map(g) { value, column in value / scale[column] } : g
  }

  /// x = o + w y, rounded to Float32.
  public func points(at y: Points) -> Points {
    isIdentity ? y : map(y) { value, column in origin[column] + value * scale[column] }
  }

  private func map(_ points: Points, _ change: (Double, Int) -> Double) -> Points {
    var values = points.values
    for row in 0..<points.count {
      for column in 0..<dimension {
        let index = row * dimension + column
        values[index] = Float(change(Double(values[index]), column))
      }
    }
    return Points(count: points.count, dimension: dimension, values: values)
  }

  private static func rootMeanSquare(_ values: [Double]) -> Double {
    // Relative to the largest, whose square may not be a number.
    let largest = values.max() ?? 0
    guard largest > 0, largest.isFinite else { return 0 }
    let squares = values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }
    return largest * (squares / Double(values.count)).squareRoot()
  }
}
