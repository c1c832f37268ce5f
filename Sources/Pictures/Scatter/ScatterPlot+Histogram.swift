import Arrays
import Foundation

extension ScatterPlot {
  private static let bins = 8.0...120.0
  private static let shape = 0.72

  func drawHistogram(
    _ points: Points, _ reference: Points?, remarks: [String], letters: Lettering
  ) -> Picture {
    let sets = [points, reference].compactMap { $0?.column(0) }
    let x = ranges(of: [points, reference].compactMap { $0 })[0]
    let histograms = sets.map { Histogram($0, range: x.range, bins: bins(sets[0], in: x.range)) }
    let curve = curve(over: x.range)
    let top = max(
      histograms.flatMap(\.densities).max() ?? 0,
      curve.map(\.y).filter(\.isFinite).max() ?? 0)
    let y = AxisRange(from: 0, to: top > 0 ? 1.06 * top : 1, scale: .linear, air: 0)
    var remarks = remarks
    for (set, histogram) in zip(sets, histograms) where histogram.outside > 0 {
      remarks.append(outside(histogram.outside, of: set.count, what: "frame"))
    }
    let sheet = Sheet(
      width: width, text: text, legend: legend, remarks: remarks,
      letters: letters)
    func frame(left: Double) -> PlotFrame {
      let wide = max(Double(width) - left - Sheet.edge - PlotFrame.rightRoom, 100)
      return PlotFrame(
        area: PixelArea(
          left: Int(left), top: Int(sheet.headHeight), right: Int(left + wide),
          bottom: Int(sheet.headHeight + ScatterPlot.shape * wide)), x: x, y: y)
    }
    let plot = frame(left: frame(left: 120).leftMargin(letters: letters))
    let height =
      Double(plot.area.bottom) + PlotFrame.bottomMargin
      + sheet.footHeight(left: Double(plot.area.left))
    var canvas = Canvas(width: width, height: Int(height.rounded(.up)))
    canvas.clip = plot.area
    for (histogram, color) in zip(histograms, [Color.series(0), .reference]).reversed()
    where histogram.outside < histogram.total {
      let steps = histogram.outline.map { plot.position($0.x, $0.y) }
      canvas.fillPolygon(steps, color: color.with(opacity: 0.35))
      canvas.drawPolyline(steps, stroke: Stroke(width: 2.5, color: color))
    }
    canvas.drawPolyline(
      curve.map { plot.position($0.x, $0.y) },
      stroke: Stroke(width: 3.5, color: .series(1), end: .round))
    canvas.clip = canvas.bounds
    plot.draw(
      xLabel: label(0, otherwise: "x₁"), yLabel: label(1, otherwise: "density"), letters: letters,
      on: &canvas)
    sheet.draw(left: Double(plot.area.left), on: &canvas)
    return Picture(raster: canvas.raster, notes: remarks + letters.notes)
  }

  /// Bins of width 2 · s / n^(1/3), where s is the length of the shortest interval around half of
  /// the numbers: the interquartile range where there is one mode, about one mode where there are
  /// several.
  ///
  /// - Reference: Freedman and Diaconis 1981. https://doi.org/10.1007/BF01025868
  private func bins(_ values: [Double], in range: ClosedRange<Double>) -> Int {
    let sorted = values.sorted()
    let half = sorted.count / 2
    let spread = (0..<sorted.count - half).map { sorted[$0 + half] - sorted[$0] }.min() ?? 0
    let width = 2 * spread / cbrt(Double(max(sorted.count, 1)))
    let asked = (range.upperBound - range.lowerBound) / width
    return Int(min(max(asked, ScatterPlot.bins.lowerBound), ScatterPlot.bins.upperBound))
  }

  private func curve(over range: ClosedRange<Double>) -> [(x: Double, y: Double)] {
    guard let density else { return [] }
    let places = 600
    return (0...places).map { index in
      let share = Double(index) / Double(places)
      let x = range.lowerBound + share * (range.upperBound - range.lowerBound)
      return (x, density(x))
    }
  }
}

/// Numbers counted in bins of one width, on the scale of a density: the bins' areas sum to the
/// share of numbers inside the range.
struct Histogram {
  let range: ClosedRange<Double>
  let densities: [Double]
  /// Numbers in the range and outside of it.
  let total: Int
  let outside: Int

  init(_ values: [Double], range: ClosedRange<Double>, bins: Int) {
    self.range = range
    let width = (range.upperBound - range.lowerBound) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for value in values where range.contains(value) {
      counts[min(Int((value - range.lowerBound) / width), bins - 1)] += 1
    }
    total = values.count
    outside = values.count - counts.reduce(0, +)
    let unit = 1 / (Double(max(values.count, 1)) * width)
    densities = counts.map { Double($0) * unit }
  }

  /// The corners of the steps, from the axis back to the axis.
  var outline: [(x: Double, y: Double)] {
    let width = (range.upperBound - range.lowerBound) / Double(densities.count)
    let steps = densities.enumerated().flatMap { index, density in
      [
        (x: range.lowerBound + Double(index) * width, y: density),
        (x: range.lowerBound + Double(index + 1) * width, y: density),
      ]
    }
    return [(range.lowerBound, 0)] + steps + [(range.upperBound, 0)]
  }
}
