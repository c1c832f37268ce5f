/// Letters where there is a font, nothing where there is none.
struct Lettering {
  let typeface: Typeface?

  /// Notes a picture drawn with these letters needs.
  var notes: [String] { typeface == nil ? [Picture.withoutLetters] : [] }

  /// Pixels of a text along its baseline; without a font, what a usual one would take, so that a
  /// picture has the same parts in the same places.
  func width(of text: String, size: Double) -> Double {
    typeface?.width(of: text, size: size) ?? 0.6 * size * Double(text.count)
  }

  /// The largest size at which a text is not longer than `width`.
  func size(of text: String, upTo size: Double, width: Double) -> Double {
    let full = self.width(of: text, size: size)
    return full <= width ? size : size * width / full
  }

  func draw(
    _ text: String, at place: Position, size: Double, color: Color, anchor: TextAnchor = .start,
    upwards: Bool = false, on canvas: inout Canvas
  ) {
    guard let typeface else { return }
    canvas.drawText(
      text, at: place, size: size, color: color, anchor: anchor, upwards: upwards,
      typeface: typeface)
  }

  /// A text broken between words into lines of at most `width` pixels.
  func lines(of text: String, size: Double, width: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, self.width(of: last + " " + word, size: size) <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

/// Sizes of letters in pixels, made to be read when the picture is shown at half its size.
enum LetterSize {
  static let title = 28.0
  static let label = 24.0
  static let tick = 21.0
  static let legend = 21.0
  static let subtitle = 21.0
  static let caption = 18.0
  /// From one baseline to the next.
  static let leading = 1.35
  /// Capitals and digits stand this high above the baseline in a usual sans serif.
  static let capitals = 0.72
}
