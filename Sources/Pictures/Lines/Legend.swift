/// Which line is which, where in the frame it hides least.
struct Legend {
  let frame: PlotFrame
  let curves: [Curve]
  let letters: Lettering

  private static let sample = 44.0
  private static let gap = 12.0
  private static let inset = 14.0
  /// Places tried along each side of the frame.
  private static let steps = 12

  func draw(on canvas: inout Canvas) {
    let entries = curves.enumerated().filter { !$0.element.label.isEmpty }
    guard entries.count > 0 else { return }
    let line = LetterSize.legend * 1.4
    let widest = entries.map { letters.width(of: $0.element.label, size: LetterSize.legend) }.max()
    let width = Legend.sample + 3 * Legend.gap + (widest ?? 0)
    let height = line * Double(entries.count) + Legend.gap
    let corner = emptiestPlace(width: width, height: height)
    let far = Position(corner.x + width, corner.y + height)
    canvas.fillRectangle(from: corner, to: far, color: .white.with(opacity: 0.9))
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

  /// The place in the frame where a box of this size hides the shortest lines; corners before
  /// other places, the upper right first.
  private func emptiestPlace(width: Double, height: Double) -> Position {
    let (left, top) = (
      Double(frame.area.left) + Legend.inset, Double(frame.area.top) + Legend.inset
    )
    let free = Position(
      max(Double(frame.area.width) - 2 * Legend.inset - width, 0),
      max(Double(frame.area.height) - 2 * Legend.inset - height, 0))
    let corners = [(1.0, 0.0), (0, 0), (0, 1), (1, 1)]
    let steps = (0...Legend.steps).map { Double($0) / Double(Legend.steps) }
    let shares = corners + steps.flatMap { y in steps.reversed().map { x in (x, y) } }
    let places = shares.map { Position(left + $0.0 * free.x, top + $0.1 * free.y) }
    let traced = curves.flatMap(tracePlaces)
    let hidden = places.map { place in
      traced.count {
        $0.x > place.x - Legend.gap && $0.x < place.x + width + Legend.gap
          && $0.y > place.y - Legend.gap && $0.y < place.y + height + Legend.gap
      }
    }
    let best = places.indices.min { hidden[$0] < hidden[$1] } ?? 0
    return places[best]
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
