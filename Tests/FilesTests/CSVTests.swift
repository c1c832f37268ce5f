import Arrays
import Files
import Testing

@Suite struct `Tables` {
  private func parse(_ text: String, _ file: String = "a.csv", _ filter: CSV.Filter? = nil)
    throws(FileError) -> CSV.Table
  {
    try CSV.parse(Array(text.utf8), file: file, keeping: filter)
  }

  @Test(arguments: [
    ("a.csv", "1,2\n3,4\n"), ("a.csv", "1,2\n3,4"), ("a.csv", "1,2\r\n3,4\r\n"),
    ("a.csv", "1,2\r3,4\r"), ("a.csv", "\u{feff}x,y\n1,2\n\n  \n3,4\n\n"),
    ("a.csv", "\"x\",\"y\"\n\"1\", 2 \n 3 ,\"4\" \n"), ("a.tsv", "1\t2\n3\t4\n"),
    ("a.csv", "1;2\n3;4\n"), ("a.txt", "1 2 \n  3   4\n"), ("a.csv", "+1,.2e1\n3.0,4e0\n"),
    ("a.csv", "x,\"a \"\"b\"\"\ny\"\n1,2\n3,4"), ("a.tsv", "1,2\n3,4\n"),
  ])
  func `every way of writing a table reads the same`(file: String, text: String) throws {
    let table = try parse(text, file)
    #expect(table.points == Points(rows: [[1, 2], [3, 4]]))
    #expect(table.notes.isEmpty)
  }

  @Test func `a header names the columns`() throws {
    #expect(try parse("x,height\n1,2\n").columns == ["x", "height"])
    #expect(try parse("1,2\n").columns == nil)
  }

  @Test func `columns without numbers are dropped with a note`() throws {
    let table = try parse("name,x,kind,y\nn,1,k,2\nm,3,7,4\n9,5,q,6\n")
    #expect(table.points == Points(rows: [[1, 2], [3, 4], [5, 6]]))
    #expect(table.columns == ["x", "y"])
    #expect(table.notes == ["dropped columns without numbers: name, kind"])
    #expect(try parse("n,1\nm,2\n").notes == ["dropped column without numbers: 1"])
  }

  @Test func `a filter keeps the rows that say so`() throws {
    let text = "set,x\na,1\nb,2\na,3\n"
    let table = try parse(text, "a.csv", CSV.Filter(column: "set", value: "a"))
    #expect(table.points == Points(rows: [[1], [3]]))
    #expect(
      sentence { () throws(FileError) in
        try parse(text, "a.csv", CSV.Filter(column: "sets", value: "a"))
      }.contains("set, x"))
    #expect(
      sentence { () throws(FileError) in
        try parse(text, "a.csv", CSV.Filter(column: "set", value: "c"))
      }.contains("found only a, b"))
    #expect(
      sentence { () throws(FileError) in
        try parse("1,2", "a.csv", CSV.Filter(column: "x", value: "1"))
      }.contains("header"))
  }

  @Test(arguments: [
    ("x,y\n1,2\n3\n", "line 3", "2 cells"), ("1,2\n\n3,4,5\n", "line 3", "found 3"),
    ("1,2\n,4\n", "line 2, column 1", "empty"), ("1,2\n3,nan\n", "line 2, column 2", "finite"),
    ("1,-Inf\n", "line 1, column 2", "finite"), ("1,1e39\n", "line 1, column 2", "finite"),
    ("1,2\n3,4\n5,6x\n", "line 3, column 2", "found \"6x\""),
    ("1,2\n3,4\n0x5,6\n", "line 3, column 1", "must be a number"),
    ("x\n\"1\"2\n", "line 2, column 1", "closing quote"), ("x\n\"1", "line 2, column 1", "closed"),
    ("", "a.csv", "found none"), ("\n\n", "a.csv", "found none"), ("x,y\n", "a.csv", "header"),
    ("x,y\na,b\n", "a.csv", "column of numbers"),
  ])
  func `what breaks a table is named by line and column`(text: String, place: String, rule: String)
  {
    let message = sentence { () throws(FileError) in try parse(text) }
    #expect(message.hasPrefix("a.csv") && message.contains(place) && message.contains(rule))
  }

  @Test func `numbers written read back to the last bit`() throws {
    var dice = Dice(state: 3)
    let values = (0..<3000).map { _ in
      let number = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &dice))
      return number.isFinite ? number : 0
    }
    let points = Points(count: 1000, dimension: 3, values: values)
    let table = try CSV.parse(CSV.encode(points), file: "a.csv")
    #expect(table.points == points && table.columns == ["x0", "x1", "x2"])
    let plane = String(decoding: CSV.encode(Points(rows: [[0.1, 2]])), as: UTF8.self)
    #expect(plane == "x,y\n0.1,2.0\n")
    let named = CSV.encode(Points(rows: [[1, 2]]), columns: ["a,\"b\"", "c"])
    #expect(try CSV.parse(named, file: "a.csv").columns == ["a,\"b\"", "c"])
  }
}
