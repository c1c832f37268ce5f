public import Arrays

/// A batch of images side by side, pixel by pixel.
///
/// A value v of the range low…high becomes the byte round(255 (v − low) / (high − low)), clamped to
/// 0…255. Images are enlarged by whole factors only, each pixel to a square of its own bytes, so
/// that values can be read back from the picture.
public struct ImageGrid: Sendable {
  /// Columns of one image.
  public var width: Int
  /// Rows of one image.
  public var height: Int
  /// Numbers of a pixel, channels last: 1 (grey) or 3 (red, green, blue).
  public var channels: Int
  /// The values that become 0 and 255.
  public var range: ClosedRange<Float>
  /// Images in a row; the rounded-up root of their number when nil, which makes a square.
  public var columns: Int?
  /// Pixels of the picture a pixel of an image; chosen for a pleasant size when nil.
  public var scale: Int?
  /// Not more images than this are shown: beyond, no reader looks at each.
  public var maximumCount = 1024

  /// A grid for images of one shape.
  public init(width: Int, height: Int, channels: Int = 1, range: ClosedRange<Float> = -1...1) {
    precondition(width > 0 && height > 0, "An image has at least one pixel.")
    precondition(channels == 1 || channels == 3, "Images are grey (1) or colour (3).")
    precondition(range.lowerBound < range.upperBound, "A range of values has two different ends.")
    self.width = width
    self.height = height
    self.channels = channels
    self.range = range
  }

  /// The images, one a row of `images`, in reading order.
  public func draw(_ images: Points) -> Picture {
    precondition(
      images.dimension == width * height * channels,
      "Images of \(width) × \(height) × \(channels) have \(width * height * channels) numbers, "
        + "not \(images.dimension).")
    let layout = layout(count: images.count)
    var raster = Raster(
      width: layout.width, height: layout.height, channels: channels,
      fill: marginByte(images.rows(0..<layout.shown)))
    var notFinite = 0
    for index in 0..<layout.shown {
      let bytes = images.row(index).map { value in
        if !value.isFinite { notFinite += 1 }
        return byte(value)
      }
      paste(bytes, at: layout.origin(of: index), scale: layout.scale, into: &raster)
    }
    var notes: [String] = []
    if layout.shown < images.count {
      notes.append("The first \(layout.shown) of \(images.count) images are shown.")
    }
    if notFinite > 0 {
      notes.append("\(notFinite) values are not finite: NaN is drawn as \(range.lowerBound).")
    }
    return Picture(raster: raster, notes: notes)
  }

  /// The byte of a value; NaN has that of the range's low end.
  public func byte(_ value: Float) -> UInt8 {
    guard !value.isNaN else { return 0 }
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return UInt8((min(max(share, 0), 1) * 255).rounded())
  }

  private func paste(
    _ bytes: [UInt8], at origin: (x: Int, y: Int), scale: Int, into raster: inout Raster
  ) {
    for y in 0..<height * scale {
      for x in 0..<width * scale {
        let source = (y / scale * width + x / scale) * channels
        let target = ((origin.y + y) * raster.width + origin.x + x) * channels
        for channel in 0..<channels { raster.bytes[target + channel] = bytes[source + channel] }
      }
    }
  }

  /// Grey that parts the images without outshining them: a dark one between images with dark
  /// borders, a light one between light ones, never their black or white itself.
  private func marginByte(_ images: Points) -> UInt8 {
    var (sum, count) = (0, 0)
    for index in 0..<images.count {
      let image = Array(images.row(index))
      for y in 0..<height {
        let inner = y > 0 && y < height - 1
        for x in stride(from: 0, to: width, by: inner ? max(width - 1, 1) : 1) {
          sum += Int(byte(image[(y * width + x) * channels]))
          count += 1
        }
      }
    }
    return count > 0 && sum < 128 * count ? 70 : 205
  }
}
