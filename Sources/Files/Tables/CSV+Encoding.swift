public import Arrays
import Foundation

extension CSV {
  /// The bytes of a table with a header: x, y for the plane, x0, x1, … otherwise; shortest
  /// decimals that read back as the same Float32.
  public static func encode(_ points: Points, columns: [String]? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    for piece in pieces(points, columns: columns) { bytes += piece }
    return bytes
  }

  /// The same some rows at a time, each piece made when it is asked for; `delimiter` stands between
  /// cells. Columns whose `origin` is not zero are written as origin + points, in decimals that
  /// read back as the same Float32 about it.
  public static func pieces(
    _ points: Points, columns: [String]? = nil, delimiter: Character = ",", origin: [Double] = []
  ) -> some Sequence<[UInt8]> {
    let plain = points.dimension == 2 ? ["x", "y"] : (0..<points.dimension).map { "x\($0)" }
    let names = columns ?? plain
    precondition(names.count == points.dimension, "Every column has a name.")
    precondition(origin.isEmpty || origin.count == points.dimension, "Every column has an origin.")
    let moved = origin.contains { $0 != 0 }
    let header = names.map(quotedIfNeeded).joined(separator: "\(delimiter)") + "\n"
    let rows = max(1, Words.pieceSize / points.dimension)
    // The header is the piece before the first.
    return stride(from: -rows, to: points.count, by: rows).lazy.map { start in
      guard start >= 0 else { return Array(header.utf8) }
      var text = ""
      for index in start..<min(points.count, start + rows) {
        let row = points.row(index)
        let cells = moved ? zip(row, origin).map(sum) : row.map { "\($0)" }
        text += cells.joined(separator: "\(delimiter)") + "\n"
      }
      return Array(text.utf8)
    }
  }

  /// The decimals of origin + value: no more than tell the value from other Float32, about it.
  private static func sum(_ value: Float, _ origin: Double) -> String {
    guard origin != 0 else { return "\(value)" }
    let sum = origin + Double(value)
    // The first decimal below the last bit of `value`; one less will often do.
    let places = Int((-log10(Double(value.ulp))).rounded(.up))
    for power in [places - 1, places].map({ pow(10, Double($0)) }) {
      let shifted = (sum * power).rounded()
      guard shifted.magnitude < 0x1p53 else { break }
      let short = shifted / power
      if Float(short - origin) == value { return "\(short)" }
    }
    return "\(sum)"
  }

  private static func quotedIfNeeded(_ name: String) -> String {
    guard name.contains(where: { ",\"\n\r\t;".contains($0) }) else { return name }
    return "\""
      + name.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
