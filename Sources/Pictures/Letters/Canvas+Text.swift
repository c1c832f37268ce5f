/// Which point of a text stands at the place it is drawn at, along its baseline.
public enum TextAnchor: Sendable {
  /// Where it begins.
  case start
  /// Its middle.
  case middle
  /// Where it ends.
  case end

  /// How much of the text lies before the anchor.
  var share: Double {
    switch self {
    case .start: 0
    case .middle: 0.5
    case .end: 1
    }
  }
}

extension Canvas {
  /// Draws a text on a baseline through `place`; an upwards one is turned a quarter to the left.
  public mutating func drawText(
    _ text: String, at place: Position, size: Double, color: Color, anchor: TextAnchor = .start,
    upwards: Bool = false, typeface: Typeface
  ) {
    guard place.isFinite, size.isFinite, size > 0 else { return }
    let back = anchor.share * typeface.width(of: text, size: size)
    let start = Position(place.x - (upwards ? 0 : back), place.y + (upwards ? back : 0)).bounded
    let pixel = Position(start.x.rounded(.down), start.y.rounded(.down))
    let fraction = Position(start.x - pixel.x, start.y - pixel.y)
    let glyphs = typeface.glyphs(of: text, size: size, fraction: fraction, upwards: upwards)
    for glyph in glyphs {
      blend(glyph, x: Int(pixel.x) + glyph.left, y: Int(pixel.y) + glyph.top, color: color)
    }
  }

  private mutating func blend(_ glyph: Typeface.Glyph, x left: Int, y top: Int, color: Color) {
    let area = PixelArea(
      left: left, top: top, right: left + glyph.width, bottom: top + glyph.height
    ).intersection(clip)
    for y in area.top..<area.bottom {
      for x in area.left..<area.right {
        let cover = glyph.cover[(y - top) * glyph.width + x - left]
        if cover > 0 { blend(color, coverage: Float(cover) / 255, x: x, y: y) }
      }
    }
  }
}
