/// A framed rectangle with an axis below and one on the left.
struct PlotFrame {
  let area: PixelArea
  let x: AxisRange
  let y: AxisRange
  let xTicks: Ticks
  let yTicks: Ticks

  /// Half of it lies on either side of a pixel border, so the line is sharp.
  static let lineWidth = 2.0
  static let majorTick = 9.0
  static let minorTick = 5.0
  /// Pixels right of the frame for half of a last label.
  static let rightRoom = 12.0
  /// Pixels that a label on the x axis and one on the y axis need about them.
  private static let tickPitch = (x: 115.0, y: 90.0)

  /// A frame; with `sharedStep` both axes are marked in the same steps, as suits equal units.
  init(area: PixelArea, x: AxisRange, y: AxisRange, sharedStep: Bool = false) {
    self.area = area
    self.x = x
    self.y = y
    let count = max(2, Int(Double(area.width) / PlotFrame.tickPitch.x))
    let spacious = PlotFrame.largestCount(upTo: count, of: x, width: Double(area.width))
    xTicks = x.ticks(about: spacious)
    yTicks =
      sharedStep
      ? Ticks.linear(y.range, step: Ticks.step(x.range, about: spacious))
      : y.ticks(about: max(2, Int(Double(area.height) / PlotFrame.tickPitch.y)))
  }

  /// The largest number of ticks whose labels keep two digits apart.
  private static func largestCount(upTo count: Int, of x: AxisRange, width: Double) -> Int {
    let digit = 0.64 * LetterSize.tick
    return (2...max(count, 2)).last { count in
      let places = x.ticks(about: count).major.map {
        (at: x.share(of: $0.value) * width, half: (Double($0.label.count) + 2) / 2 * digit)
      }
      return zip(places, places.dropFirst()).allSatisfy { $1.at - $0.at > $0.half + $1.half }
    } ?? 2
  }

  /// Where a pair of numbers stands; not finite where it cannot be shown.
  func position(_ x: Double, _ y: Double) -> Position {
    Position(
      Double(area.left) + self.x.share(of: x) * Double(area.width),
      Double(area.bottom) - self.y.share(of: y) * Double(area.height))
  }

  /// Pixels left of the frame.
  func leftMargin(letters: Lettering) -> Double {
    let widest = yTicks.major.map { letters.width(of: $0.label, size: LetterSize.tick) }.max() ?? 0
    return Sheet.edge + LetterSize.label * LetterSize.leading + 6 + widest + 10
      + PlotFrame.majorTick
  }

  /// Pixels below the frame, for ticks, their labels and the axis's label.
  static let bottomMargin =
    majorTick + 8 + LetterSize.tick * LetterSize.leading + LetterSize.label * LetterSize.leading

  /// Faint lines through every labelled tick.
  func drawGrid(on canvas: inout Canvas) {
    let stroke = Stroke(width: 2, color: .gridLine)
    for tick in xTicks.major {
      let x = position(tick.value, y.range.lowerBound).x.rounded()
      canvas.drawLine(
        from: Position(x, Double(area.top)), to: Position(x, Double(area.bottom)), stroke: stroke)
    }
    for tick in yTicks.major {
      let y = position(x.range.lowerBound, tick.value).y.rounded()
      canvas.drawLine(
        from: Position(Double(area.left), y), to: Position(Double(area.right), y), stroke: stroke)
    }
  }

  /// The frame, its ticks outside and everything written along them.
  func draw(xLabel: String, yLabel: String, letters: Lettering, on canvas: inout Canvas) {
    let stroke = Stroke(width: PlotFrame.lineWidth, color: .frame)
    let (left, right) = (Double(area.left), Double(area.right))
    let (top, bottom) = (Double(area.top), Double(area.bottom))
    canvas.drawPolyline(
      [
        Position(left - 1, top), Position(right, top), Position(right, bottom),
        Position(left, bottom), Position(left, top),
      ], stroke: stroke)
    let ticks = xTicks.major.map { ($0.value, PlotFrame.majorTick) }
    for (value, length) in ticks + xTicks.minor.map({ ($0, PlotFrame.minorTick) }) {
      let x = position(value, y.range.lowerBound).x.rounded()
      canvas.drawLine(
        from: Position(x, bottom), to: Position(x, bottom + 1 + length), stroke: stroke)
    }
    let upright = yTicks.major.map { ($0.value, PlotFrame.majorTick) }
    for (value, length) in upright + yTicks.minor.map({ ($0, PlotFrame.minorTick) }) {
      let y = position(x.range.lowerBound, value).y.rounded()
      canvas.drawLine(from: Position(left - 1 - length, y), to: Position(left, y), stroke: stroke)
    }
    drawLabels(xLabel: xLabel, yLabel: yLabel, letters: letters, on: &canvas)
  }

  private func drawLabels(
    xLabel: String, yLabel: String, letters: Lettering, on canvas: inout Canvas
  ) {
    let (left, bottom) = (Double(area.left), Double(area.bottom))
    let below = bottom + PlotFrame.majorTick + 8 + LetterSize.capitals * LetterSize.tick
    for tick in xTicks.major {
      let place = Position(position(tick.value, y.range.lowerBound).x, below)
      letters.draw(
        tick.label, at: place, size: LetterSize.tick, color: .ink, anchor: .middle, on: &canvas)
    }
    for tick in yTicks.major {
      let middle = position(x.range.lowerBound, tick.value).y
      let place = Position(
        left - PlotFrame.majorTick - 10, middle + LetterSize.capitals / 2 * LetterSize.tick)
      letters.draw(
        tick.label, at: place, size: LetterSize.tick, color: .ink, anchor: .end, on: &canvas)
    }
    let words = (x: noted(xLabel, xTicks.note), y: noted(yLabel, yTicks.note))
    letters.draw(
      words.x,
      at: Position(Double(area.left + area.right) / 2, below + 1.5 * LetterSize.label),
      size: letters.size(of: words.x, upTo: LetterSize.label, width: Double(area.width)),
      color: .ink, anchor: .middle, on: &canvas)
    letters.draw(
      words.y,
      at: Position(Sheet.edge + 0.8 * LetterSize.label, Double(area.top + area.bottom) / 2),
      size: letters.size(of: words.y, upTo: LetterSize.label, width: Double(area.height)),
      color: .ink, anchor: .middle, upwards: true, on: &canvas)
  }

  private func noted(_ label: String, _ note: String) -> String {
    note.isEmpty ? label : label.isEmpty ? note : "\(label)  (\(note))"
  }
}
