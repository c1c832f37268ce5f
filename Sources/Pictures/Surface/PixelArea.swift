/// A place on a canvas in pixels: x to the right, y down, pixel (i, j) is [i, i+1] × [j, j+1].
public struct Position: Sendable, Equatable {
  /// Pixels from the left edge.
  public var x: Double
  /// Pixels from the top edge.
  public var y: Double

  /// A place from its two numbers.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  var isFinite: Bool { x.isFinite && y.isFinite }

  /// Farther than any picture is wide, near enough that squares and differences stay exact.
  static let farthest = 1e9

  /// This place, pulled back to where arithmetic with it cannot overflow.
  var bounded: Position {
    Position(
      min(max(x, -Position.farthest), Position.farthest),
      min(max(y, -Position.farthest), Position.farthest))
  }
}

/// A rectangle of whole pixels; `right` and `bottom` are the first ones outside.
public struct PixelArea: Sendable, Equatable {
  /// The first column.
  public var left: Int
  /// The first row.
  public var top: Int
  /// The column after the last.
  public var right: Int
  /// The row after the last.
  public var bottom: Int

  /// A rectangle from its edges.
  public init(left: Int, top: Int, right: Int, bottom: Int) {
    self.left = left
    self.top = top
    self.right = max(left, right)
    self.bottom = max(top, bottom)
  }

  /// Columns.
  public var width: Int { right - left }
  /// Rows.
  public var height: Int { bottom - top }
  /// Whether there is no pixel in it.
  public var isEmpty: Bool { width == 0 || height == 0 }

  /// The pixels in both.
  public func intersection(_ other: PixelArea) -> PixelArea {
    PixelArea(
      left: max(left, other.left), top: max(top, other.top),
      right: min(right, other.right), bottom: min(bottom, other.bottom))
  }

  /// The pixels of this area touched by the box between two corners, whatever their size.
  func touched(from low: Position, to high: Position) -> PixelArea {
    func column(_ x: Double) -> Int { Int(min(max(x, Double(left)), Double(right))) }
    func row(_ y: Double) -> Int { Int(min(max(y, Double(top)), Double(bottom))) }
    return PixelArea(
      left: column(low.x.rounded(.down)), top: row(low.y.rounded(.down)),
      right: column(high.x.rounded(.up)), bottom: row(high.y.rounded(.up)))
  }
}
