import Arrays
import Pictures
import Testing

/// The pixels inside a plot's frame, found by its long dark lines.
func insideOfFrame(_ raster: Raster) throws -> PixelArea {
  func isFrame(_ x: Int, _ y: Int) -> Bool { raster.pixel(x, y) == [0x44, 0x44, 0x44] }
  let columns = (0..<raster.width).filter { x in
    (0..<raster.height).count { isFrame(x, $0) } > raster.height / 3
  }
  let rows = (0..<raster.height).filter { y in
    (0..<raster.width).count { isFrame($0, y) } > raster.width / 3
  }
  try #require(columns.count == 4 && rows.count == 4)
  return PixelArea(left: columns[1] + 1, top: rows[1] + 1, right: columns[2], bottom: rows[2])
}

@Suite struct ScatterPlotTests {
  @Test func `points put ink where they stand and nowhere else`() throws {
    var plot = ScatterPlot(Points(rows: [[1, 1], [3, 2], [9, 4], [5, 3]]))
    plot.limits = [0...10, 0...6]
    plot.radius = 5
    plot.opacity = 1
    let raster = plot.draw(typeface: nil).raster
    let area = try insideOfFrame(raster)
    // The frame's line takes one pixel of the plane on each side.
    let (wide, high) = (Double(area.width + 2), Double(area.height + 2))
    var expected = Set<[Int]>()
    for row in 0..<4 {
      let x = Double(area.left) - 1 + Double(plot.points[row, 0]) / 10 * wide
      let y = Double(area.bottom) + 1 - Double(plot.points[row, 1]) / 6 * high
      #expect(raster.pixel(Int(x), Int(y)) == [0x00, 0x72, 0xB2])
      for j in Int(y) - 7...Int(y) + 7 {
        for i in Int(x) - 7...Int(x) + 7 { expected.insert([i, j]) }
      }
    }
    let area4 = Double.pi * 25 * 4
    var (ink, astray) = (0, 0)
    for y in area.top..<area.bottom {
      for x in area.left..<area.right where raster.pixel(x, y) != [255, 255, 255] {
        ink += 1
        if !expected.contains([x, y]) { astray += 1 }
      }
    }
    #expect(astray == 0)
    // Touched pixels: the discs' area, and at most a rim one pixel wide.
    #expect(Double(ink) > area4 && Double(ink) < area4 + 4 * 2 * Double.pi * 6)
    // Control: without points the frame is empty.
    plot.points = Points(count: 0, dimension: 2)
    #expect(try insideOfFrame(plot.draw(typeface: nil).raster).width > 0)
    #expect(try inkInside(plot.draw(typeface: nil).raster) == 0)
  }

  private func inkInside(_ raster: Raster) throws -> Double {
    let area = try insideOfFrame(raster)
    return raster.ink(columns: area.left..<area.right, rows: area.top..<area.bottom)
  }

  @Test func `a handful of far points is counted, not shown`() throws {
    var dice = Dice(state: 6)
    var rows = (0..<1000).map { _ in [dice.normal(), dice.normal()] }
    let near = ScatterPlot(Points(rows: rows)).draw()
    rows += [[1e6, 0], [0, -3e7]]
    let far = ScatterPlot(Points(rows: rows)).draw()
    #expect(far.notes == ["2 of 1,002 points outside the frame"])
    // The shown ones take the room they took before.
    let (before, after) = (try inkInside(near.raster), try inkInside(far.raster))
    #expect(abs(after - before) < 0.02 * before)
    // Control: nothing is hidden of a cloud alone, nor of a few points however far apart.
    #expect(near.notes == [])
    #expect(ScatterPlot(Points(rows: [[0, 0], [1, 1], [1e6, 2]])).draw().notes == [])
  }

  @Test func `points that are many and far are all shown`() {
    var dice = Dice(state: 7)
    let rows = (0..<1000).map { i -> [Float] in
      let shift: Float = i % 20 == 0 ? 1000 : 0
      return [dice.normal() + shift, dice.normal()]
    }
    #expect(ScatterPlot(Points(rows: rows)).draw().notes == [])
  }

  @Test func `rows that are not finite are skipped and counted`() {
    let rows: [[Float]] = [[0, 0], [1, 1], [.nan, 0], [0, .infinity]]
    let plot = ScatterPlot(Points(rows: rows)).draw()
    #expect(plot.notes == ["2 rows with values that are not finite"])
    #expect(plot.raster.width == 900)
  }

  @Test(arguments: [1, 2, 3, 5])
  func `a plot survives one point, equal points, none, and odd sizes`(dimension: Int) throws {
    func rows(_ values: [Float]) -> Points {
      Points(
        count: values.count, dimension: dimension,
        values: values.flatMap { value in (0..<dimension).map { value * Float(1 + $0) } })
    }
    let sets = [
      rows([]), rows([0]), rows([3]), rows([.nan]), rows([Float](repeating: 2.5, count: 50)),
      rows([1e-12, 2e-12, 5e-12]), rows([1e12, 1.0001e12, 1.0002e12]), rows([1e12, 1e12]),
      rows([-3e37, 3e37]), rows([.leastNonzeroMagnitude, 3e-38]), rows([16_777_216, 16_777_218]),
    ]
    for points in sets {
      let picture = ScatterPlot(points).draw()
      let height = picture.raster.height
      #expect(picture.raster.width == 900 && height > 300 && height < 1400)
      let shown = (0..<points.count).contains { points[$0, 0].isFinite }
      let blue = stride(from: 0, to: picture.raster.bytes.count, by: 3).count {
        Int(picture.raster.bytes[$0 + 2]) > Int(picture.raster.bytes[$0]) + 40
      }
      #expect((blue > 0) == shown)
    }
  }

