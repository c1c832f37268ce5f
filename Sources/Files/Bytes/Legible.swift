/// Words of a file or of a user as they stand in messages: on one line, with nothing in them that a
/// terminal obeys, and cut to a length.
public enum Legible {
  /// Characters of a value that are shown.
  public static let longest = 60
  /// Names of a list that are shown.
  public static let most = 10

  /// A value: control characters and what is no text escaped, and cut to ``longest`` characters.
  public static func value(_ text: some StringProtocol) -> String {
    let cut = text.prefix(longest)
    return escaped(cut) + (cut.endIndex < text.endIndex ? "…" : "")
  }

  /// Names, the first ten of them: "a, b, … and 1,234 more".
  public static func list(_ names: some Collection<String>) -> String {
    let shown = names.prefix(most).map { value($0) }.joined(separator: ", ")
    let more = names.count - most
    return more > 0 ? "\(shown), … and \(counted(more)) more" : shown
  }

  /// A path: one that is far longer than those of people keeps its two ends.
  public static func path(_ path: String) -> String {
    let half = 120
    guard path.count > 2 * half else { return escaped(path) }
    return escaped(path.prefix(half)) + "…" + escaped(path.suffix(half))
  }

  /// A sentence that others' words may stand in.
  public static func sentence(_ text: String) -> String {
    let most = 2000
    let shown = escaped(text.prefix(most))
    return text.count > most ? shown + "…" : shown
  }

  /// Text on one line: what a terminal would obey, and what is invisible, becomes "\u{1B}".
  public static func escaped(_ text: some StringProtocol) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return String(text) }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if isHidden(scalar) {
        shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars
      } else {
        shown.append(scalar)
      }
    }
    return String(shown)
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if (0x20...0x7e).contains(scalar.value) { return false }
    return switch scalar.properties.generalCategory {
    // Of the invisible only what turns text around or breaks lines: joiners belong to words.
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
    case .format: scalar.value != 0x200c && scalar.value != 0x200d
    default: scalar == "\u{fffd}"
    }
  }

  private static func counted(_ number: Int) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
      if place > 0 && place % 3 == 0 { text.insert(",", at: text.startIndex) }
      text.insert(digit, at: text.startIndex)
    }
    return text
  }
}
