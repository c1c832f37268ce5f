extension [Position] {
  /// Twice the area would do for its sign; positive when the corners run clockwise on the screen.
  var signedArea: Double {
    var sum = 0.0
    for (index, corner) in enumerated() {
      let next = self[(index + 1) % count]
      sum += corner.x * next.y - next.x * corner.y
    }
    return sum / 2
  }

  /// The part of a closed outline inside an area, by cutting at one border after another.
  ///
  /// - Reference: Sutherland and Hodgman 1974. https://doi.org/10.1145/360767.360802
  func clipped(to area: PixelArea) -> [Position] {
    cut { $0.x - Double(area.left) }
      .cut { Double(area.right) - $0.x }
      .cut { $0.y - Double(area.top) }
      .cut { Double(area.bottom) - $0.y }
  }

  /// Keeps what lies where `inside` is not negative; it must be linear in the place.
  private func cut(_ inside: (Position) -> Double) -> [Position] {
    var kept: [Position] = []
    kept.reserveCapacity(count + 2)
    for (index, corner) in enumerated() {
      let next = self[(index + 1) % count]
      let (here, there) = (inside(corner), inside(next))
      if here >= 0 { kept.append(corner) }
      if (here >= 0) != (there >= 0) {
        let share = here / (here - there)
        kept.append(
          Position(
            corner.x + share * (next.x - corner.x), corner.y + share * (next.y - corner.y)))
      }
    }
    return kept
  }

  /// The corners of the smallest upright box around the places.
  var box: (low: Position, high: Position)? {
    guard var low = first, var high = first else { return nil }
    for place in self {
      low = Position(Swift.min(low.x, place.x), Swift.min(low.y, place.y))
      high = Position(Swift.max(high.x, place.x), Swift.max(high.y, place.y))
    }
    return (low, high)
  }
}

extension Canvas {
  /// Fills a closed outline; its corners run around it once, in either direction.
  ///
  /// Nothing is drawn when a corner is not finite: an outline without one of its corners is
  /// another shape.
  public mutating func fillPolygon(_ corners: [Position], color: Color) {
    guard corners.count > 2, corners.allSatisfy(\.isFinite) else { return }
    let corners = corners.map(\.bounded)
    guard let box = corners.box else { return }
    let area = clip.touched(from: box.low, to: box.high)
    guard !area.isEmpty else { return }
    var coverage = Coverage(area: area)
    coverage.add(corners)
    fill(coverage, color: color)
  }

  /// Fills an upright rectangle between two corners, parts of pixels included.
  public mutating func fillRectangle(from a: Position, to b: Position, color: Color) {
    fillPolygon([a, Position(b.x, a.y), b, Position(a.x, b.y)], color: color)
  }

  /// Fills the band between two lines over the same places along x, up to gaps where one of them is
  /// not finite.
  public mutating func fillBand(low: [Position], high: [Position], color: Color) {
    precondition(low.count == high.count, "A band needs as many low places as high ones.")
    var run: [Int] = []
    func outline() -> [Position] { run.map { low[$0] } + run.reversed().map { high[$0] } }
    for index in low.indices {
      if low[index].isFinite && high[index].isFinite {
        run.append(index)
      } else {
        fillPolygon(outline(), color: color)
        run = []
      }
    }
    fillPolygon(outline(), color: color)
  }
}
