extension Canvas {
  /// Fills a disc; nothing for a place or radius that is not a number, or a radius of 0 or less.
  public mutating func fillDisc(at center: Position, radius: Double, color: Color) {
    fillDiscs(at: [center], radius: radius, color: color)
  }

  /// Fills discs of one size, each laid over the ones before.
  public mutating func fillDiscs(at centers: [Position], radius: Double, color: Color) {
    guard radius.isFinite, radius > 0 else { return }
    let radius = min(radius, Position.farthest)
    var row = [Float](repeating: 0, count: width)
    for center in centers where center.isFinite {
      fillDisc(at: center.bounded, radius: radius, color: color, row: &row)
    }
  }

  /// One disc. Each pixel row is cut into thin strips; a strip of the disc is a chord, whose cover
  /// of every pixel is exact along x. `row` is a row of zeros, before and after.
  private mutating func fillDisc(
    at center: Position, radius: Double, color: Color, row: inout [Float]
  ) {
    let box = clip.touched(
      from: Position(center.x - radius, center.y - radius),
      to: Position(center.x + radius, center.y + radius))
    guard !box.isEmpty else { return }
    let strips = Canvas.strips(radius: radius)
    let share = 1 / Float(strips)
    for y in box.top..<box.bottom {
      for strip in 0..<strips {
        let rise = Double(y) + (Double(strip) + 0.5) / Double(strips) - center.y
        let square = radius * radius - rise * rise
        guard square > 0 else { continue }
        let half = square.squareRoot()
        let low = max(center.x - half, Double(box.left))
        let high = min(center.x + half, Double(box.right))
        guard low < high else { continue }
        let first = Int(low)
        let last = min(Int(high), box.right - 1)
        if first == last {
          row[first] += share * Float(high - low)
        } else {
          row[first] += share * Float(Double(first + 1) - low)
          for x in first + 1..<max(last, first + 1) { row[x] += share }
          row[last] += share * Float(high - Double(last))
        }
      }
      for x in box.left..<box.right where row[x] > 0 {
        blend(color, coverage: min(row[x], 1), x: x, y: y)
        row[x] = 0
      }
    }
  }

  /// Strips a pixel row. The midpoint rule over a circle errs by about (strip height / radius)^1.5
  /// of the area, so small discs need thinner strips; these keep it below one percent.
  private static func strips(radius: Double) -> Int {
    radius < 1 ? 16 : radius < 3 ? 8 : 4
  }
}
