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
    let lines = DigitStrokes.all[digit].flatMap { stroke in
      let points = stroke.map(pen.place)
      return Array(zip(points, points.dropFirst()))
    }
    return (0..<side * side).map { pixel in
      let center = SIMD2(Double(pixel % side) + 0.5, Double(pixel / side) + 0.5)
      let square = lines.reduce(Double.infinity) {
        min($0, squaredDistance(from: center, to: $1))
      }
      let cover = min(max(pen.thickness / 2 + 0.5 - square.squareRoot(), 0), 1)
      return Float(2 * cover - 1)
    }
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
