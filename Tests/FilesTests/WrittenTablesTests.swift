import Arrays
import Files
import Testing

/// Tables as programs write them, read by rules over the whole file, and what was taken for what said.
@Suite struct `Tables that others wrote` {
  /// A file, the numbers it holds, and words that its note has; none where there is nothing to say.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var rows: [[Float]] = [[1.5, 2], [3, 4.25]]
    var columns: [String]?
    var note: String?
    var testDescription: String { name }
  }

  static let cases = [
    // numpy.savetxt
    Case(
      name: "savetxt.txt", text: "# x y\n1.5e+00 2.0e+00\n3.0e+00 4.25e+00\n# end\n",
      columns: ["x", "y"], note: "comment on line 1 for a header (x, y), 2 lines"),
    Case(
      name: "savetxt.csv", text: "# x,y\n1.5,2\n3,4.25\n", columns: ["x", "y"], note: "(x, y)"),
    Case(name: "comments.csv", text: "# made on Monday by me\n1.5,2\n3,4.25", note: "1 line that"),
    Case(
      name: "header and comment.csv", text: "# a\nx,y\n1.5,2\n3,4.25", columns: ["x", "y"],
      note: "1 l"),
    // pandas.DataFrame.to_csv
    Case(
      name: "to_csv.csv", text: ",x,y\n0,1.5,2.0\n1,3.0,4.25\n", columns: ["x", "y"],
      note: "took column 1 for an index"),
    Case(
      name: "to_csv unnamed.csv", text: ",0,1\n0,1.5,2.0\n1,3.0,4.25\n", columns: ["0", "1"],
      note: "whole numbers of line 1 for a header (0, 1), column 1 for an index"),
    Case(
      name: "to_csv unnamed, whole.csv", text: ",0,1\n0,15,2\n1,3,4\n", rows: [[15, 2], [3, 4]],
      columns: ["0", "1"], note: "column 1 for an index"),
    Case(
      name: "to_csv unnamed, index=False.csv", text: "0,1\n1.5,2.0\n3.0,4.25\n",
      columns: ["0", "1"], note: "whole numbers of line 1 for a header"),
    Case(
      name: "a series.csv", text: "0\n0.30000000000000004\n-1.2345678901234\n",
      rows: [[0.3], [-1.2345679]], columns: ["0"], note: "header (0)"),
    Case(
      name: "to_csv of to_csv.csv", text: "Unnamed: 0,x,y\n0,1.5,2\n1,3,4.25\n",
      columns: ["x", "y"], note: "index"),
    Case(
      name: "dates.csv", text: ",x,y\n2024-01-01,1.5,2\n2024-01-02,3,4.25\n", columns: ["x", "y"],
      note: "index"),
    Case(
      name: "years.csv", text: "land,2019,2020\na,1.5,2.0\nb,3.0,4.25\n",
      columns: ["2019", "2020"],
      note: "for a header (land, 2019, 2020)"),
    Case(
      name: "a name above numbers.csv", text: "x,2019\n1.5,2\n3,4.25\n", columns: ["x", "2019"],
      note: "line 1 for a header"),
    // The controls: rows that begin as headers do.
    Case(
      name: "a row.csv", text: "0,1\n2,3\n", rows: [[0, 1], [2, 3]], note: "line 1 (0, 1) for a row"
    ),
    Case(name: "a column.csv", text: "0\n0.25\n0.5\n", rows: [[0], [0.25], [0.5]]),
    Case(
      name: "a named index.csv", text: "id,x\n0,2.5\n1,3.5\n", rows: [[0, 2.5], [1, 3.5]],
      columns: ["id", "x"]),
    // R's write.table and write.csv
    Case(
      name: "write.table.txt", text: "\"x\" \"y\"\n\"1\" 1.5 2\n\"2\" 3 4.25\n",
      columns: ["x", "y"], note: "column 1 for names of rows"),
    Case(
      name: "write.table, names.txt", text: "x y\nMazda 1.5 2\nFiat 3 4.25\n", columns: ["x", "y"],
      note: "column 1 for names of rows"),
    Case(
      name: "write.csv.csv", text: "\"\",\"x\",\"a, \"\"b\"\"\"\n\"1\",1.5,2\n\"2\",3,4.25\n",
      columns: ["x", "a, \"b\""], note: "column 1 for an index"),
    Case(
      name: "write.table, quotes.txt", text: "\"a \\\"b\\\"\" \"c\"\n1.5 2\n3 4.25\n",
      columns: ["a \"b\"", "c"]),
    Case(
      name: "write.csv2.csv", text: "\"\";\"x\";\"y\"\n\"1\";1,5;2\n\"2\";3;4,25\n",
      columns: ["x", "y"], note: "column 1 for an index, \"1,5\" for 1.5"),
    // Spreadsheets
    Case(name: "no header.csv", text: "1,5;2\n3;4,25\n", note: "\"1,5\" for 1.5"),
    Case(
      name: "german.csv", text: "\u{feff}x;y;;\r\n1,5;2;;\r\n3;4,25;;\r\n;;;\r\n;;;\r\n\r\n",
      columns: ["x", "y"], note: "for 1.5"),
    Case(
      name: "thousands.csv", text: "x;y\n1.234,5;1\u{a0}234\n-1\u{202f}234,5;1234\n",
      rows: [[1234.5, 1234], [-1234.5, 1234]], columns: ["x", "y"], note: "for 1234.5"),
    Case(
      name: "american.csv", text: "x,y\n\"1,234.5\",\"2\"\n\"12,345\",\u{2212}3\n",
      rows: [[1234.5, 2], [12345, -3]], columns: ["x", "y"], note: "for 1234.5"),
    Case(name: "swiss.csv", text: "1'234.5;2\n3;4\n", rows: [[1234.5, 2], [3, 4]]),
    Case(name: "blanks.csv", text: "\u{a0}1.5 ,\u{a0}2\u{a0}\n 3,4.25\u{a0}\n"),
    Case(name: "declared.csv", text: "sep=;\r\nx;y\r\n1.5;2\r\n3;4.25\r\n", columns: ["x", "y"]),
    Case(
      name: "one column.csv", text: "x\n1,5\n1,25\n", rows: [[1.5], [1.25]], columns: ["x"],
      note: "\"1,5\" for 1.5"),
    Case(name: "commas at the end.csv", text: "x,y\n1.5,2,\n3,4.25,\n", columns: ["x", "y"]),
    Case(name: "above.csv", text: ",\n,\nx,y\n1.5,2\n3,4.25\n", columns: ["x", "y"]),
    Case(name: "blanks between.txt", text: "1,5 2\n3 4,25\n", note: "for 1.5"),
    Case(name: "tabs.tsv", text: "a, b\tc\n1.5\t2\n3\t4.25\n", columns: ["a, b", "c"]),
  ]

  @Test(arguments: cases)
  func `a table of another program holds the numbers it means`(written: Case) throws {
    let table = try CSV.parse(Array(written.text.utf8), file: written.name)
    #expect(table.points == Points(rows: written.rows))
    #expect(table.columns == written.columns)
    let taken = table.notes.filter { $0.hasPrefix("took") }
    #expect(taken.count <= 1, "one note")
    if let note = written.note {
      #expect(taken.first?.contains(note) ?? false, "\(table.notes)")
    } else if !written.name.contains("swiss") {
      #expect(taken.isEmpty, "\(table.notes)")
    }
  }

  @Test(arguments: [
    ("x,y\n1,NA\n2,3\n", "line 2, column 2", "missing, found \"NA\""),
    ("x,y\n1,2\n2,\n", "line 3, column 2", "empty"), ("x,y\n1,2\n-,4\n", "line 3", "missing"),
    ("x,y\n1,2\n#N/A,4\n3,4\n", "", ""), ("1,2\n3,NULL\n4,5\n", "line 2, column 2", "missing"),
    ("x,y\n1,2\n,\n3,4\n", "line 3", "only empty cells"),
    ("1,5;2.5\n3,25;4\n", "line 1, column 2", "decimal commas"),
    ("\"1,234\",2\n\"5,678\",3\n", "line 1, column 1", "one meaning"),
    ("# nothing\n", "", "must have rows"),
  ])
  func `what is missing or may mean two things is refused, and named`(
    text: String, place: String, rule: String
  ) {
    // A line that begins with # is a comment, also where a spreadsheet wrote an error there.
    guard !rule.isEmpty else {
      #expect((try? CSV.parse(Array(text.utf8), file: "a.csv"))?.notes.count == 1)
      return
    }
    let message = sentence { () throws(FileError) in
      try CSV.parse(Array(text.utf8), file: "a.csv")
    }
    #expect(message.contains(place) && message.contains(rule), "\(message)")
  }

  @Test func `UTF-16 is refused by name`() {
    let message = sentence { () throws(FileError) in
      try CSV.parse([0xff, 0xfe, 0x31, 0, 0x0a, 0], file: "a.csv")
    }
    #expect(message.contains("UTF-16"))
  }

  @Test func `a comma far down decides for all of the file`() throws {
    // Below the front that the delimiter is told from, and in one of 20,000 rows.
    var lines = (0..<20_000).map { "\($0 % 97);\($0 % 89)" }
    lines[15_000] = "1,5;7"
    let text = lines.joined(separator: "\n")
    let table = try CSV.parse(Array(text.utf8), file: "a.csv")
    #expect(table.points.row(15_000).elementsEqual([1.5, 7]) && table.points.count == 20_000)
    #expect(table.points.row(96).elementsEqual([96, 7]))
    #expect(table.notes == ["took \"1,5\" for 1.5"])
  }

  @Test func `a filter and dropped columns go with an index`() throws {
    let text = ",set,x\n0,a,1.5\n1,b,2\n2,a,3\n"
    let table = try CSV.parse(
      Array(text.utf8), file: "a.csv", keeping: CSV.Filter(column: "set", value: "a"))
    #expect(table.points == Points(rows: [[1.5], [3]]) && table.columns == ["x"])
    #expect(
      table.notes == ["dropped column without numbers: set", "took column 1 for an index"])
  }

  @Test func `time grows with the length of a line, not with its square`() throws {
    func seconds(_ cells: Int) throws -> Duration {
      let bytes = Array((String(repeating: "1,", count: cells) + "1\n").utf8)
      return try ContinuousClock().measure { _ = try CSV.parse(bytes, file: "a.csv") }
    }
    _ = try seconds(1000)
    // Sixteen times the cells; the square would take 256 times the time.
    let (long, short) = (try seconds(320_000), try seconds(20_000))
    #expect(long < short * 64)
  }
}
