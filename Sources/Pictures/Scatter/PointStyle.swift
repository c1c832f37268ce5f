import Foundation

/// How large and how opaque points are drawn, so that their density can be read.
struct PointStyle {
  let radius: Double
  let opacity: Float

  /// Layers of ink at the typical point: 1 − exp(−1.2) ≈ 0.7 of full colour, so the densest places
  /// are darker and the sparse ones lighter than it.
  private static let layers = 1.2
  /// Fainter points would not be seen alone.
  private static let faintest = 0.06
  /// Just not solid: two points on one another show.
  private static let strongest = 0.85

  /// A style for points at `places` within a frame of `area`.
  ///
  /// The radius shrinks as n^(−1/5), from 7 pixels for a few to 1.4 for 10⁵. The opacity follows
  /// from the expected cover of one point by the others: with c_k points in cell k of a coarse grid,
  /// Σ c_k (c_k − 1) / n is the mean number of others in a point's own cell.
  init(places: [Position], area: PixelArea, radius: Double?, opacity: Double?) {
    let count = Double(max(places.count, 1))
    let radius = radius ?? min(max(14 * pow(count, -0.2), 1.4), 7)
    let cell = 12.0
    let (columns, rows) = (area.width / Int(cell) + 1, area.height / Int(cell) + 1)
    var counts = [Double](repeating: 0, count: columns * rows)
    for place in places {
      let (x, y) = ((place.x - Double(area.left)) / cell, (place.y - Double(area.top)) / cell)
      guard x >= 0, y >= 0, x < Double(columns), y < Double(rows) else { continue }
      counts[Int(y) * columns + Int(x)] += 1
    }
    let neighbors = counts.reduce(0) { $0 + $1 * ($1 - 1) } / count
    let cover = neighbors * Double.pi * radius * radius / (cell * cell)
    self.radius = radius
    self.opacity = Float(
      opacity
        ?? min(max(PointStyle.layers / max(cover, 1e-9), PointStyle.faintest), PointStyle.strongest)
    )
  }
}
