import Foundation
public import Arrays

/// Pictures of digits drawn by the program: 16 × 16 grey levels, −1 for paper and 1 for ink.
///
/// Picture i shows digit i mod 10, its strokes slanted, turned, bent, stretched, moved and
/// thickened by amounts that are smooth functions of ten random numbers of its own: no two are
/// alike, and near numbers draw near pictures.
public struct GlyphCatalog: Sendable {
  /// Width and height in pixels.
  public static let side = 16
  /// The number of classes.
  public static let classes = 10
  /// The 4000 pictures behind the toy `glyphs`, 400 of each digit.
  public static let standard = GlyphCatalog(count: 4000)

  /// The pictures, row by row from the top.
  public let images: Points

  /// The first `count` pictures.
  public init(count: Int) {
    var images = Points(count: count, dimension: Self.side * Self.side)
    for index in 0..<count {
      let image = Self.image(of: Self.label(index), Pen(index))
      images.replaceRows(
        from: index, with: Points(count: 1, dimension: images.dimension, values: image))
    }
    self.images = images
  }

  /// The digit that picture `index` shows.
  public static func label(_ index: Int) -> Int { index % classes }

  /// How one picture is drawn; lengths in pixels.
  private struct Pen {
    var height, aspect, slant, turn, thickness: Double
    var shift: SIMD2<Double>
    /// Displacements by y², by sin πy and by sin πx.
    var bow, sway, wave: Double

    /// The pen of picture `index`. Ranges keep every stroke on the paper and every digit legible.
    init(_ index: Int) {
      let uniforms = RandomStream(seed: 0, for: .toy).uniforms(10, sample: UInt64(index))
      func between(_ low: Double, _ high: Double, _ place: Int) -> Double {
        low + (high - low) * uniforms[place]
      }
      height = between(4.6, 6, 0)
      aspect = between(0.8, 1.2, 1)
      slant = between(-0.1, 0.35, 2)
      turn = between(-0.12, 0.12, 3)
      thickness = between(1.2, 2.4, 4)
      shift = [between(-1, 1, 5), between(-0.8, 0.8, 6)]
      bow = between(-0.12, 0.12, 7)
      sway = between(-0.08, 0.08, 8)
      wave = between(-0.08, 0.08, 9)
    }

    /// Where a point of a stroke comes to lie, in pixels from the top left corner.
    func place(_ point: SIMD2<Double>) -> SIMD2<Double> {
      var x = point.x * aspect + bow * (point.y * point.y - 0.5) + sway * sin(.pi * point.y)
      let y = point.y + wave * sin(.pi * point.x)
      x -= slant * y
      let turned = SIMD2(x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn))
      return turned * height + shift + SIMD2(repeating: Double(GlyphCatalog.side) / 2)
    }
  }

  /// The picture of one digit: a pixel is inked as far as the nearest stroke covers it.
  private static func image(of digit: Int, _ pen: Pen) -> [Float] {
    let reach = pen.thickness / 2 + 0.5
    var squares = [Double](repeating: .infinity, count: side * side)
    for stroke in DigitStrokes.all[digit] {
      let points = stroke.map(pen.place)
      for line in zip(points, points.dropFirst()) {
        // A line inks no pixel farther away than its reach: the others keep their nearest.
        let low = pointwiseMin(line.0, line.1) - reach
        let high = pointwiseMax(line.0, line.1) + reach
        for y in pixels(low.y, high.y) {
          for x in pixels(low.x, high.x) {
            let square = squaredDistance(from: SIMD2(Double(x) + 0.5, Double(y) + 0.5), to: line)
            squares[y * side + x] = min(squares[y * side + x], square)
          }
        }
      }
    }
    return squares.map { Float(2 * min(max(reach - $0.squareRoot(), 0), 1) - 1) }
  }

  /// The rows or columns between two coordinates.
  private static func pixels(_ low: Double, _ high: Double) -> Range<Int> {
    let first = min(max(Int(low.rounded(.down)), 0), side)
    return first..<max(first, min(Int(high.rounded(.up)), side))
  }

  private static func squaredDistance(
    from point: SIMD2<Double>, to line: (SIMD2<Double>, SIMD2<Double>)
  ) -> Double {
    let (along, away) = (line.1 - line.0, point - line.0)
    let length = (along * along).sum()
    let share = length > 0 ? min(max((along * away).sum() / length, 0), 1) : 0
    let gap = away - share * along
    return (gap * gap).sum()
  }
}
