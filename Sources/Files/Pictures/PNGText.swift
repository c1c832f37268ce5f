/// A key and a text that a PNG carries: what made it, with which settings.
public struct PNGText: Sendable, Equatable {
  /// The key: 1 to 79 bytes of ASCII.
  public let key: String
  /// The text.
  public let text: String

  /// A text from its key and words.
  public init(_ key: String, _ text: String) {
    self.key = key
    self.text = text
  }

  /// As CPNG takes it: a letter for the alphabet, the key, a zero, the text, a zero.
  var packed: [UInt8] {
    precondition(
      (1...79).contains(key.utf8.count) && key.utf8.allSatisfy { (0x20...0x7e).contains($0) },
      "The key of a PNG text is 1 to 79 bytes of ASCII.")
    let scalars = text.unicodeScalars.filter { $0.value != 0 }
    // What tEXt allows (PNG, third edition, section 11.3.3.2); everything else goes as UTF-8.
    let isLatin = scalars.allSatisfy {
      $0.value == 10 || (0x20...0x7e).contains($0.value) || (0xa1...0xff).contains($0.value)
    }
    let bytes =
      isLatin
      ? scalars.map { UInt8($0.value) } : Array(String(String.UnicodeScalarView(scalars)).utf8)
    return [UInt8(ascii: isLatin ? "L" : "U")] + Array(key.utf8) + [0] + bytes + [0]
  }

  /// The texts in a run of packed ones.
  static func unpacked(_ bytes: [UInt8]) -> [PNGText] {
    var texts: [PNGText] = []
    var parts = bytes.split(separator: 0, omittingEmptySubsequences: false)[...]
    while parts.count >= 2 {
      let (head, body) = (parts.removeFirst(), parts.removeFirst())
      let isLatin = head.first == UInt8(ascii: "L")
      texts.append(PNGText(latin(head.dropFirst()), isLatin ? latin(body) : utf8(body)))
    }
    return texts
  }

  private static func latin(_ bytes: ArraySlice<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  private static func utf8(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
