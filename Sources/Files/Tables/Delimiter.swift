/// What stands between the cells of a table.
struct Delimiter {
  let byte: UInt8
  /// Whether the first line says so, `sep=;`, as spreadsheets have it, and is none of the table's.
  let isDeclared: Bool

  /// Bytes at the front of a file, and at each of some places farther down, that are looked at.
  private static let frontSize = 1 << 16
  private static let pieceSize = 1 << 14
  private static let pieces = 4

  private init(_ byte: UInt8, isDeclared: Bool = false) {
    self.byte = byte
    self.isDeclared = isDeclared
  }

  /// The delimiter with which the lines have equally many cells, most of them numbers; of equals the
  /// first of tab (for TSV), comma, tab, semicolon and blank.
  ///
  /// - Throws: `badData` where the text is UTF-16.
  static func of(_ store: any ByteStore, file: String) throws(FileError) -> Delimiter {
    let front = try store.prefix(frontSize)
    if front.starts(with: [0xff, 0xfe]) || front.starts(with: [0xfe, 0xff]) {
      throw .bad(file, "byte 0", "a table must be text in UTF-8, found UTF-16")
    }
    if let declared = declared(front) { return Delimiter(declared, isDeclared: true) }
    var parts = [wholeLines(front, isFirst: true, isLast: front.count == store.count)]
    // Farther down numbers may be written that are not so on top.
    for piece in 1...pieces where store.count > frontSize + pieces * pieceSize {
      let start = frontSize + (store.count - frontSize - pieceSize) / pieces * piece
      let bytes = try store.bytes(start..<start + pieceSize)
      parts.append(wholeLines(bytes, isFirst: false, isLast: start + pieceSize == store.count))
    }
    let isTabs = file.lowercased().hasSuffix(".tsv")
    let order = (isTabs ? "\t,; " : ",\t; ").utf8
    var best: (byte: UInt8, score: Score)?
    var isCommaDecimal = false
    for byte in order where parts[0].contains(byte) {
      let score = Score(parts, Delimiter(byte), file: file)
      isCommaDecimal = isCommaDecimal || score.isOneColumn
      if score.isPossible, best.map({ $0.score < score }) ?? true { best = (byte, score) }
    }
    // One column: of what stands nowhere, or at least not between cells.
    return Delimiter(best?.byte ?? UInt8(ascii: isTabs ? "\t" : isCommaDecimal ? ";" : ","))
  }

  private static func declared(_ front: [UInt8]) -> UInt8? {
    let text = front.starts(with: [0xef, 0xbb, 0xbf]) ? front.dropFirst(3) : front[...]
    guard text.count > 5, text.prefix(4).elementsEqual("sep=".utf8) else { return nil }
    let (byte, end) = (text[text.startIndex + 4], text[text.startIndex + 5])
    return (end == 10 || end == 13) && ",;\t |".utf8.contains(byte) ? byte : nil
  }

  /// The lines that are all there; a part of one where there is no other.
  private static func wholeLines(_ bytes: [UInt8], isFirst: Bool, isLast: Bool) -> [UInt8] {
    func isEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
    let last = isLast ? bytes.count : bytes.lastIndex(where: isEnd) ?? bytes.count
    let first = isFirst ? 0 : (bytes.firstIndex(where: isEnd) ?? last)
    return first < last ? Array(bytes[first..<last]) : []
  }

  /// How well a delimiter fits.
  private struct Score: Comparable {
    /// Whether every line has as many cells, but for a first that is one short.
    private var isEven = true
    private var filled = 0
    private var numbers = 0
    /// Cells of a line; more than one where the delimiter is possible.
    private var columns = 0
    /// Whether commas stand in front of decimals in one column.
    private(set) var isOneColumn = false
    private var agreeing = 0
    private var lines = 0

    /// Lines of a part that are looked at.
    private static let mostLines = 256

    init(_ parts: [[UInt8]], _ delimiter: Delimiter, file: String) {
      var counts: [Int: Int] = [:]
      var first: DelimitedText.Record?
      var starts: [Double?] = []
      for part in parts {
        guard var text = try? DelimitedText(HeldBytes(all: part), delimiter, file: file) else {
          continue
        }
        for _ in 0..<Self.mostLines {
          guard let record: DelimitedText.Record = try? text.next() else { break }
          if first == nil {
            first = record
            continue
          }
          counts[record.cells.count, default: 0] += 1
          if record.cells.count == 2 { starts.append(Double(record.cells[0])) }
          add(record)
        }
      }
      guard let first else { return }
      let top = first.cells.count
      if counts.isEmpty { add(first) }
      columns = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? top
      agreeing = counts[columns] ?? 0
      lines = counts.values.reduce(0, +)
      isEven = agreeing == lines && (top == columns || top == columns - 1)
      // A name above 1,5 and 2,5 stands above one column unless the whole numbers count its rows.
      if delimiter.byte == UInt8(ascii: ","), top == 1, columns == 2,
        zip(starts, starts.dropFirst()).contains(where: { ($0 ?? 0) >= ($1 ?? 1) })
      {
        isOneColumn = true
      }
    }

    var isPossible: Bool { columns > 1 && !isOneColumn }

    private mutating func add(_ record: DelimitedText.Record) {
      for cell in record.cells {
        switch CellKind(cell) {
        case .number, .written, .either, .notFinite:
          numbers += 1
          filled += 1
        case .text: filled += 1
        case .missing: break
        }
      }
    }

    static func < (one: Score, other: Score) -> Bool {
      if one.isEven != other.isEven { return other.isEven }
      let shares = [one, other].map { Double($0.numbers) / Double(max(1, $0.filled)) }
      if shares[0] != shares[1] { return shares[0] < shares[1] }
      return one.agreeing * max(1, other.lines) < other.agreeing * max(1, one.lines)
    }
  }
}
