/// The cells of a table in text, record by record: rows of lines, cells between delimiters, quotes as
/// in RFC 4180.
struct DelimitedText {
  struct Record {
    /// The line the record begins on, from 1.
    let line: Int
    let cells: [String]
  }

  private let store: any ByteStore
  private var reader: Reader
  /// Where the bytes that the reader has not got yet begin.
  private var fetched = 0

  init(_ store: any ByteStore, delimiter: UInt8, file: String) throws(FileError) {
    self.store = store
    reader = Reader(delimiter: delimiter, file: file)
    try fetch(FileBytes.pieceSize)
    if reader.bytes.starts(with: [0xef, 0xbb, 0xbf]) { reader.position = 3 }
  }

  /// Bytes of the file that records were made of so far.
  var passed: Int { fetched - (reader.bytes.count - reader.position) }

  /// The next record; lines with nothing but blanks are passed over.
  mutating func next() throws(FileError) -> Record? {
    while true {
      let before = reader
      do throws(FileError) {
        let record = try reader.record()
        // What ends with the bytes at hand may go on with those to come.
        if reader.position < reader.bytes.count || fetched == store.count {
          guard let record else { return nil }
          if record.cells.count > 1 || !record.cells[0].isEmpty { return record }
          continue
        }
      } catch {
        guard reader.position == reader.bytes.count, fetched < store.count else { throw error }
      }
      reader = before
      try fetch(max(FileBytes.pieceSize, reader.bytes.count))
    }
  }

  /// Brings more bytes, in place of those passed.
  private mutating func fetch(_ most: Int) throws(FileError) {
    let piece = fetched..<min(store.count, fetched + most)
    reader.bytes = Array(reader.bytes[reader.position...]) + (try store.bytes(piece))
    reader.position = 0
    fetched = piece.upperBound
  }

  /// The delimiter by the ending of a name, or by the first line where that has none of it.
  static func delimiter(_ store: any ByteStore, file: String) throws(FileError) -> UInt8 {
    let firstLine =
      try store.prefix(1 << 16).split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }
      .first ?? []
    let byEnding = file.lowercased().hasSuffix(".tsv") ? "\t" : ","
    let order = [byEnding, ",", "\t", ";", " "].compactMap { $0.utf8.first }
    return order.first { firstLine.contains($0) } ?? order[0]
  }

  private struct Reader {
    /// Those at hand.
    var bytes: [UInt8] = []
    let delimiter: UInt8
    let file: String
    var position = 0
    var line = 1

    init(delimiter: UInt8, file: String) {
      self.delimiter = delimiter
      self.file = file
    }

    mutating func record() throws(FileError) -> Record? {
      guard position < bytes.count else { return nil }
      let start = line
      var cells: [String] = []
      while true {
        cells.append(try cell(column: cells.count + 1))
        guard position < bytes.count, bytes[position] == delimiter else { break }
        position += 1
        if delimiter == 0x20 && blankToTheEnd() { break }
      }
      endLine()
      return Record(line: start, cells: cells)
    }

    /// Passes blanks; whether nothing else stands on the line.
    private mutating func blankToTheEnd() -> Bool {
      while position < bytes.count, bytes[position] == 0x20 { position += 1 }
      return position == bytes.count || bytes[position] == 10 || bytes[position] == 13
    }

    /// Passes the end of a line: LF, CR LF or CR.
    private mutating func endLine() {
      guard position < bytes.count else { return }
      let isCarriageReturn = bytes[position] == 13
      position += 1
      if isCarriageReturn, position < bytes.count, bytes[position] == 10 { position += 1 }
      line += 1
    }

    private func ends(_ byte: UInt8) -> Bool { byte == delimiter || byte == 10 || byte == 13 }

    private mutating func cell(column: Int) throws(FileError) -> String {
      // Blanks in front of a cell say nothing, also where blanks are the delimiter.
      while position < bytes.count,
        bytes[position] == 0x20 || (bytes[position] == 9 && delimiter != 9)
      {
        position += 1
      }
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        return try quoted(column: column)
      }
      let end = bytes[position...].firstIndex(where: ends) ?? bytes.count
      var last = end
      while last > position, bytes[last - 1] == 0x20 || bytes[last - 1] == 9 { last -= 1 }
      defer { position = end }
      return String(decoding: bytes[position..<last], as: UTF8.self)
    }

    private mutating func quoted(column: Int) throws(FileError) -> String {
      let place = "line \(line), column \(column)"
      var text: [UInt8] = []
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        guard byte == UInt8(ascii: "\"") else {
          if byte == 10 { line += 1 }
          text.append(byte)
          continue
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
          text.append(byte)
          position += 1
          continue
        }
        while position < bytes.count, bytes[position] == 0x20, delimiter != 0x20 { position += 1 }
        guard position == bytes.count || ends(bytes[position]) else {
          throw .bad(file, place, "nothing may follow the closing quote of a cell")
        }
        return String(decoding: text, as: UTF8.self)
      }
      throw .bad(file, place, "the quote of a cell must be closed, but the file ends")
    }
  }
}
