/// Which line is which, in the corner of the frame where it hides least.
struct Legend {
  let frame: PlotFrame
  let curves: [Curve]
  let letters: Lettering

  private static let sample = 44.0
  private static let gap = 12.0
  private static let inset = 14.0

  func draw(on canvas: inout Canvas) {
    let entries = curves.enumerated().filter { !$0.element.label.isEmpty }
    guard entries.count > 0 else { return }
    let line = LetterSize.legend * 1.4
    let widest = entries.map { letters.width(of: $0.element.label, size: LetterSize.legend) }.max()
    let width = Legend.sample + 3 * Legend.gap + (widest ?? 0)
    let height = line * Double(entries.count) + Legend.gap
    let corner = emptiestCorner(width: width, height: height)
    let far = Position(corner.x + width, corner.y + height)
    canvas.fillRectangle(from: corner, to: far, color: .white.with(opacity: 0.85))
    for (row, (index, curve)) in entries.enumerated() {
      let middle = corner.y + Legend.gap / 2 + line * (Double(row) + 0.5)
      let left = corner.x + Legend.gap
      drawSample(
        of: curve, color: curve.color ?? .series(index), left: left, middle: middle, on: &canvas)
      letters.draw(
        curve.label,
        at: Position(
          left + Legend.sample + Legend.gap,
          middle + LetterSize.capitals / 2 * LetterSize.legend),
        size: LetterSize.legend, color: .ink, on: &canvas)
    }
  }

  private func drawSample(
    of curve: Curve, color: Color, left: Double, middle: Double, on canvas: inout Canvas
  ) {
    canvas.drawLine(
      from: Position(left, middle), to: Position(left + Legend.sample, middle),
      stroke: Stroke(
        width: CurvePen.lineWidth, color: color, dashes: curve.isDashed ? CurvePen.dashes : []))
    if let marker = curve.marker {
      let place = Position(left + Legend.sample / 2, middle)
      Pictures.draw(
        marker, at: place, radius: CurvePen.markerRadius, color: color, on: &canvas)
    }
  }

  /// The corner of the frame with the shortest lines below a box of this size; the first of equals:
  /// upper right, upper left, lower left, lower right.
  private func emptiestCorner(width: Double, height: Double) -> Position {
    let (left, right) = (
      Double(frame.area.left) + Legend.inset, Double(frame.area.right) - Legend.inset - width
    )
    let (top, bottom) = (
      Double(frame.area.top) + Legend.inset, Double(frame.area.bottom) - Legend.inset - height
    )
    let corners = [
      Position(right, top), Position(left, top), Position(left, bottom), Position(right, bottom),
    ]
    let places = curves.flatMap(tracePlaces)
    let hidden = corners.map { corner in
      places.count {
        $0.x >= corner.x && $0.x <= corner.x + width && $0.y >= corner.y
          && $0.y <= corner.y + height
      }
    }
    let best = corners.indices.min { hidden[$0] < hidden[$1] } ?? 0
    return corners[best]
  }

  /// Places along a curve and its spread, many on every piece, so that a long piece counts by its
  /// length rather than by its ends.
  private func tracePlaces(_ curve: Curve) -> [Position] {
    let pieces = 24
    return [curve.y, curve.ends?.low ?? [], curve.ends?.high ?? []].flatMap { heights in
      let places = zip(curve.x, heights).map { frame.position($0, $1) }
      return zip(places, places.dropFirst()).flatMap { a, b in
        (0...pieces).map { a.moved(towards: b, share: Double($0) / Double(pieces)) }
      }
    }.filter(\.isFinite)
  }
}
