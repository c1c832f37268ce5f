public import Arrays

/// A surface to draw on: antialiased shapes, laid over one another, inside a clip.
///
/// Parts are kept as Float32, so that a hundred thousand faint discs add up without each being
/// rounded away. Colours blend as their sRGB numbers stand, out = below + coverage · opacity ·
/// (colour − below): what browsers and plotting programs do, so an opacity looks as its user
/// expects, and dark letters on white keep their weight, which blending in linear light thins.
/// The same calls give the same bits.
public struct Canvas: Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Nothing is drawn outside of this; never larger than the canvas.
  public var clip: PixelArea {
    didSet { clip = clip.intersection(bounds) }
  }
  /// Red, green and blue of every pixel, row-major.
  private var parts: [Float]

  /// An empty canvas of one colour.
  public init(width: Int, height: Int, ground: Color = .white) {
    precondition(width > 0 && height > 0, "A canvas has at least one pixel.")
    self.width = width
    self.height = height
    clip = PixelArea(left: 0, top: 0, right: width, bottom: height)
    parts = [Float](repeating: 0, count: 3 * width * height)
    for pixel in 0..<width * height {
      parts[3 * pixel] = ground.red
      parts[3 * pixel + 1] = ground.green
      parts[3 * pixel + 2] = ground.blue
    }
  }

  /// All pixels of the canvas.
  public var bounds: PixelArea { PixelArea(left: 0, top: 0, right: width, bottom: height) }

  /// The canvas as bytes, rounded to the nearest.
  public var raster: Raster {
    var raster = Raster(width: width, height: height, channels: 3)
    for index in parts.indices {
      raster.bytes[index] = UInt8(min(max(parts[index], 0), 1) * 255 + 0.5)
    }
    return raster
  }

  /// Lays a colour over one pixel, which must lie inside the canvas.
  mutating func blend(_ color: Color, coverage: Float, x: Int, y: Int) {
    let share = coverage * color.opacity
    let index = 3 * (y * width + x)
    parts[index] += share * (color.red - parts[index])
    parts[index + 1] += share * (color.green - parts[index + 1])
    parts[index + 2] += share * (color.blue - parts[index + 2])
  }

  /// Fills whole pixels, as far as they lie inside the clip.
  public mutating func fill(_ area: PixelArea, color: Color) {
    let area = area.intersection(clip)
    for y in area.top..<area.bottom {
      for x in area.left..<area.right { blend(color, coverage: 1, x: x, y: y) }
    }
  }
}
