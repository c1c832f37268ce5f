/// The edges, ticks and words of a box.
struct BoxAxes {
  let view: Axonometry
  let letters: Lettering

  private static let back = Stroke(width: 2, color: Color(hex: 0xDADADA), end: .round)
  private static let front = Stroke(width: 2, color: .frame, end: .round)
  /// Few: the box has three axes to read, each shortened.
  private static let tickCount = 4

  /// The edge along which an axis is marked, and which way its ticks point, as steps along the
  /// box's own axes: edges of the outline, so that no label lies before a point.
  private struct Edge {
    let axis: Int
    let fixed: [Double]
    let outward: [Double]
  }

  private static let edges = [
    Edge(axis: 0, fixed: [0, -1, -1], outward: [0, -1, 0]),
    Edge(axis: 1, fixed: [1, 0, -1], outward: [1, 0, 0]),
    Edge(axis: 2, fixed: [-1, -1, 0], outward: [-1, 0, 0]),
  ]

  /// What lies behind the points: the three far faces, with lines through the ticks.
  func drawBack(on canvas: inout Canvas) {
    for axis in 0..<3 {
      for tick in ticks(axis).major {
        let at = 2 * view.ranges[axis].share(of: tick.value) - 1
        // A tick's line runs over the two far faces that meet its axis.
        let path: [[Double]] =
          switch axis {
          case 0: [[at, -1, -1], [at, 1, -1], [at, 1, 1]]
          case 1: [[1, at, -1], [-1, at, -1], [-1, at, 1]]
          default: [[-1, -1, at], [-1, 1, at], [1, 1, at]]
          }
        canvas.drawPolyline(
          path.map { view.corner($0[0], $0[1], $0[2]) }, stroke: Stroke(width: 2, color: .gridLine))
      }
    }
    let hidden = view.corner(-1, 1, -1)
    for end in [view.corner(1, 1, -1), view.corner(-1, -1, -1), view.corner(-1, 1, 1)] {
      canvas.drawLine(from: hidden, to: end, stroke: BoxAxes.back)
    }
    canvas.drawPolyline(
      [
        view.corner(-1, -1, 1), view.corner(-1, 1, 1), view.corner(1, 1, 1), view.corner(1, 1, -1),
      ], stroke: BoxAxes.back)
  }

  /// The marked edges, with ticks and words.
  func drawFront(labels: [String], on canvas: inout Canvas) {
    let path = [
      view.corner(-1, -1, 1), view.corner(-1, -1, -1), view.corner(1, -1, -1),
      view.corner(1, 1, -1),
    ]
    canvas.drawPolyline(path, stroke: BoxAxes.front)
    for edge in BoxAxes.edges { draw(edge, label: labels[edge.axis], on: &canvas) }
  }

  private func ticks(_ axis: Int) -> Ticks { view.ranges[axis].ticks(about: BoxAxes.tickCount) }

  private func draw(_ edge: Edge, label: String, on canvas: inout Canvas) {
    let outward = direction(edge)
    let ticks = ticks(edge.axis)
    for tick in ticks.major {
      let at = place(edge, at: 2 * view.ranges[edge.axis].share(of: tick.value) - 1)
      let end = at.moved(by: outward, length: PlotFrame.majorTick)
      canvas.drawLine(from: at, to: end, stroke: BoxAxes.front)
      write(
        tick.label, beside: at, outward: outward, distance: 26, size: LetterSize.tick, on: &canvas)
    }
    let widest = ticks.major.map { letters.width(of: $0.label, size: LetterSize.tick) }.max() ?? 0
    let distance = 56 + abs(outward.x) * widest / 2
    let words = ticks.note.isEmpty ? label : "\(label)  (\(ticks.note))"
    write(
      words, beside: place(edge, at: 0), outward: outward, distance: distance,
      size: LetterSize.label, on: &canvas)
  }

  private func place(_ edge: Edge, at share: Double) -> Position {
    var corner = edge.fixed
    corner[edge.axis] = share
    return view.corner(corner[0], corner[1], corner[2])
  }

  /// One pixel along the projection of the edge's outward direction.
  private func direction(_ edge: Edge) -> Position {
    let (origin, tip) = (
      view.corner(0, 0, 0), view.corner(edge.outward[0], edge.outward[1], edge.outward[2])
    )
    let (x, y) = (tip.x - origin.x, tip.y - origin.y)
    let length = max((x * x + y * y).squareRoot(), 1e-9)
    return Position(x / length, y / length)
  }

  private func write(
    _ text: String, beside place: Position, outward: Position, distance: Double, size: Double,
    on canvas: inout Canvas
  ) {
    let half = letters.width(of: text, size: size) / 2
    let at = place.moved(by: outward, length: distance)
    // A text's own width grows away from the axis, not over it.
    let shift = (outward.x < 0 ? -1.0 : 1) * max(0, half - 12) * abs(outward.x)
    letters.draw(
      text, at: Position(at.x + shift, at.y + LetterSize.capitals / 2 * size), size: size,
      color: .ink, anchor: .middle, on: &canvas)
  }
}

extension Position {
  func moved(by direction: Position, length: Double) -> Position {
    Position(x + length * direction.x, y + length * direction.y)
  }
}
