/// The cells of a table in text: rows of lines, cells between delimiters, quotes as in RFC 4180.
struct DelimitedText {
  struct Record {
    /// The line the record begins on, from 1.
    let line: Int
    let cells: [String]
  }

  let records: [Record]

  /// Reads all records; lines with nothing but blanks are passed over.
  init(_ bytes: [UInt8], delimiter: UInt8, file: String) throws(FileError) {
    var reader = Reader(bytes: bytes, delimiter: delimiter, file: file)
    var records: [Record] = []
    while let record = try reader.record() {
      if record.cells.count > 1 || !record.cells[0].isEmpty { records.append(record) }
    }
    self.records = records
  }

  /// The delimiter by the ending of a name, or by the first line where that has none of it.
  static func delimiter(_ bytes: [UInt8], file: String) -> UInt8 {
    let firstLine =
      bytes.prefix(1 << 16).split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }
      .first ?? []
    let byEnding = file.lowercased().hasSuffix(".tsv") ? "\t" : ","
    let order = [byEnding, ",", "\t", ";", " "].compactMap { $0.utf8.first }
    return order.first { firstLine.contains($0) } ?? order[0]
  }

  private struct Reader {
    let bytes: [UInt8]
    let delimiter: UInt8
    let file: String
    var position: Int
    var line = 1

    init(bytes: [UInt8], delimiter: UInt8, file: String) {
      self.bytes = bytes
      self.delimiter = delimiter
      self.file = file
      position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
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
