/// Words for a word that is nearly a known one.
public enum Suggestion {
  /// "; did you mean …?" where one of the known words is close, else nothing.
  public static func words(for word: String, among words: [String]) -> String {
    let near = words.map { ($0, distance(word.lowercased(), $0.lowercased())) }
      .min { $0.1 < $1.1 }
    // Half of the letters at most: more would make any short word nearly any other.
    guard let (best, distance) = near, distance <= max(1, min(3, word.count / 2)) else { return "" }
    return "; did you mean \"\(best)\"?"
  }

  /// The least number of letters put in, taken out, or changed (Levenshtein).
  private static func distance(_ one: String, _ other: String) -> Int {
    let (a, b) = (Array(one.unicodeScalars.prefix(64)), Array(other.unicodeScalars.prefix(64)))
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, against) in b.enumerated() {
        let change = diagonal + (letter == against ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
