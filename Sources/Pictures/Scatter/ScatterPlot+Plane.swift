import Arrays

extension ScatterPlot {
  /// Shapes of a frame, rows over columns, that fit a page.
  private static let shapes = 0.55...1.1

  func drawPlane(
    _ points: Points, _ reference: Points?, axes: [String], remarks: [String], letters: Lettering
  ) -> Picture {
    let sets = [points, reference].compactMap { $0 }
    let ranges = ranges(of: sets)
    var remarks = remarks
    var frame = frame(ranges, left: 120, top: 0)
    let missed = sets.map { set in
      (0..<set.count).count { row in
        !frame.x.range.contains(Double(set[row, 0])) || !frame.y.range.contains(Double(set[row, 1]))
      }
    }
    for (set, count) in zip(sets, missed) where count > 0 {
      remarks.append(outside(count, of: set.count, what: "frame"))
    }
    let sheet = Sheet(
      width: width, text: text, legend: legend, remarks: remarks,
      letters: letters)
    frame = self.frame(ranges, left: frame.leftMargin(letters: letters), top: sheet.headHeight)
    let height =
      Double(frame.area.bottom) + PlotFrame.bottomMargin
      + sheet.footHeight(left: Double(frame.area.left))
    var canvas = Canvas(width: width, height: Int(height.rounded(.up)))
    canvas.clip = frame.area
    for (set, color) in zip(sets, [Color.series(0), .reference]).reversed() {
      let places = (0..<set.count).map { frame.position(Double(set[$0, 0]), Double(set[$0, 1])) }
      let style = PointStyle(
        places: places, area: frame.area, radius: radius, opacity: opacity)
      canvas.fillDiscs(at: places, radius: style.radius, color: color.with(opacity: style.opacity))
    }
    canvas.clip = canvas.bounds
    frame.draw(
      xLabel: label(0, otherwise: axes[0]), yLabel: label(1, otherwise: axes[1]), letters: letters,
      on: &canvas)
    sheet.draw(left: Double(frame.area.left), on: &canvas)
    return Picture(raster: canvas.raster, notes: remarks + letters.notes)
  }

  /// The limits given, and what the data ask for along the axes that have none.
  func ranges(of sets: [Points]) -> [AxisRange] {
    ShownRange.axes(sets).enumerated().map { axis, shown in
      guard let limits, axis < limits.count else {
        return AxisRange(from: shown.low, to: shown.high, scale: .linear)
      }
      return AxisRange(
        from: limits[axis].lowerBound, to: limits[axis].upperBound, scale: .linear, air: 0)
    }
  }

  /// A frame as wide as the picture allows, as high as the ranges ask within the shapes of a page;
  /// with equal aspect, the shorter range is widened about its middle until units agree.
  private func frame(_ ranges: [AxisRange], left: Double, top: Double) -> PlotFrame {
    let wide = max(Double(width) - left - Sheet.edge - PlotFrame.rightRoom, 100).rounded(.down)
    let spans = ranges.map { $0.range.upperBound - $0.range.lowerBound }
    let shape = hasEqualAspect ? spans[1] / spans[0] : 0.8
    let bounded = min(max(shape, ScatterPlot.shapes.lowerBound), ScatterPlot.shapes.upperBound)
    let high = (wide * bounded).rounded()
    var ranges = ranges
    if hasEqualAspect {
      let unit = max(spans[0] / wide, spans[1] / high)
      ranges = [ranges[0].widened(to: unit * wide), ranges[1].widened(to: unit * high)]
    }
    let area = PixelArea(
      left: Int(left.rounded(.up)), top: Int(top.rounded(.up)),
      right: Int(left.rounded(.up)) + Int(wide), bottom: Int(top.rounded(.up)) + Int(high))
    return PlotFrame(area: area, x: ranges[0], y: ranges[1], sharedStep: hasEqualAspect)
  }
}

extension AxisRange {
  /// The same middle, `length` long or as long as before if that is longer.
  func widened(to length: Double) -> AxisRange {
    let more = max(length - (range.upperBound - range.lowerBound), 0) / 2
    return AxisRange(
      from: range.lowerBound - more, to: range.upperBound + more, scale: .linear, air: 0)
  }
}
