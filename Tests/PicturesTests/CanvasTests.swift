import Arrays
import Pictures
import Testing

@Suite struct CanvasTests {
  @Test(arguments: [0.4, 0.9, 1.5, 2, 3.7, 12, 60])
  func `a disc covers its area, wherever it stands`(radius: Double) {
    var dice = Dice(state: 1)
    for _ in 0..<20 {
      var canvas = Canvas(width: 140, height: 140)
      let center = Position(65 + 5 * dice.share(), 65 + 5 * dice.share())
      canvas.fillDisc(at: center, radius: radius, color: black)
      let area = Double.pi * radius * radius
      // One percent from the strips, and a rounding for every pixel of the border.
      let bound = 0.01 * area + roundingOfInk(pixels: 8 * radius + 4)
      #expect(abs(canvas.raster.ink() - area) < bound)
      // Control: a disc a tenth larger is told apart.
      #expect(abs(canvas.raster.ink() - 1.21 * area) > bound || radius < 0.9)
    }
  }

  @Test func `a line covers its length times its width, whatever its direction`() {
    var dice = Dice(state: 2)
    for _ in 0..<50 {
      var canvas = Canvas(width: 100, height: 100)
      let start = Position(10 + 80 * dice.share(), 10 + 80 * dice.share())
      let end = Position(10 + 80 * dice.share(), 10 + 80 * dice.share())
      let width = 0.5 + 4 * dice.share()
      canvas.drawLine(from: start, to: end, stroke: Stroke(width: width, color: black))
      let (x, y) = (end.x - start.x, end.y - start.y)
      let length = (x * x + y * y).squareRoot()
      #expect(
        abs(canvas.raster.ink() - length * width)
          < roundingOfInk(pixels: 4 * (length + width + 2)) + 0.01)
    }
  }

  @Test func `round ends add one disc, butt ends none`() {
    func ink(_ end: Stroke.End) -> Double {
      var canvas = Canvas(width: 60, height: 30)
      canvas.drawLine(
        from: Position(10.3, 12.1), to: Position(45.2, 17.9),
        stroke: Stroke(width: 6, color: black, end: end))
      return canvas.raster.ink()
    }
    #expect(abs(ink(.round) - ink(.butt) - Double.pi * 9) < 1)
  }

  @Test func `dashes cover their share of a line`() {
    var canvas = Canvas(width: 120, height: 10)
    canvas.drawLine(
      from: Position(10, 5), to: Position(110, 5),
      stroke: Stroke(width: 2, color: black, dashes: [6, 4]))
    #expect(abs(canvas.raster.ink() - 2 * 60) < 0.1)
  }

  @Test func `a faint line is no darker where its pieces meet`() {
    var canvas = Canvas(width: 60, height: 60)
    let stroke = Stroke(width: 8, color: black.with(opacity: 0.5), end: .round)
    canvas.drawPolyline(
      [Position(10, 10), Position(50, 30), Position(10, 50), Position(50, 12)], stroke: stroke)
    #expect(canvas.raster.bytes.min() == 128)
    // Control: two lines of their own do add up.
    canvas.drawLine(from: Position(10, 50), to: Position(50, 12), stroke: stroke)
    #expect(canvas.raster.bytes.min() == 64)
  }

  @Test func `a polygon covers its area, in both directions`() {
    let corners = [Position(5.2, 3.1), Position(40.7, 8.4), Position(30.3, 38.8)]
    for outline in [corners, corners.reversed()] {
      var canvas = Canvas(width: 50, height: 50)
      canvas.fillPolygon(outline, color: black)
      let area = 0.5 * abs(35.5 * 35.7 - 25.1 * 5.3)
      #expect(abs(canvas.raster.ink() - area) < roundingOfInk(pixels: 160))
    }
  }

  @Test func `a rectangle of whole pixels has sharp edges`() {
    var canvas = Canvas(width: 10, height: 10)
    canvas.fillRectangle(from: Position(2, 3), to: Position(7, 8), color: black)
    for y in 0..<10 {
      for x in 0..<10 {
        let inside = (2..<7).contains(x) && (3..<8).contains(y)
        #expect(canvas.raster.pixel(x, y) == (inside ? [0, 0, 0] : [255, 255, 255]))
      }
    }
  }

  @Test func `a band leaves a gap where a place is missing`() {
    var canvas = Canvas(width: 60, height: 20)
    let low = stride(from: 5.0, through: 55, by: 10).map { Position($0, 15) }
    var high = low.map { Position($0.x, 5) }
    canvas.fillBand(low: low, high: high, color: black)
    #expect(abs(canvas.raster.ink() - 500) < 1)
    canvas = Canvas(width: 60, height: 20)
    high[2].y = .nan
    canvas.fillBand(low: low, high: high, color: black)
    #expect(abs(canvas.raster.ink() - 300) < 1)
  }

  @Test func `a thousand faint discs add up to what opacity says`() {
    var canvas = Canvas(width: 9, height: 9)
    let centers = [Position](repeating: Position(4.5, 4.5), count: 1000)
    canvas.fillDiscs(at: centers, radius: 3, color: black.with(opacity: 0.001))
    // (1 − 0.001)^1000 = 0.3677; with bytes between the discs it would have stayed white.
    #expect(canvas.raster.pixel(4, 4)[0] == 94)
  }

  @Test func `drawing twice gives equal bits`() {
    func drawn() -> Raster {
      var canvas = Canvas(width: 200, height: 200)
      var dice = Dice(state: 3)
      for _ in 0..<200 {
        let place = Position(200 * dice.share(), 200 * dice.share())
        canvas.fillDisc(at: place, radius: 4, color: Color.series(1).with(opacity: 0.3))
        canvas.drawLine(
          from: place, to: Position(100, 100), stroke: Stroke(width: 1.3, color: .ink))
      }
      return canvas.raster
    }
    #expect(drawn() == drawn())
  }
}
