/// How much of each pixel polygons cover, exactly.
///
/// An edge adds to every pixel the signed area to its right within the rows it crosses. Summed
/// over a closed outline that is the outline's area in the pixel. What is kept are differences
/// along a row, so that an edge touches only the pixels it crosses.
struct Coverage {
  let area: PixelArea
  private let stride: Int
  private var differences: [Float]

  /// Below this a cover is rounding left over from the running sum, not a shape.
  private static let faintest: Float = 1 / 4096

  init(area: PixelArea) {
    self.area = area
    // Two more than the pixels: an edge on the right border writes behind the last one.
    stride = area.width + 2
    differences = [Float](repeating: 0, count: stride * area.height)
  }

  /// Adds a closed outline. `oriented` turns it to positive area first, so that overlapping parts
  /// of one stroke join instead of cancelling.
  mutating func add(_ outline: [Position], oriented: Bool = false) {
    let corners = outline.clipped(to: area)
    guard corners.count > 2 else { return }
    let sign: Double = oriented && corners.signedArea < 0 ? -1 : 1
    for (index, corner) in corners.enumerated() {
      addEdge(from: corner, to: corners[(index + 1) % corners.count], sign: sign)
    }
  }

  private mutating func addEdge(from start: Position, to end: Position, sign: Double) {
    guard start.y != end.y else { return }
    let down = start.y < end.y
    let (high, low) = down ? (start, end) : (end, start)
    let slope = (low.x - high.x) / (low.y - high.y)
    let (left, top) = (Double(area.left), Double(area.top))
    for y in Int(high.y - top)..<min(Int((low.y - top).rounded(.up)), area.height) {
      let enter = max(high.y, top + Double(y))
      let leave = min(low.y, top + Double(y + 1))
      let ends = (
        high.x + slope * (enter - high.y) - left, high.x + slope * (leave - high.y) - left
      )
      let width = Double(area.width)
      addSpan(
        from: min(max(min(ends.0, ends.1), 0), width), to: min(max(max(ends.0, ends.1), 0), width),
        weight: (down ? -sign : sign) * (leave - enter), row: y)
    }
  }

  /// An edge that runs from x = a to x = b within one row. The mean over it of max(0, t − x) is the
  /// area left of t that lies right of the edge; a pixel's cover is its increase over the pixel.
  private mutating func addSpan(from a: Double, to b: Double, weight: Double, row: Int) {
    func areaLeft(of t: Double) -> Double {
      t <= a ? 0 : t >= b ? t - (a + b) / 2 : (t - a) * (t - a) / (2 * (b - a))
    }
    let first = Int(a)
    let last = max(Int(b.rounded(.up)), first + 1)
    var before = 0.0
    var cover = 0.0
    for x in first..<last {
      let area = areaLeft(of: Double(x + 1))
      differences[row * stride + x] += Float(weight * (area - before - cover))
      cover = area - before
      before = area
    }
    differences[row * stride + last] += Float(weight * (1 - cover))
  }

  /// Calls `body` with every pixel that is covered, and by how much.
  func forEach(_ body: (_ x: Int, _ y: Int, _ cover: Float) -> Void) {
    for y in 0..<area.height {
      var sum: Float = 0
      for x in 0..<area.width {
        sum += differences[y * stride + x]
        let cover = min(abs(sum), 1)
        if cover > Coverage.faintest { body(area.left + x, area.top + y, cover) }
      }
    }
  }
}

extension Canvas {
  /// Lays a colour over what is covered.
  mutating func fill(_ coverage: Coverage, color: Color) {
    coverage.forEach { x, y, cover in blend(color, coverage: cover, x: x, y: y) }
  }
}