  @Test func `the middle of a denser cloud is darker, and no cloud is solid`() {
    var dice = Dice(state: 8)
    for count in [2000, 20_000, 100_000] {
      let rows = (0..<count).map { _ in [dice.normal(), dice.normal()] }
      let raster = ScatterPlot(Points(rows: rows)).draw(typeface: nil).raster
      func mean(_ x: Double, _ y: Double) -> Double {
        let (i, j) = (Int(x * Double(raster.width)), Int(y * Double(raster.height)))
        return raster.ink(columns: i - 15..<i + 15, rows: j - 15..<j + 15) / 900
      }
      let (middle, side) = (mean(0.53, 0.45), mean(0.53, 0.32))
      #expect(middle > 1.2 * side && side > 0.01)
      // Full blue has 0.59 of black's ink.
      #expect(middle < 0.585)
    }
  }

  @Test func `a reference lies behind in grey and has a legend`() {
    let points = Points(rows: [[0, 0], [1, 1]])
    let with = ScatterPlot(points, reference: Points(rows: [[0, 1], [1, 0]])).draw(
      typeface: nil)
    func greys(_ raster: Raster) -> Int {
      stride(from: 0, to: raster.bytes.count, by: 3).count {
        Array(raster.bytes[$0..<$0 + 3]) == [0x9C, 0x9C, 0x9C]
      }
    }
    #expect(greys(with.raster) > 50)
    #expect(greys(ScatterPlot(points).draw(typeface: nil).raster) == 0)
  }

  @Test func `drawing twice gives equal bits, and a missing font is noted`() throws {
    var dice = Dice(state: 9)
    let points = Points(rows: (0..<500).map { _ in [dice.normal(), dice.normal(), dice.normal()] })
    let plot = ScatterPlot(points, text: PlotText(title: "σ → 0", caption: "n = 500"))
    #expect(plot.draw() == plot.draw())
    let bare = plot.draw(typeface: nil)
    #expect(bare.notes == [Picture.withoutLetters])
    #expect(bare.raster.width == plot.draw().raster.width)
  }

  @Test func `five coordinates are shown in the plane they lie in`() throws {
    // Three corners of a triangle in a plane of five dimensions: sides 3, 4, 5 are kept.
    let a: [Float] = [0.5, 0.5, 0.5, 0.5, 0]
    let b: [Float] = [0.5, -0.5, 0.5, -0.5, 0]
    let corners = [(0, 0), (4, 0), (0, 3)] as [(Float, Float)]
    let rows = corners.map { s, t in (0..<5).map { s * a[$0] + t * b[$0] + 7 } }
    var plot = ScatterPlot(Points(rows: rows))
    plot.radius = 6
    plot.opacity = 1
    let raster = plot.draw(typeface: nil).raster
    let area = try insideOfFrame(raster)
    var centers: [(Double, Double, Double)] = []
    for y in area.top..<area.bottom {
      for x in area.left..<area.right where raster.pixel(x, y) == [0x00, 0x72, 0xB2] {
        let place = (Double(x), Double(y))
        if let near = centers.firstIndex(where: {
          abs($0.0 / $0.2 - place.0) < 20 && abs($0.1 / $0.2 - place.1) < 20
        }) {
          centers[near].0 += place.0
          centers[near].1 += place.1
          centers[near].2 += 1
        } else {
          centers.append((place.0, place.1, 1))
        }
      }
    }
    try #require(centers.count == 3)
    let places = centers.map { ($0.0 / $0.2, $0.1 / $0.2) }
    let sides = [(0, 1), (1, 2), (0, 2)].map { i, j in
      let (x, y) = (places[i].0 - places[j].0, places[i].1 - places[j].1)
      return (x * x + y * y).squareRoot()
    }.sorted()
    #expect(abs(sides[1] / sides[0] - 4.0 / 3) < 0.02)
    #expect(abs(sides[2] / sides[0] - 5.0 / 3) < 0.02)
  }

  @Test func `a histogram has the area of the share it shows`() throws {
    var dice = Dice(state: 10)
    let points = Points(rows: (0..<4000).map { _ in [Float(dice.share())] })
    var plot = ScatterPlot(points)
    plot.limits = [-0.5...1.5]
    let raster = plot.draw(typeface: nil).raster
    let area = try insideOfFrame(raster)
    // Uniform on 0…1: filled there to nearly the top, empty beside it.
    let (left, right) = (area.left + area.width / 8, area.right - area.width / 8)
    let middle = area.left + area.width / 2
    for x in [left, right] {
      #expect(raster.ink(columns: x..<x + 1, rows: area.top..<area.bottom - 4) < 0.5)
    }
    let filled = (area.top..<area.bottom).count { raster.pixel(middle, $0) != [255, 255, 255] }
    #expect(Double(filled) > 0.75 * Double(area.height))
  }
}
