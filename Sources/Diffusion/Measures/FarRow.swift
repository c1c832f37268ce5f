public import Arrays

/// The row that lies farthest from the middle of a reference, in units of what is usual there.
///
/// The middle is the median of each column of the reference, and the unit the median distance of its
/// rows from there, of those that are not in it: neither follows a few rows far away.
///
/// A row F units away enters a distance of m rows with 2 F/m, which cancels against the same of other
/// rows to what Float32 leaves of it, 2⁻²⁴ F/m and less. Within ``farthest`` units that is below what
/// sets of any size scatter by.
public struct FarRow: Sendable {
  private let middle: [Double]
  private let usual: Double

  /// Units that a row may lie away: numbers beyond stand for something else, as 9.97e36 for none.
  public static let farthest = 1e9

  /// Rows that middle and unit are taken from, which need not be known well.
  private static let rowLimit = 1000

  /// The middle and the unit of a reference of at least one point, from rows evenly chosen.
  public init(from points: Points) {
    let (n, d) = (points.count, points.dimension)
    let count = min(n, Self.rowLimit)
    let reference = points.rows(at: (0..<count).map { $0 * n / count })
    var column = [Double](repeating: 0, count: reference.count)
    middle = (0..<d).map { j in
      for row in column.indices { column[row] = Double(reference[row, j]) }
      column.sortRising()
      return column[column.count / 2]
    }
    var away = Self.distances(of: reference, from: middle).filter { $0 > 0 }
    away.sortRising()
    usual = away.isEmpty ? 0 : away[away.count / 2]
  }

  private static func distances(of points: Points, from middle: [Double]) -> [Double] {
    (0..<points.count).map { row in
      var sum = 0.0
      for (j, center) in middle.enumerated() {
        let gap = Double(points[row, j]) - center
        sum += gap * gap
      }
      return sum.squareRoot()
    }
  }

  /// The first row beyond ``farthest`` and how many units away it lies; nil where there is none, or no
  /// unit to tell by.
  public func beyond(in points: Points) -> (row: Int, units: Double)? {
    guard usual > 0 else { return nil }
    let away = Self.distances(of: points, from: middle)
    return away.firstIndex { $0 > Self.farthest * usual }.map { ($0, away[$0] / usual) }
  }
}
