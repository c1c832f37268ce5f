import Foundation

/// The ten digits as pen strokes in a box from (−0.65, −1) to (0.65, 1), y downwards.
enum DigitStrokes {
  typealias Point = SIMD2<Double>

  /// Chains of points close enough to be joined by straight lines, a chain a stroke.
  static let all: [[[Point]]] = [
    [arc(0, 0, 0.6, 1, from: 0, to: 360)],
    [[Point(-0.4, -0.55), Point(0.1, -1), Point(0.1, 1)]],
    [arc(0, -0.45, 0.55, 0.55, from: 190, to: 390) + [Point(-0.6, 1), Point(0.6, 1)]],
    [
      arc(-0.05, -0.5, 0.52, 0.5, from: 200, to: 450)
        + arc(-0.05, 0.5, 0.6, 0.5, from: -90, to: 155)
    ],
    [[Point(0.3, 1), Point(0.3, -1), Point(-0.65, 0.4), Point(0.65, 0.4)]],
    [
      [Point(0.5, -1), Point(-0.4, -1), Point(-0.48, -0.05)]
        + arc(0, 0.35, 0.6, 0.65, from: 220, to: 510)
    ],
    [
      arc(0.55, 0.4, 1.12, 1.4, from: 265, to: 180),
      arc(0, 0.43, 0.57, 0.57, from: 0, to: 360),
    ],
    [[Point(-0.6, -1), Point(0.6, -1), Point(-0.15, 1)]],
    [
      arc(0, -0.52, 0.47, 0.48, from: 0, to: 360),
      arc(0, 0.48, 0.6, 0.52, from: 0, to: 360),
    ],
    [
      arc(0, -0.43, 0.57, 0.57, from: 0, to: 360),
      arc(-0.55, -0.4, 1.12, 1.4, from: 0, to: 85),
    ],
  ]

  /// Part of an ellipse about (x, y); degrees run from the right downwards.
  private static func arc(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, from: Double, to: Double
  ) -> [Point] {
    // 15° a chord: it leaves its arc by less than a twentieth of a pixel.
    let count = Int((abs(to - from) / 15).rounded(.up))
    return (0...count).map { index in
      let angle = (from + (to - from) * Double(index) / Double(count)) * .pi / 180
      return Point(x + width * cos(angle), y + height * sin(angle))
    }
  }
}
