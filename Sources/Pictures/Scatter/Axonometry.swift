import Foundation

/// A box seen from a fixed side without perspective: parallel edges stay parallel, and equal lengths
/// along one axis stay equal.
struct Axonometry {
  /// Half the box's edges; the longest is 1.
  let halves: [Double]
  /// What lies between −half and half along each axis.
  let ranges: [AxisRange]
  /// The middle of the box on the canvas, and the pixels of a unit.
  var center = Position(0, 0)
  var unit = 1.0

  /// From the right and in front, a little from above: the third axis stands upright and three
  /// faces are seen, none of them edge on.
  private static let azimuth = -60.0 * Double.pi / 180
  private static let elevation = 22.0 * Double.pi / 180
  /// A box flatter than this cannot be read.
  private static let shortest = 0.35

  init(ranges: [AxisRange], hasEqualAspect: Bool) {
    self.ranges = ranges
    let spans = ranges.map { $0.range.upperBound - $0.range.lowerBound }
    let longest = spans.max() ?? 1
    halves = spans.map { hasEqualAspect ? max($0 / longest, Axonometry.shortest) : 1 }
  }

  /// Where a corner of the box is, as −1 or 1 along each axis.
  func corner(_ x: Double, _ y: Double, _ z: Double) -> Position {
    project(x * halves[0], y * halves[1], z * halves[2])
  }

  /// Where a point is.
  func position(_ point: [Double]) -> Position {
    let place = place(point)
    return project(place[0], place[1], place[2])
  }

  /// How near a point is: larger is nearer.
  func nearness(_ point: [Double]) -> Double {
    let place = place(point)
    let (a, e) = (Axonometry.azimuth, Axonometry.elevation)
    return place[0] * cos(e) * cos(a) + place[1] * cos(e) * sin(a) + place[2] * sin(e)
  }

  /// The largest and smallest nearness in the box, from its middle.
  var depth: Double { nearnessOfCorner(1, -1, 1) }

  /// The corners of the box, projected.
  var corners: [Position] {
    [-1.0, 1.0].flatMap { x in
      [-1.0, 1.0].flatMap { y in [-1.0, 1.0].map { z in corner(x, y, z) } }
    }
  }

  private func nearnessOfCorner(_ x: Double, _ y: Double, _ z: Double) -> Double {
    let (a, e) = (Axonometry.azimuth, Axonometry.elevation)
    return x * halves[0] * cos(e) * cos(a) + y * halves[1] * cos(e) * sin(a)
      + z * halves[2] * sin(e)
  }

  private func place(_ point: [Double]) -> [Double] {
    (0..<3).map { (2 * ranges[$0].share(of: point[$0]) - 1) * halves[$0] }
  }

  private func project(_ x: Double, _ y: Double, _ z: Double) -> Position {
    let (a, e) = (Axonometry.azimuth, Axonometry.elevation)
    let right = -x * sin(a) + y * cos(a)
    let up = -x * sin(e) * cos(a) - y * sin(e) * sin(a) + z * cos(e)
    return Position(center.x + unit * right, center.y - unit * up)
  }
}
