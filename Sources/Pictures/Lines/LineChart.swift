/// Curves over a common pair of axes: error against evaluations, loss against steps.
public struct LineChart: Sendable {
  /// The curves; later ones lie over earlier ones.
  public var curves: [Curve]
  /// The axis below.
  public var x: Axis
  /// The axis on the left.
  public var y: Axis
  /// What is written around the chart.
  public var text: PlotText
  /// Columns of the picture.
  public var width = 1100
  /// Rows of the picture.
  public var height = 780

  /// A chart of some curves.
  public init(_ curves: [Curve], x: Axis, y: Axis, text: PlotText = PlotText()) {
    self.curves = curves
    self.x = x
    self.y = y
    self.text = text
  }

  /// Draws the chart; without a font it has no letters and says so in its notes.
  public func draw(typeface: Typeface? = Typeface.found()) -> Picture {
    let letters = Lettering(typeface: typeface)
    let ranges = (x: xRange, y: yRange)
    var remarks: [String] = []
    let missing = curves.reduce(0) { count, curve in
      count
        + zip(curve.x, curve.y).count {
          !ranges.x.share(of: $0).isFinite || !ranges.y.share(of: $1).isFinite
        }
    }
    if missing > 0 {
      let places = missing == 1 ? "1 place" : "\(counted(missing)) places"
      remarks.append("\(places) cannot be shown on these axes")
    }
    let sheet = Sheet(
      width: width, text: text, legend: [], remarks: remarks, letters: letters)
    func frame(left: Double) -> PlotFrame {
      let (left, top) = (Int(left.rounded(.up)), Int(sheet.headHeight))
      let bottom =
        Double(height) - PlotFrame.bottomMargin - sheet.footHeight(left: Double(left))
      let right = max(width - Int(Sheet.edge + PlotFrame.rightRoom), left + 50)
      return PlotFrame(
        area: PixelArea(left: left, top: top, right: right, bottom: max(Int(bottom), top + 50)),
        x: ranges.x, y: ranges.y)
    }
    let plot = frame(left: frame(left: 120).leftMargin(letters: letters))
    var canvas = Canvas(width: width, height: height)
    canvas.clip = plot.area
    plot.drawGrid(on: &canvas)
    for (index, curve) in curves.enumerated() {
      let pen = CurvePen(frame: plot, curve: curve, color: curve.color ?? .series(index))
      pen.drawSpread(on: &canvas)
    }
    for (index, curve) in curves.enumerated() {
      let pen = CurvePen(frame: plot, curve: curve, color: curve.color ?? .series(index))
      pen.drawLine(on: &canvas)
    }
    Legend(frame: plot, curves: curves, letters: letters).draw(on: &canvas)
    canvas.clip = canvas.bounds
    plot.draw(xLabel: x.label, yLabel: y.label, letters: letters, on: &canvas)
    sheet.draw(left: Double(plot.area.left), on: &canvas)
    return Picture(raster: canvas.raster, notes: remarks + letters.notes)
  }

  private var xRange: AxisRange {
    if let limits = x.limits { return given(limits, x.scale) }
    return AxisRange(around: curves.flatMap(\.x), scale: x.scale, air: 0.03)
  }

  private var yRange: AxisRange {
    if let limits = y.limits { return given(limits, y.scale) }
    let values = curves.flatMap { curve in
      curve.y + (curve.ends.map { $0.low + $0.high } ?? [])
    }
    return AxisRange(around: values, scale: y.scale, air: 0.05)
  }

  private func given(_ limits: ClosedRange<Double>, _ scale: Axis.Scale) -> AxisRange {
    precondition(
      scale == .linear || limits.lowerBound > 0, "A logarithmic axis shows positive numbers only.")
    return AxisRange(from: limits.lowerBound, to: limits.upperBound, scale: scale, air: 0)
  }
}
