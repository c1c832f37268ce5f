import Arrays
import Foundation
import Pictures
import Testing

@Suite struct LineChartTests {
  static let blue: [UInt8] = [0x00, 0x72, 0xB2]

  /// Where a column of pixels is blue, in the middle.
  static func height(_ raster: Raster, column: Int, area: PixelArea) -> Double? {
    let rows = (area.top..<area.bottom).filter { raster.pixel(column, $0) == blue }
    return rows.isEmpty ? nil : Double(rows[0] + rows[rows.count - 1] + 1) / 2
  }

  @Test func `a power law is a straight line on logarithmic axes, and only there`() throws {
    let x = stride(from: 0.0, through: 3, by: 0.05).map { pow(10, $0) }
    let curve = Curve("", x: x, y: x.map { 5 * pow($0, -2) })
    func bend(_ scale: Axis.Scale) throws -> Double {
      let chart = LineChart([curve], x: Axis("n", scale: scale), y: Axis("error", scale: scale))
      let raster = chart.draw(typeface: nil).raster
      let area = try insideOfFrame(raster)
      let heights = try [0.2, 0.5, 0.8].map { share in
        try #require(
          LineChartTests.height(
            raster, column: area.left + Int(share * Double(area.width)), area: area))
      }
      return abs(heights[0] + heights[2] - 2 * heights[1])
    }
    #expect(try bend(.logarithmic) < 2)
    // Control: on linear axes the same numbers hug the axes.
    let early = Curve("", x: [1, 2, 4, 8, 16], y: [16, 8, 4, 2, 1])
    let chart = LineChart([early], x: Axis("n"), y: Axis("error")).draw(typeface: nil).raster
    let area = try insideOfFrame(chart)
    let heights = [0.2, 0.5, 0.8].compactMap {
      LineChartTests.height(chart, column: area.left + Int($0 * Double(area.width)), area: area)
    }
    try #require(heights.count == 3)
    #expect(abs(heights[0] + heights[2] - 2 * heights[1]) > 50)
  }

  @Test func `places that cannot be shown break the line and are counted`() throws {
    let curve = Curve("", x: [1, 2, 3, 4, 5], y: [1, 1, .nan, 1, 1])
    let picture = LineChart([curve], x: Axis("x"), y: Axis("y", limits: 0...2)).draw(typeface: nil)
    #expect(picture.notes.first == "1 place cannot be shown on these axes")
    let area = try insideOfFrame(picture.raster)
    func isDrawn(_ share: Double) -> Bool {
      LineChartTests.height(
        picture.raster, column: area.left + Int(share * Double(area.width)), area: area) != nil
    }
    #expect(isDrawn(0.15) && isDrawn(0.85) && !isDrawn(0.5))
  }

  @Test func `a band covers what lies between its ends, also below a logarithmic axis`() throws {
    let x: [Double] = [1, 2, 3]
    let curve = Curve(
      "", x: x, y: [1, 1, 1], spread: .band(low: [-1, 0, -1], high: [10, 10, 10]))
    let axis = Axis("y", scale: .logarithmic, limits: 0.01...100)
    let raster = LineChart([curve], x: Axis("x"), y: axis).draw(typeface: nil).raster
    let area = try insideOfFrame(raster)
    let column = area.left + area.width * 3 / 8
    func isTinted(_ share: Double) -> Bool {
      let pixel = raster.pixel(column, area.bottom - Int(share * Double(area.height)))
      return pixel[2] > pixel[0]
    }
    #expect(isTinted(0.02) && isTinted(0.3) && isTinted(0.7))
    #expect(!isTinted(0.8) && !isTinted(0.95))
  }

  @Test func `a chart survives nothing, one place, and impossible numbers`() {
    let curves = [
      [], [Curve("a", x: [], y: [])], [Curve("a", x: [3], y: [4])],
      [Curve("a", x: [.nan, .infinity], y: [1, 2])], [Curve("a", x: [-1, 0], y: [-2, 0])],
      [Curve("a", x: [1e308, -1e308], y: [1e-308, 0])], [Curve("a", x: [1, 1], y: [5, 5])],
    ]
    for curves in curves {
      for scale in [Axis.Scale.linear, .logarithmic] {
        let chart = LineChart(curves, x: Axis("x", scale: scale), y: Axis("y", scale: scale))
        #expect(chart.draw() == chart.draw())
      }
    }
  }

  @Test func `every marker and bar is drawn in its curve's colour`() throws {
    for marker in Curve.Marker.allCases {
      let curve = Curve(
        "run", x: [1, 2, 3], y: [1, 2, 1],
        spread: .bars(low: [0.5, 1.5, 0.5], high: [1.5, 2.5, 1.5]), marker: marker,
        color: Color(hex: 0xFF0000))
      let raster = LineChart([curve], x: Axis("x"), y: Axis("y")).draw().raster
      let red = stride(from: 0, to: raster.bytes.count, by: 3).count {
        Array(raster.bytes[$0..<$0 + 3]) == [255, 0, 0]
      }
      // Four markers of 150 pixels, three bars of 2 × 300, and the line.
      #expect(red > 1500 && red < 8000)
    }
  }
}
