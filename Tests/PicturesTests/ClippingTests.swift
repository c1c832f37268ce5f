import Arrays
import Pictures
import Testing

@Suite struct ClippingTests {
  /// Numbers a broken computation may hand over, among ordinary ones.
  static let wild: [Double] = [
    .nan, .infinity, -.infinity, 1e300, -1e300, .greatestFiniteMagnitude, 1e18, -1e9, 1e9, 1e-300,
    0, -0.0, 20, 30, 40, -5, 65, 31.5,
  ]

  @Test func `nothing is drawn outside the clip, whatever the numbers`() {
    var dice = Dice(state: 4)
    func number() -> Double {
      dice.share() < 0.5
        ? ClippingTests.wild[Int(dice.next() % UInt64(ClippingTests.wild.count))]
        : 120 * dice.share() - 30
    }
    var canvas = Canvas(width: 60, height: 50)
    canvas.clip = PixelArea(left: 20, top: 10, right: 41, bottom: 33)
    for _ in 0..<4000 {
      let places = (0..<4).map { _ in Position(number(), number()) }
      let color = Color.series(Int(dice.next() % 7)).with(opacity: 0.5)
      canvas.fillDiscs(at: places, radius: number(), color: color)
      let dashes = dice.share() < 0.5 ? [] : [5, number()]
      canvas.drawPolyline(
        places, stroke: Stroke(width: number(), color: color, end: .round, dashes: dashes))
      canvas.fillPolygon(places, color: color)
      canvas.fillRectangle(from: places[0], to: places[1], color: color)
    }
    let raster = canvas.raster
    var inside = 0
    for y in 0..<50 {
      for x in 0..<60 where raster.pixel(x, y) != [255, 255, 255] {
        #expect((20..<41).contains(x) && (10..<33).contains(y))
        inside += 1
      }
    }
    // Control: the same calls do draw inside.
    #expect(inside == 21 * 23)
  }

  @Test func `what is not finite is not drawn`() {
    for bad in [Double.nan, .infinity, -.infinity] {
      var canvas = Canvas(width: 30, height: 30)
      canvas.fillDisc(at: Position(bad, 15), radius: 5, color: black)
      canvas.fillDisc(at: Position(15, 15), radius: bad, color: black)
      canvas.drawLine(
        from: Position(5, bad), to: Position(20, 20), stroke: Stroke(width: 2, color: black))
      canvas.drawLine(
        from: Position(5, 5), to: Position(20, 20), stroke: Stroke(width: bad, color: black))
      canvas.fillPolygon([Position(5, 5), Position(20, bad), Position(9, 20)], color: black)
      #expect(canvas.raster == Canvas(width: 30, height: 30).raster)
    }
  }

  @Test func `a clip cuts a shape without changing what is left`() {
    func drawn(clipped: Bool) -> Raster {
      var canvas = Canvas(width: 50, height: 50)
      if clipped { canvas.clip = PixelArea(left: 10, top: 12, right: 37, bottom: 40) }
      canvas.fillDisc(at: Position(12.3, 20.4), radius: 9, color: black)
      canvas.drawLine(
        from: Position(-20, 3), to: Position(70, 47),
        stroke: Stroke(width: 3, color: black, dashes: [7, 3]))
      canvas.fillPolygon([Position(30, 5), Position(48, 30), Position(20, 45)], color: black)
      return canvas.raster
    }
    let (whole, cut) = (drawn(clipped: false), drawn(clipped: true))
    for y in 12..<40 {
      for x in 10..<37 {
        for (a, b) in zip(whole.pixel(x, y), cut.pixel(x, y)) { #expect(abs(Int(a) - Int(b)) <= 1) }
      }
    }
    #expect(cut.ink() < whole.ink())
  }

  @Test func `a line from very far away passes where it should`() {
    var canvas = Canvas(width: 40, height: 40)
    canvas.drawLine(
      from: Position(-1e8, -1e8), to: Position(1e8, 1e8), stroke: Stroke(width: 2, color: black))
    #expect(canvas.raster.pixel(20, 20) == [0, 0, 0])
    #expect(canvas.raster.pixel(25, 20) == [255, 255, 255])
  }

  @Test func `a clip never reaches beyond the canvas`() {
    var canvas = Canvas(width: 10, height: 10)
    canvas.clip = PixelArea(left: -5, top: -5, right: 500, bottom: 3)
    #expect(canvas.clip == PixelArea(left: 0, top: 0, right: 10, bottom: 3))
  }
}
