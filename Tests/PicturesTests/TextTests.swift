import Arrays
import Pictures
import Testing

@Suite struct TextTests {
  @Test func `a missing font is a value, not a crash`() {
    #expect(Typeface(path: "/nowhere/none.ttf") == nil)
    #expect(Typeface.found(in: ["/nowhere/none.ttf", "/etc"]) == nil)
  }

  @Test func `every sign of a plot has a glyph of its own`() throws {
    let typeface = try #require(Typeface.found())
    func drawn(_ text: String) -> Raster {
      var canvas = Canvas(width: 60, height: 60)
      canvas.drawText(text, at: Position(10, 40), size: 30, color: black, typeface: typeface)
      return canvas.raster
    }
    // Control: what the font lacks is its box for the unknown.
    let unknown = drawn("\u{10FFFD}")
    for sign in ["σ", "√", "−", "×", "⁻", "⁹", "₂", "ñ", "·"] {
      #expect(drawn(sign) != unknown)
      #expect(drawn(sign).ink() > 1)
    }
  }

  @Test func `a text ends where its width says`() throws {
    let typeface = try #require(Typeface.found())
    for anchor in [TextAnchor.start, .middle, .end] {
      var canvas = Canvas(width: 400, height: 60)
      let width = typeface.width(of: "HHHHH", size: 30)
      let start = 200 - anchor.shareForTests * width
      canvas.drawText(
        "HHHHH", at: Position(200, 40), size: 30, color: black, anchor: anchor, typeface: typeface)
      let raster = canvas.raster
      let columns = (0..<400).filter { raster.ink(columns: $0..<$0 + 1) > 0.5 }
      // An H stands about a tenth of its size inside its advance.
      #expect(abs(Double(columns[0]) - start) < 5)
      #expect(abs(Double(columns[columns.count - 1]) - (start + width)) < 5)
    }
  }

  @Test func `kerning draws letters together`() throws {
    let typeface = try #require(Typeface.found())
    let apart = typeface.width(of: "A", size: 40) + typeface.width(of: "V", size: 40)
    #expect(typeface.width(of: "AV", size: 40) < apart - 0.5)
    #expect(
      abs(typeface.width(of: "HH", size: 40) - 2 * typeface.width(of: "H", size: 40)) < 0.01)
  }

  @Test func `a text turned upwards is the same text turned`() throws {
    let typeface = try #require(Typeface.found())
    var level = Canvas(width: 120, height: 120)
    level.drawText("Lσ", at: Position(20, 60), size: 32, color: black, typeface: typeface)
    var turned = Canvas(width: 120, height: 120)
    turned.drawText(
      "Lσ", at: Position(60, 100), size: 32, color: black, upwards: true, typeface: typeface)
    // (x, y) right of and above the start goes to y above and x left of the new one.
    let (before, after) = (level.raster, turned.raster)
    var largest = 0
    for y in 0..<120 {
      for x in 0..<120 {
        let (u, v) = (y, 119 - x)
        largest = max(largest, abs(Int(before.pixel(x, y)[0]) - Int(after.pixel(u, v)[0])))
      }
    }
    #expect(largest <= 3)
    #expect(before.ink() > 50)
  }

  @Test func `letters stay inside the clip`() throws {
    let typeface = try #require(Typeface.found())
    var canvas = Canvas(width: 80, height: 40)
    canvas.clip = PixelArea(left: 20, top: 10, right: 50, bottom: 30)
    for place in [Position(-10, 28), Position(1e300, 20), Position(.nan, 20), Position(15, 1e9)] {
      canvas.drawText("Tweedie", at: place, size: 40, color: black, typeface: typeface)
    }
    let raster = canvas.raster
    #expect(raster.ink() > 10)
    #expect(raster.ink() == raster.ink(columns: 20..<50, rows: 10..<30))
  }
}

extension TextAnchor {
  fileprivate var shareForTests: Double {
    switch self {
    case .start: 0
    case .middle: 0.5
    case .end: 1
    }
  }
}
