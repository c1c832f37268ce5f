/// The paper around a frame: title, subtitle and legend above, captions below.
struct Sheet {
  /// A mark and what it stands for.
  struct Entry {
    var label: String
    var color: Color
    /// A line rather than a set of points.
    var isLine = false
  }

  let width: Int
  let text: PlotText
  /// Named above the frame; empty where one set needs no name.
  let legend: [Entry]
  /// What the reader should know that the data do not show; written below the caption.
  let remarks: [String]
  let letters: Lettering

  /// Pixels between the edge of the picture and anything on it.
  static let edge = 24.0
  private static let legendMark = 8.0

  /// Pixels above the frame.
  var headHeight: Double {
    var height = Sheet.edge
    if !text.title.isEmpty { height += LetterSize.title * LetterSize.leading }
    if !text.subtitle.isEmpty { height += LetterSize.subtitle * LetterSize.leading }
    if !legend.isEmpty { height += LetterSize.legend * LetterSize.leading }
    return height + (height > Sheet.edge ? 10 : 0)
  }

  /// Pixels below the axis's label.
  func footHeight(left: Double) -> Double {
    let lines = Double(captions(left: left).count)
    return Sheet.edge + (lines > 0 ? 12 : 0) + lines * LetterSize.caption * LetterSize.leading
  }

  private func captions(left: Double) -> [String] {
    [text.caption, remarks.joined(separator: ", ")].flatMap {
      letters.lines(of: $0, size: LetterSize.caption, width: room(from: left))
    }
  }

  private func room(from left: Double) -> Double { Double(width) - Sheet.edge - left }

  /// Writes everything around a frame that begins at `left`.
  func draw(left: Double, on canvas: inout Canvas) {
    var baseline = Sheet.edge
    func next(_ size: Double) -> Double {
      baseline += size * LetterSize.leading
      return baseline - 0.3 * size
    }
    if !text.title.isEmpty {
      letters.draw(
        text.title, at: Position(left, next(LetterSize.title)),
        size: letters.size(of: text.title, upTo: LetterSize.title, width: room(from: left)),
        color: .ink, on: &canvas)
    }
    if !text.subtitle.isEmpty {
      letters.draw(
        text.subtitle, at: Position(left, next(LetterSize.subtitle)),
        size: letters.size(of: text.subtitle, upTo: LetterSize.subtitle, width: room(from: left)),
        color: .quietInk, on: &canvas)
    }
    if !legend.isEmpty { drawLegend(from: left, baseline: next(LetterSize.legend), on: &canvas) }
    let captions = captions(left: left)
    let line = LetterSize.caption * LetterSize.leading
    var bottom = Double(canvas.height) - Sheet.edge - line * Double(captions.count - 1)
    for caption in captions {
      letters.draw(
        caption, at: Position(left, bottom), size: LetterSize.caption, color: .quietInk,
        on: &canvas)
      bottom += line
    }
  }

  private func drawLegend(from left: Double, baseline: Double, on canvas: inout Canvas) {
    var x = left
    for entry in legend {
      let middle = baseline - LetterSize.capitals / 2 * LetterSize.legend
      if entry.isLine {
        canvas.drawLine(
          from: Position(x - 6, middle), to: Position(x + 2 * Sheet.legendMark, middle),
          stroke: Stroke(width: 3.5, color: entry.color))
      } else {
        canvas.fillDisc(
          at: Position(x + Sheet.legendMark, middle), radius: Sheet.legendMark, color: entry.color)
      }
      x += 2 * Sheet.legendMark + 10
      letters.draw(
        entry.label, at: Position(x, baseline), size: LetterSize.legend, color: .ink, on: &canvas)
      x += letters.width(of: entry.label, size: LetterSize.legend) + 30
    }
  }
}
