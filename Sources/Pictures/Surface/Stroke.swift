import Foundation

/// How a line is drawn.
public struct Stroke: Sendable, Equatable {
  /// What a line looks like where it stops.
  public enum End: Sendable {
    /// Cut off at the last place.
    case butt
    /// A half disc around the last place.
    case round
  }

  /// Pixels across.
  public var width: Double
  /// The colour.
  public var color: Color
  /// What the ends look like.
  public var end: End
  /// Lengths drawn and left out in turn, in pixels; empty for a solid line.
  public var dashes: [Double]

  /// A way to draw lines.
  public init(width: Double, color: Color, end: End = .butt, dashes: [Double] = []) {
    self.width = width
    self.color = color
    self.end = end
    self.dashes = dashes
  }
}

extension Canvas {
  /// Draws a line between two places.
  public mutating func drawLine(from start: Position, to end: Position, stroke: Stroke) {
    drawPolyline([start, end], stroke: stroke)
  }

  /// Draws a line through places, with round corners, as one shape: a faint line is not darker
  /// where its pieces meet. A place that is not finite leaves a gap.
  public mutating func drawPolyline(_ places: [Position], stroke: Stroke) {
    guard stroke.width.isFinite, stroke.width > 0 else { return }
    let half = min(stroke.width, Position.farthest) / 2
    var outlines: [[Position]] = []
    for run in places.split(whereSeparator: { !$0.isFinite }) {
      appendOutlines(of: run.map(\.bounded), stroke: stroke, half: half, to: &outlines)
    }
    guard let box = outlines.joined().map({ $0 }).box else { return }
    let area = clip.touched(from: box.low, to: box.high)
    guard !area.isEmpty else { return }
    var coverage = Coverage(area: area)
    for outline in outlines { coverage.add(outline, oriented: true) }
    fill(coverage, color: stroke.color)
  }

  private func appendOutlines(
    of places: [Position], stroke: Stroke, half: Double, to outlines: inout [[Position]]
  ) {
    var travelled = 0.0
    for (index, (start, end)) in zip(places, places.dropFirst()).enumerated() {
      let length = distance(start, end)
      guard length > 0 else { continue }
      if let (first, last) = visibleShares(from: start, to: end, reach: half + 1) {
        let pieces = stroke.drawn(from: travelled + first * length, to: travelled + last * length)
        for piece in pieces {
          let a = start.moved(towards: end, share: (piece.lowerBound - travelled) / length)
          let b = start.moved(towards: end, share: (piece.upperBound - travelled) / length)
          outlines.append(quadrilateral(from: a, to: b, half: half))
          // A whole piece of its own has two ends; otherwise only the line's own ends count.
          let isFirst = index == 0 || piece.lowerBound > travelled
          let isLast = index == places.count - 2 || piece.upperBound < travelled + length
          if !isFirst || stroke.end == .round { outlines.append(disc(around: a, half: half)) }
          if isLast && stroke.end == .round { outlines.append(disc(around: b, half: half)) }
        }
      }
      travelled += length
    }
  }

  /// The shares of the way between two places at which a line enters and leaves the clip, widened
  /// by `reach`; nil when it never does.
  ///
  /// - Reference: Liang and Barsky 1984. https://doi.org/10.1145/357332.357333
  private func visibleShares(
    from start: Position, to end: Position, reach: Double
  ) -> (Double, Double)? {
    var (first, last) = (0.0, 1.0)
    let borders = [
      (start.x - Double(clip.left) + reach, end.x - start.x),
      (Double(clip.right) + reach - start.x, start.x - end.x),
      (start.y - Double(clip.top) + reach, end.y - start.y),
      (Double(clip.bottom) + reach - start.y, start.y - end.y),
    ]
    for (inside, growth) in borders {
      if growth == 0 {
        if inside < 0 { return nil }
      } else if growth > 0 {
        first = max(first, -inside / growth)
      } else {
        last = min(last, -inside / growth)
      }
    }
    return first < last ? (first, last) : nil
  }
}

extension Stroke {
  /// A line of more dashes than this is drawn solid: none of them could be seen.
  static let mostDashes = 100_000.0

  /// The drawn pieces of a line between two distances from its start.
  func drawn(from first: Double, to last: Double) -> [ClosedRange<Double>] {
    // An odd list swaps drawn and left out every time round; said twice it does not.
    let pattern = dashes.count % 2 == 0 ? dashes : dashes + dashes
    let whole = pattern.reduce(0, +)
    guard dashes.allSatisfy({ $0 >= 0 && $0.isFinite }), whole > 0,
      (last - first) / whole < Stroke.mostDashes
    else { return [first...last] }
    var place = (first / whole).rounded(.down) * whole
    var pieces: [ClosedRange<Double>] = []
    while place < last {
      for (index, length) in pattern.enumerated() {
        let (low, high) = (max(place, first), min(place + length, last))
        if index % 2 == 0 && low < high { pieces.append(low...high) }
        place += length
      }
    }
    return pieces
  }
}

extension Position {
  func moved(towards other: Position, share: Double) -> Position {
    Position(x + share * (other.x - x), y + share * (other.y - y))
  }
}

private func distance(_ a: Position, _ b: Position) -> Double {
  ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot()
}

private func quadrilateral(from a: Position, to b: Position, half: Double) -> [Position] {
  let length = distance(a, b)
  guard length > 0 else { return [] }
  let (x, y) = (half * (b.y - a.y) / length, -half * (b.x - a.x) / length)
  return [
    Position(a.x + x, a.y + y), Position(b.x + x, b.y + y), Position(b.x - x, b.y - y),
    Position(a.x - x, a.y - y),
  ]
}

/// A polygon for a disc, with as many corners as keep it within a twentieth of a pixel.
private func disc(around center: Position, half: Double) -> [Position] {
  let corners = min(max(8, Int((10 * half).squareRoot() * 3.2)), 256)
  return (0..<corners).map { corner in
    let angle = 2 * Double.pi * Double(corner) / Double(corners)
    return Position(center.x + half * cos(angle), center.y + half * sin(angle))
  }
}
