import Arrays
import Files
import Foundation
import Testing

/// Files longer than what is read of them at a time mean the same as their bytes at once.
@Suite struct `Files in pieces` {
  /// More bytes than a piece has, with records of every length across its ends.
  private static let rows = 40_000

  private func withFile<Result>(
    _ bytes: [UInt8], _ name: String, _ body: (String) throws -> Result
  ) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)-\(name)"
    try AtomicFile.write(bytes, to: path, overwrite: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `a table reads the same from a file, and with a filter`(end: String) throws {
    var text = "set,x,\"a \(end)b\"\(end)"
    for row in 0..<Self.rows { text += "\"s\(row % 3)\",\(row),-\(row % 97)e-1\(end)" }
    let points = Points(
      count: Self.rows, dimension: 2,
      values: (0..<Self.rows).flatMap { [Float($0), Float("-\($0 % 97)e-1") ?? .nan] })
    try withFile(Array(text.utf8), "a.csv") { (path: String) throws -> Void in
      #expect(try CSV.read(path).points == points)
      let some = try CSV.read(path, keeping: CSV.Filter(column: "set", value: "s1")).points
      #expect(some == points.rows(at: Array(stride(from: 1, to: Self.rows, by: 3))))
    }
  }

  @Test func `numbers alone are read once, and a bad cell far down is named`() throws {
    var lines = (0..<Self.rows).map { "\($0),\($0 % 89)" }
    let points = Points(
      count: Self.rows, dimension: 2,
      values: (0..<Self.rows).flatMap { [Float($0), Float($0 % 89)] })
    try withFile(Array(lines.joined(separator: "\n").utf8), "a.csv") {
      (path: String) throws -> Void in
      #expect(try CSV.read(path).points == points)
    }
    for (cell, rule) in [("7,x", "must be a number"), ("7", "2 cells"), ("\"7,1", "closed")] {
      lines[Self.rows - 2] = cell
      try withFile(Array(lines.joined(separator: "\n").utf8), "a.csv") {
        (path: String) throws -> Void in
        let message = sentence { () throws(FileError) in try CSV.read(path) }
        #expect(message.contains("line \(Self.rows - 1)") && message.contains(rule), "\(message)")
      }
    }
  }

  @Test func `arrays of either order read the same from a file`() throws {
    let (n, d) = (3000, 41)
    let values = (0..<n * d).map { Float($0 % 1009) }
    let points = Points(count: n, dimension: d, values: values)
    try withFile(NPY.encode(points), "a.npy") { (path: String) throws -> Void in
      #expect(try NPY.read(path).values == values)
      #expect(try DataFile.read(path).points == points)
    }
    let turned = (0..<d).flatMap { column in (0..<n).map { values[$0 * d + column] } }
    var bytes = NPY.encode(shape: [n, d], values: turned)
    let order = Array("False".utf8)
    let at = try #require((0..<128).first { bytes[$0..<$0 + 5].elementsEqual(order) })
    bytes.replaceSubrange(at..<at + 5, with: Array(" True".utf8))
    try withFile(bytes, "f.npy") { (path: String) throws -> Void in
      #expect(try NPY.read(path).values == values)
    }
    try withFile(NPZ.encode([.init(key: "x", shape: [n, d], values: values)], file: "a"), "a.npz") {
      (path: String) throws -> Void in
      #expect(try NPZ.read(path).values == values)
    }
    // The control: a byte of the archive changed far down is noticed.
    var damaged = try NPZ.encode([.init(key: "x", shape: [n, d], values: values)], file: "a")
    damaged[damaged.count / 2] ^= 1
    try withFile(damaged, "b.npz") { (path: String) throws -> Void in
      #expect(sentence { () throws(FileError) in try NPZ.read(path) }.contains("CRC-32"))
    }
  }
}
