/// Draws one curve into a frame.
struct CurvePen {
  let frame: PlotFrame
  let curve: Curve
  let color: Color

  static let lineWidth = 3.5
  static let markerRadius = 7.0
  static let dashes = [14.0, 9.0]

  func drawSpread(on canvas: inout Canvas) {
    guard let ends = curve.ends else { return }
    let low = lowPlaces(ends.low)
    let high = places(ends.high)
    switch curve.spread {
    case .none: break
    case .band: canvas.fillBand(low: low, high: high, color: color.with(opacity: 0.18))
    case .bars:
      let stroke = Stroke(width: 2, color: color)
      for (low, high) in zip(low, high) where low.isFinite && high.isFinite {
        canvas.drawLine(from: low, to: high, stroke: stroke)
        for end in [low, high] {
          canvas.drawLine(
            from: Position(end.x - 6, end.y), to: Position(end.x + 6, end.y), stroke: stroke)
        }
      }
    }
  }

  func drawLine(on canvas: inout Canvas) {
    let line = places(curve.y)
    let stroke = Stroke(
      width: CurvePen.lineWidth, color: color, end: curve.isDashed ? .butt : .round,
      dashes: curve.isDashed ? CurvePen.dashes : [])
    canvas.drawPolyline(line, stroke: stroke)
    // A place between two gaps has no line; a disc as wide as one shows it.
    if curve.marker == nil {
      for (index, place) in line.enumerated() where place.isFinite {
        let isAlone =
          (index == 0 || !line[index - 1].isFinite)
          && (index == line.count - 1 || !line[index + 1].isFinite)
        if isAlone { canvas.fillDisc(at: place, radius: CurvePen.lineWidth, color: color) }
      }
    }
    if let marker = curve.marker {
      for place in line where place.isFinite {
        draw(marker, at: place, radius: CurvePen.markerRadius + 1.5, color: .white, on: &canvas)
        draw(marker, at: place, radius: CurvePen.markerRadius, color: color, on: &canvas)
      }
    }
  }

  /// Places of the curve's x with numbers along y.
  private func places(_ y: [Double]) -> [Position] {
    zip(curve.x, y).map { frame.position($0, $1) }
  }

  /// Low ends of the spread: one of 0 or less on a logarithmic axis stands far below the frame.
  private func lowPlaces(_ low: [Double]) -> [Position] {
    zip(places(low), low).map { place, value in
      frame.y.scale == .logarithmic && value <= 0 ? Position(place.x, Position.farthest) : place
    }
  }
}

/// Marks of about one area, so that none looks heavier.
func draw(
  _ marker: Curve.Marker, at place: Position, radius: Double, color: Color,
  on canvas: inout Canvas
) {
  func polygon(_ corners: [(Double, Double)]) -> [Position] {
    corners.map { Position(place.x + radius * $0.0, place.y + radius * $0.1) }
  }
  switch marker {
  case .disc: canvas.fillDisc(at: place, radius: radius, color: color)
  case .square:
    let half = 0.89
    canvas.fillPolygon(
      polygon([(-half, -half), (half, -half), (half, half), (-half, half)]), color: color)
  case .triangle:
    canvas.fillPolygon(polygon([(0, -1.3), (1.17, 0.75), (-1.17, 0.75)]), color: color)
  case .diamond:
    canvas.fillPolygon(polygon([(0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)]), color: color)
  }
}
