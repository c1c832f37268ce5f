extension ImageGrid {
  /// Where images stand in the picture.
  public struct Layout: Sendable, Equatable {
    /// Images in a row.
    public var columns: Int
    /// Rows of images.
    public var rows: Int
    /// Images shown, in reading order.
    public var shown: Int
    /// Pixels of the picture a pixel of an image.
    public var scale: Int
    /// Pixels between images and around them.
    public var margin: Int
    /// Columns of the picture.
    public var width: Int
    /// Rows of the picture.
    public var height: Int
    /// From one image to the next, in columns and rows.
    var pitch: (x: Int, y: Int) { ((width - margin) / columns, (height - margin) / rows) }

    /// The first pixel of an image.
    public func origin(of index: Int) -> (x: Int, y: Int) {
      (margin + index % columns * pitch.x, margin + index / columns * pitch.y)
    }
  }

  /// Pictures are enlarged until they are about this wide: half a page of text.
  static let pleasantSide = 900
  /// Beyond this factor pixels are tiles.
  static let largestScale = 8
  /// The largest side of a picture; only a single image may be larger.
  static let largestSide = 2000

  /// Where `count` images stand.
  public func layout(count: Int) -> Layout {
    let margin = 2
    let room = ImageGrid.largestSide - margin
    let largest = (columns: max(1, room / (width + margin)), rows: max(1, room / (height + margin)))
    let wanted = min(count, maximumCount)
    let root = max(1, Int(Double(wanted).squareRoot().rounded(.up)))
    let columns = min(max(columns ?? root, 1), largest.columns)
    let rows = min(max(1, (wanted + columns - 1) / columns), largest.rows)
    func side(_ pixels: Int, _ images: Int, _ scale: Int) -> Int {
      images * (pixels * scale + margin) + margin
    }
    func longer(_ scale: Int) -> Int { max(side(width, columns, scale), side(height, rows, scale)) }
    func largestScale(within side: Int, upTo limit: Int) -> Int {
      (1...limit).last { longer($0) <= side } ?? 1
    }
    let allowed = largestScale(within: ImageGrid.largestSide, upTo: ImageGrid.largestSide)
    let pleasant = largestScale(within: ImageGrid.pleasantSide, upTo: ImageGrid.largestScale)
    let scale = scale.map { min(max($0, 1), allowed) } ?? pleasant
    return Layout(
      columns: columns, rows: rows, shown: min(wanted, columns * rows), scale: scale,
      margin: margin, width: side(width, columns, scale), height: side(height, rows, scale))
  }
}
