/// The cells of a table in text, record by record: rows of lines, cells between delimiters, quotes as
/// in RFC 4180, or with a backslash before a quote, as R writes them. Lines that begin with # are
/// comments.
struct DelimitedText {
  struct Record {
    /// The line the record begins on, from 1.
    let line: Int
    let cells: [String]

    /// Whether nothing stands in its cells.
    var isEmpty: Bool { cells[0].isEmpty && cells.allSatisfy(\.isEmpty) }
  }

  private let store: any ByteStore
  private var reader: Reader
  /// Where the bytes that the reader has not got yet begin.
  private var fetched = 0

  init(_ store: any ByteStore, _ delimiter: Delimiter, file: String) throws(FileError) {
    self.store = store
    reader = Reader(delimiter: delimiter.byte, file: file)
    try fetch(FileBytes.pieceSize)
    if reader.bytes.starts(with: [0xef, 0xbb, 0xbf]) { reader.position = 3 }
    if delimiter.isDeclared { reader.passLine() }
  }

  /// Comment lines passed so far.
  var comments: Int { reader.comments }

  /// The last comment in front of the first record, without #, and the line it stands on.
  var firstComment: (line: Int, text: String)? { reader.firstComment }

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

  private struct Reader {
    /// Those at hand.
    var bytes: [UInt8] = []
    let delimiter: UInt8
    let file: String
    var position = 0
    var line = 1
    var comments = 0
    var firstComment: (line: Int, text: String)?
    private var hasRecords = false

    init(delimiter: UInt8, file: String) {
      self.delimiter = delimiter
      self.file = file
    }

    mutating func record() throws(FileError) -> Record? {
      guard position < bytes.count else { return nil }
      let start = line
      if isComment {
        takeComment()
        return Record(line: start, cells: [""])
      }
      var cells: [String] = []
      while true {
        cells.append(try cell(column: cells.count + 1))
        guard position < bytes.count, bytes[position] == delimiter else { break }
        position += 1
        if delimiter == 0x20 && blankToTheEnd() { break }
      }
      endLine()
      if cells.count > 1 || !cells[0].isEmpty { hasRecords = true }
      return Record(line: start, cells: cells)
    }

    /// Whether the line begins with #, after blanks.
    private var isComment: Bool {
      var first = position
      while first < bytes.count, bytes[first] == 0x20 || bytes[first] == 9 { first += 1 }
      return first < bytes.count && bytes[first] == UInt8(ascii: "#")
    }

    private mutating func takeComment() {
      let end = bytes[position...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      if !hasRecords {
        let text = bytes[position..<end].drop { $0 == 0x20 || $0 == 9 }.drop { $0 == 0x23 }
        firstComment = (line, String(decoding: text, as: UTF8.self))
      }
      comments += 1
      position = end
      endLine()
    }

    /// Passes the rest of a line.
    mutating func passLine() {
      position = bytes[position...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      endLine()
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
      while position < bytes.count {
        if bytes[position] == 0x20 || (bytes[position] == 9 && delimiter != 9) {
          position += 1
        } else if isFixedBlank(at: position) {
          position += 2
        } else {
          break
        }
      }
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        return try quoted(column: column)
      }
      let end = bytes[position...].firstIndex(where: ends) ?? bytes.count
      var last = end
      while last > position {
        if bytes[last - 1] == 0x20 || bytes[last - 1] == 9 {
          last -= 1
        } else if last - position > 1, isFixedBlank(at: last - 2) {
          last -= 2
        } else {
          break
        }
      }
      defer { position = end }
      return String(decoding: bytes[position..<last], as: UTF8.self)
    }

    /// Whether the blank that does not break, U+00A0, stands here in UTF-8.
    private func isFixedBlank(at place: Int) -> Bool {
      bytes[place] == 0xc2 && place + 1 < bytes.count && bytes[place + 1] == 0xa0
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
          if text.last == UInt8(ascii: "\\"),
            position + 1 == bytes.count || ends(bytes[position + 1])
          {
            // A quote behind its backslash, and the closing one.
            text[text.count - 1] = byte
            position += 1
            return String(decoding: text, as: UTF8.self)
          }
          text.append(byte)
          position += 1
          continue
        }
        while position < bytes.count, bytes[position] == 0x20, delimiter != 0x20 { position += 1 }
        guard position == bytes.count || ends(bytes[position]) else {
          if text.last == UInt8(ascii: "\\") {
            // Not the end of the cell, so the backslash was no letter of it.
            text[text.count - 1] = byte
            continue
          }
          throw .bad(file, place, "nothing may follow the closing quote of a cell")
        }
        return String(decoding: text, as: UTF8.self)
      }
      throw .bad(file, place, "the quote of a cell must be closed, but the file ends")
    }
  }
}
