import Arrays
import Files
import Foundation
import Testing

/// Data far from zero keep what Float32 would round away.
@Suite struct `Origins of columns` {
  /// Unix times: around 1.7e9, ± 10 s, in steps of 2⁻¹² s.
  static let times: [Double] = {
    var dice = Dice(state: 13)
    return (0..<10_000).map { _ in
      1_700_000_003 + Double(Int.random(in: -40_960...40_960, using: &dice)) / 4096
    }
  }()

  private static func bytes<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
    words.flatMap { word in
      (0..<Word.bitWidth / 8).map { UInt8(truncatingIfNeeded: word >> Word($0 * 8)) }
    }
  }

  private static func float64(_ numbers: [Double]) -> [UInt8] {
    bytes(numbers.map(\.bitPattern))
  }

  /// What a file says, written back and read with NumPy's own meaning of the bytes.
  private func sums(_ data: DataFile) -> [Double] {
    let (d, values) = (data.points.dimension, data.points.values)
    return values.indices.map { data.origin[$0 % d] + Double(values[$0]) }
  }

  private func far(_ found: [Double], _ right: [Double]) -> Double {
    zip(found, right).reduce(found.count == right.count ? 0 : .infinity) {
      max($0, abs($1.0 - $1.1))
    }
  }

  @Test func `Unix times keep their microseconds through reading and writing`() throws {
    let whole = Self.times.map { $0.rounded() }
    let text = Self.times.map { "\($0)" }.joined(separator: "\n")
    let cases: [(String, [UInt8], [Double])] = [
      ("f.npy", npy("<f8", "(10000,)", Self.float64(Self.times)), Self.times),
      ("i.npy", npy("<i8", "(10000, 1)", Self.bytes(whole.map { Int64($0) })), whole),
      ("u.npy", npy(">u4", "(10000, 1)", Self.bytes(whole.map { UInt32($0).bigEndian })), whole),
      ("t.csv", Array("time\n\(text)\n".utf8), Self.times),
    ]
    try withFolder { folder in
      for (name, bytes, right) in cases {
        try put(bytes, folder + "/" + name)
        let data = try DataFile.read(folder + "/" + name)
        #expect(abs(data.origin[0] - 1_700_000_003) < 10, "\(name)")
        #expect(far(sums(data), right) < 1e-6, "\(name)")
        for (end, pieces) in [
          ("npy", Array(NPY.pieces(data.points, origin: data.origin))),
          ("csv", Array(CSV.pieces(data.points, origin: data.origin))),
        ] {
          let back = folder + "/back." + end
          try put(pieces.flatMap { $0 }, back)
          let again = try DataFile.read(back)
          #expect(far(sums(again), right) < 1e-6, "\(name) as \(end)")
          // The control: about zero, all that is left is a multiple of 128 s.
          let rounded = try DataFile.read(back, about: .zero)
          #expect(!rounded.hasOrigin && far(sums(rounded), right) > 1)
        }
      }
    }
  }

  @Test func `Float64 is written about an origin, Float32 otherwise`() {
    let points = Points(rows: [[1, 0.5], [2, 0.25]])
    let plain = NPY.encode(points)
    #expect(NPY.pieces(points, origin: [0, 0]).flatMap { $0 } == plain)
    #expect(CSV.pieces(points, origin: [0, 0]).flatMap { $0 } == CSV.encode(points))
    let moved = NPY.pieces(points, origin: [1e9, 0]).flatMap { $0 }
    #expect(
      moved.suffix(32) == Self.float64([1_000_000_001, 0.5, 1_000_000_002, 0.25])[...])
    #expect(String(decoding: moved.prefix(128), as: UTF8.self).contains("'<f8'"))
    let text = String(
      decoding: CSV.pieces(Points(rows: [[0.1, 0.1]]), origin: [1000, 0]).flatMap { $0 },
      as: UTF8.self)
    #expect(text == "x,y\n1000.1,0.1\n")
  }

  @Test func `decimals about an origin read back as the same Float32`() {
    var dice = Dice(state: 5)
    for exponent in -20...20 {
      let (unit, origin) = (pow(10, Double(exponent)), 1024 * pow(2, Double(3 * exponent)))
      let values = (0..<200).map { _ in Float(Double.random(in: -3...3, using: &dice) * unit) }
      // Where a Double holds the sum, a quarter of the last bit from it.
      guard origin / unit < 1e6, unit / origin < 1e6 else { continue }
      let points = Points(count: 200, dimension: 1, values: values)
      let text = String(
        decoding: CSV.pieces(points, origin: [origin]).flatMap { $0 }, as: UTF8.self)
      let sums = text.split(separator: "\n").dropFirst().compactMap { Double($0) }
      #expect(sums.map { Float($0 - origin) } == values, "\(exponent)")
    }
  }

  /// A column, and whether it has to be held about something else than zero.
  private typealias Column = (
    name: String, moves: Bool, number: @Sendable (_ row: Int, _ z: Double) -> Double
  )
  private static let columns: [Column] = [
    ("ordinary", false, { _, z in z }),
    ("ten deviations off", false, { _, z in 10 + z }),
    ("a thousand deviations off", true, { _, z in -1000 + z }),
    ("the same in millionths", true, { _, z in -1e-3 + 1e-6 * z }),
    ("one far row", true, { row, z in row == 77 ? -999 : 1e6 + z }),
    ("some rows missing", true, { row, z in row % 50 == 3 ? -999 : 1e6 + z }),
    ("a constant", false, { _, _ in 0.1 }),
    ("a constant time", true, { _, _ in 1_700_000_001 }),
    ("paper with a little ink", false, { row, z in row % 37 == 1 ? z : -1 }),
    ("seconds apart in two turns", true, { row, _ in Double(row % 2) + 1e9 }),
  ]

  @Test func `an origin is taken where the median is 64 deviations off, and nowhere else`() throws {
    let (n, d) = (4000, Self.columns.count)
    var dice = Dice(state: 21)
    let rows = (0..<n).map { row -> [Double] in
      Self.columns.map { column -> Double in
        // Twelve uniform numbers: nearly normal, of deviation 1.
        let z = (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &dice) }
        return column.number(row, z)
      }
    }
    try withFolder { folder in
      var origins: [[Double]] = []
      for (name, bytes) in [
        ("c.npy", npy("<f8", "(\(n), \(d))", Self.float64(rows.flatMap { $0 }))),
        (
          "f.npy",
          npy(
            "<f8", "(\(n), \(d))", Self.float64((0..<d).flatMap { j in rows.map { $0[j] } }),
            fortran: true)
        ),
        (
          "t.csv",
          Array(
            rows.map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: "\n").utf8)
        ),
      ] {
        try put(bytes, folder + "/" + name)
        let data = try DataFile.read(folder + "/" + name)
        for (column, origin) in zip(Self.columns, data.origin) {
          #expect((origin != 0) == column.moves, "\(column.name) in \(name): \(origin)")
        }
        for (row, found) in zip(rows, (0..<n).map { data.points.row($0) }) {
          for j in 0..<d {
            // Float32 rounds what is left.
            let left = abs(row[j] - data.origin[j]) * 6e-8
            #expect(abs(data.origin[j] + Double(found[found.startIndex + j]) - row[j]) <= left)
          }
        }
        origins.append(data.origin)
      }
      #expect(origins[0] == origins[1] && origins[0] == origins[2], "whatever the file")
    }
  }

  @Test func `bytes, pictures and IDX stay about zero`() throws {
    try withFolder { folder in
      for (name, bytes) in [
        ("b.npy", npy("|u1", "(3, 1)", [200, 201, 202])),
        ("p.npy", npy("<f8", "(2, 1, 2)", Self.float64([1e6, 1e6 + 1, 1e6, 1e6 + 2]))),
        ("i.idx", [0, 0, 0x0c, 1, 0, 0, 0, 2, 0x6f, 0, 0, 0, 0x6f, 0, 0, 1]),
      ] {
        try put(bytes, folder + "/" + name)
        #expect(try !DataFile.read(folder + "/" + name).hasOrigin, "\(name)")
      }
      // The control.
      try put(npy("<i2", "(3, 1)", Self.bytes([20_000, 20_001, 20_002] as [Int16])), folder + "/a")
      #expect(try DataFile.read(folder + "/a").origin == [20_001])
    }
  }

  @Test func `points are read about the origin of what takes them`() throws {
    try withFolder { folder in
      let path = folder + "/a.npy"
      for bytes in [
        npy("<f8", "(1, 2)", Self.float64([1_700_000_003.25, 7])),
        Array("1700000003.25,7\n".utf8),
      ] {
        try put(bytes, path.replacing(".npy", with: bytes[0] == 0x93 ? ".npy" : ".csv"))
        let name = bytes[0] == 0x93 ? path : folder + "/a.csv"
        let data = try DataFile.read(name, about: .given([1_700_000_000, 5]))
        #expect(data.points == Points(rows: [[3.25, 2]]) && data.origin == [1_700_000_000, 5])
      }
      try put(npy("|u1", "(1, 2)", [128, 7]), path)
      #expect(
        try DataFile.read(path, about: .given([100, 5])).points == Points(rows: [[28, 2]]))
      // A number too many: the file says its dimension, and whoever asked refuses it.
      #expect(try !DataFile.read(path, about: .given([1, 2, 3])).hasOrigin)
    }
  }

  @Test func `rows that a filter keeps decide on their own`() throws {
    let text =
      "set,x\n"
      + (0..<400).map { $0 % 2 == 0 ? "a,\($0 % 9)" : "b,\(1_000_000 + $0 % 9).5" }
      .joined(separator: "\n")
    try withFolder { folder in
      try put(text, folder + "/a.csv")
      #expect(try !DataFile.read(folder + "/a.csv").hasOrigin)
      #expect(try !DataFile.read(folder + "/a.csv:set=a").hasOrigin)
      let far = try DataFile.read(folder + "/a.csv:set=b")
      #expect(far.origin[0] > 999_999 && far.points.count == 200)
      #expect(sums(far)[0] == 1_000_001.5)
    }
  }
}
