/// A colour as it stands in a file: sRGB parts in 0…1, and how much of it covers what lies below.
public struct Color: Sendable, Equatable {
  /// The red part, 0…1.
  public var red: Float
  /// The green part, 0…1.
  public var green: Float
  /// The blue part, 0…1.
  public var blue: Float
  /// 1 hides what lies below, 0 shows all of it.
  public var opacity: Float

  /// A colour from its parts.
  public init(red: Float, green: Float, blue: Float, opacity: Float = 1) {
    self.red = red
    self.green = green
    self.blue = blue
    self.opacity = opacity
  }

  /// A colour from its usual six digits, `0xRRGGBB`.
  public init(hex: UInt32, opacity: Float = 1) {
    self.init(
      red: Float(hex >> 16 & 255) / 255, green: Float(hex >> 8 & 255) / 255,
      blue: Float(hex & 255) / 255, opacity: opacity)
  }

  /// The same colour, as opaque as said.
  public func with(opacity: Float) -> Color {
    Color(red: red, green: green, blue: blue, opacity: opacity)
  }

  /// This colour moved towards another: `share` 0 is this one, 1 the other.
  public func mixed(with other: Color, share: Float) -> Color {
    Color(
      red: red + share * (other.red - red), green: green + share * (other.green - green),
      blue: blue + share * (other.blue - blue),
      opacity: opacity + share * (other.opacity - opacity))
  }
}

extension Color {
  /// The ground of every plot.
  public static let white = Color(hex: 0xFFFFFF)
  /// Letters and titles: nearly black, so that a page of them does not glare.
  public static let ink = Color(hex: 0x222222)
  /// Captions and subtitles, below the data in rank.
  public static let quietInk = Color(hex: 0x666666)
  /// Frames and ticks.
  public static let frame = Color(hex: 0x444444)
  /// Grid lines, barely there.
  public static let gridLine = Color(hex: 0xE8E8E8)
  /// A second set behind the first.
  public static let reference = Color(hex: 0x9C9C9C)

  /// Colours for series, in order, told apart under every common colour blindness.
  ///
  /// - Reference: Okabe and Ito 2008, Color Universal Design. https://jfly.uni-koeln.de/color/
  ///   Their yellow is left out: it vanishes on white.
  public static let series: [Color] = [
    Color(hex: 0x0072B2), Color(hex: 0xD55E00), Color(hex: 0x009E73), Color(hex: 0xCC79A7),
    Color(hex: 0xE69F00), Color(hex: 0x56B4E9), Color(hex: 0x333333),
  ]

  /// The colour of series `index`; the palette begins again when it is used up.
  public static func series(_ index: Int) -> Color { series[index % series.count] }
}
