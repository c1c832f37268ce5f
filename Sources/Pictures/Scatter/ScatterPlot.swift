public import Arrays

/// Points as a picture for a paper: white ground, thin frame, and ink where the points are.
///
/// One coordinate becomes a histogram on the scale of a density; two a plane; three a box seen from
/// a fixed side; more the plane of the two directions in which they vary most. Rows with a value
/// that is not finite are left out and counted. All points are shown, but for a handful so far out
/// that they would squash the rest; those are counted below the picture.
public struct ScatterPlot: Sendable {
  /// The points, one a row.
  public var points: Points
  /// Points to compare with, drawn in grey behind.
  public var reference: Points?
  /// What is written around the plot.
  public var text: PlotText
  /// The legend's word for `points`.
  public var pointsLabel = "samples"
  /// The legend's word for `reference`.
  public var referenceLabel = "data"
  /// Words at the axes; x₁, x₂ … for those that are missing.
  public var axisLabels: [String] = []
  /// What is shown at least, a range an axis; chosen from the data when nil. The same limits make
  /// the pictures of an animation agree.
  public var limits: [ClosedRange<Double>]?
  /// Whether a step along one axis is as long as the same step along another.
  public var hasEqualAspect = true
  /// Pixels from the middle of a point to its rim; chosen from their number when nil.
  public var radius: Double?
  /// How much a point covers; chosen from how densely they lie when nil.
  public var opacity: Double?
  /// A density to draw over the histogram of points with one coordinate.
  public var density: (@Sendable (Double) -> Double)?
  /// The legend's word for `density`.
  public var densityLabel = "exact density"
  /// Columns of the picture; rows follow from what is shown.
  public var width = 900

  /// A plot of some points.
  public init(_ points: Points, reference: Points? = nil, text: PlotText = PlotText()) {
    precondition(
      reference.map { $0.dimension == points.dimension } ?? true,
      "Points are compared with points of the same dimension.")
    self.points = points
    self.reference = reference
    self.text = text
  }

  /// Draws the plot; without a font it has no letters and says so in its notes.
  public func draw(typeface: Typeface? = Typeface.found()) -> Picture {
    let letters = Lettering(typeface: typeface)
    let shown = FiniteRows(points)
    let behind = reference.map { FiniteRows($0) }
    var remarks: [String] = []
    for rows in [shown, behind].compactMap({ $0 }) where rows.skipped > 0 {
      let rowsSkipped = rows.skipped == 1 ? "1 row" : "\(counted(rows.skipped)) rows"
      remarks.append("\(rowsSkipped) with values that are not finite")
    }
    switch points.dimension {
    case 1:
      return drawHistogram(shown.points, behind?.points, remarks: remarks, letters: letters)
    case 2:
      return drawPlane(
        shown.points, behind?.points, axes: ["x₁", "x₂"], remarks: remarks, letters: letters)
    case 3:
      return drawSpace(shown.points, behind?.points, remarks: remarks, letters: letters)
    default:
      // Directions of the reference where there is one: they stay put while samples change.
      let directions = PrincipalDirections(of: behind?.points ?? shown.points)
      return drawPlane(
        directions.project(shown.points), (behind?.points).map(directions.project),
        axes: directions.labels, remarks: remarks, letters: letters)
    }
  }

  func outside(_ count: Int, of total: Int, what: String) -> String {
    "\(counted(count)) of \(counted(total)) points outside the \(what)"
  }

  func label(_ axis: Int, otherwise label: String) -> String {
    axis < axisLabels.count ? axisLabels[axis] : label
  }

  /// What is drawn, where it is more than one thing.
  var legend: [Sheet.Entry] {
    var entries = [Sheet.Entry(label: pointsLabel, color: .series(0))]
    if reference != nil { entries.append(Sheet.Entry(label: referenceLabel, color: .reference)) }
    if density != nil && points.dimension == 1 {
      entries.append(Sheet.Entry(label: densityLabel, color: .series(1), isLine: true))
    }
    return entries.count > 1 ? entries : []
  }
}

/// The rows of which every value is finite.
struct FiniteRows {
  let points: Points
  let skipped: Int

  init(_ points: Points) {
    let finite = (0..<points.count).filter { points.row($0).allSatisfy(\.isFinite) }
    skipped = points.count - finite.count
    self.points = skipped == 0 ? points : points.rows(at: finite)
  }
}

extension Points {
  /// One coordinate of every row.
  func column(_ index: Int) -> [Double] { (0..<count).map { Double(self[$0, index]) } }
}
