import Arrays
import Foundation

extension ScatterPlot {
  /// Room around the box for ticks and words, in pixels.
  private static let around = (left: 130.0, right: 110.0, below: 60.0)
  /// Where words above and below the box begin.
  private static let textLeft = Sheet.edge + 20
  /// The highest box, as a share of the picture's width.
  private static let tallest = 1.0
  /// The farthest points are this much closer to white than the nearest.
  private static let haze: Float = 0.55
  private static let layers = 12

  func drawSpace(
    _ points: Points, _ reference: Points?, remarks: [String], letters: Lettering
  ) -> Picture {
    let sets = [points, reference].compactMap { $0 }
    let ranges = ranges(of: sets)
    let inside = sets.map { set in
      (0..<set.count).map { row in (0..<3).map { Double(set[row, $0]) } }.filter { point in
        (0..<3).allSatisfy { ranges[$0].range.contains(point[$0]) }
      }
    }
    var remarks = remarks
    for (set, shown) in zip(sets, inside) where shown.count < set.count {
      remarks.append(outside(set.count - shown.count, of: set.count, what: "box"))
    }
    let sheet = Sheet(
      width: width, text: text, legend: legend, remarks: remarks,
      letters: letters)
    var view = Axonometry(ranges: ranges, hasEqualAspect: hasEqualAspect)
    let bottom = fit(&view, top: sheet.headHeight)
    var canvas = Canvas(
      width: width, height: Int(bottom + sheet.footHeight(left: ScatterPlot.textLeft)))
    BoxAxes(view: view, letters: letters).drawBack(on: &canvas)
    for (set, color) in zip(inside, [Color.series(0), .reference]).reversed() {
      draw(set, color: color, view: view, on: &canvas)
    }
    let labels = (0..<3).map { label($0, otherwise: ["x₁", "x₂", "x₃"][$0]) }
    BoxAxes(view: view, letters: letters).drawFront(labels: labels, on: &canvas)
    sheet.draw(left: ScatterPlot.textLeft, on: &canvas)
    return Picture(raster: canvas.raster, notes: remarks + letters.notes)
  }

  /// Sets the view so that the box fills the picture's width, or for a tall one a height that
  /// still fits a page; returns where its words end.
  private func fit(_ view: inout Axonometry, top: Double) -> Double {
    let around = ScatterPlot.around
    guard let box = view.corners.box else { return top }
    let (wide, high) = (box.high.x - box.low.x, box.high.y - box.low.y)
    let room = max(Double(width) - around.left - around.right, 50)
    view.unit = min(room / wide, ScatterPlot.tallest * Double(width) / high)
    let left = around.left + (room - view.unit * wide) / 2
    view.center = Position(left - view.unit * box.low.x, top + 10 - view.unit * box.low.y)
    return top + 10 + view.unit * high + around.below
  }

  /// Points from the back to the front, the far ones hazy.
  private func draw(
    _ points: [[Double]], color: Color, view: Axonometry, on canvas: inout Canvas
  ) {
    let places = points.map(view.position)
    let style = PointStyle(
      places: places, area: canvas.bounds, radius: radius, opacity: opacity)
    var layers = [[Position]](repeating: [], count: ScatterPlot.layers)
    for (point, place) in zip(points, places) {
      let share = (view.nearness(point) / view.depth + 1) / 2
      layers[min(max(Int(share * Double(layers.count)), 0), layers.count - 1)].append(place)
    }
    for (index, layer) in layers.enumerated() {
      let far = 1 - Float(index) / Float(layers.count - 1)
      let hazy = color.mixed(with: .white, share: ScatterPlot.haze * far)
      canvas.fillDiscs(at: layer, radius: style.radius, color: hazy.with(opacity: style.opacity))
    }
  }
}
