import Arrays
import Files
import Foundation
import Testing

/// A run needs room for its data, Float32 arrays in and out, a tenth more, and 64 MiB.
///
/// The system keeps the highest resident size of a process; it is read every millisecond while the
/// program runs, and the end of a run, which writes and waits for the disk, takes longer than that.
@Suite(.enabled(if: Peak.isKnown, "the system tells the highest resident size of a process"))
struct MemoryTests {
  static let room = 64.0 * 1024 * 1024

  /// A run's words, and the numbers that go in and come out.
  struct Run: CustomTestStringConvertible {
    let words: String
    let numbers: Int
    var testDescription: String { words }
    var bound: Double { 1.1 * 4 * Double(numbers) + MemoryTests.room }
  }

  /// 40,000 pictures of 28 × 28, as IDX: 126 MB as Float32.
  static let (count, side) = (40_000, 28)
  static let numbers = count * side * side

  /// 10,000 rows of 784 numbers: 31 MB.
  static let rows = 10_000
  static let rowNumbers = rows * side * side

  /// 60,000 rows of 64 numbers: 15 MB, beside which the products of 64 samples would take 50.
  static let tallNumbers = 60_000 * 64

  static let runs = [
    Run(words: "sample eight-gaussians --count 1000000 --steps 4 -o out.npy", numbers: 2_000_000),
    Run(
      words: "sample eight-gaussians --count 500000 --sampler ancestral --steps 4 -o out.npy",
      numbers: 1_000_000),
    Run(words: "toy rings --count 1000000 -o out.npy", numbers: 2_000_000),
    Run(words: "show pictures-ubyte", numbers: numbers),
    Run(words: "fit gaussian pictures-ubyte --covariance diagonal -o out.json", numbers: numbers),
    Run(
      words: "sample model.json --count 8 --steps 2 --sigma-max 80 --sigma-min 20 -o out.npy",
      numbers: numbers + 8 * side * side),
    Run(
      words: "fit neighbors pictures-ubyte -o out.json", numbers: numbers),
    Run(
      words: "sample drawn.json --count 64 --steps 6 --sampler heun --teleport 20 -o out.npy",
      numbers: numbers + 64 * side * side),
    Run(
      words: "sample tall.json --count 64 --steps 6 --sampler heun --teleport 1 -o out.npy",
      numbers: tallNumbers + 64 * 64),
    Run(words: "fit gaussian rows.npy -o out.json", numbers: rowNumbers),
    Run(words: "show rows.npy", numbers: rowNumbers),
    Run(words: "show rows.npz", numbers: rowNumbers),
    Run(
      words: "sample rows.json --count 64 --steps 6 --sampler heun -o out.npy",
      numbers: rowNumbers + 64 * side * side),
    Run(
      words: "sample rows.json --count 64 --steps 4 --sampler heun --teleport auto -o out.npy",
      numbers: rowNumbers + 64 * side * side),
    Run(
      words: "measure rows.json --samplers heun --steps 2,4 --teleport off --count 16 -o out",
      numbers: rowNumbers + 3 * 16 * side * side),
    Run(
      words: "evaluate rows.npy --reference rows.npz --metrics sliced --count-limit 2000",
      numbers: 2 * rowNumbers),
    Run(
      words: "evaluate rows.npy --reference rows.npz --metrics energy,precision "
        + "--count-limit 3000", numbers: 2 * rowNumbers),
    Run(
      words: "evaluate rows.npy --reference rows.npz --metrics frechet --count-limit 1500",
      numbers: 2 * rowNumbers),
    Run(
      words: "sample eight-gaussians --count 1000000 --steps 2 -o out.csv", numbers: 2_000_000),
    Run(words: "show table.csv", numbers: 1_000_000),
  ]

  @Test(arguments: runs)
  func `peak memory is that of the data, a tenth and 64 MiB`(run: Run) throws {
    let peak = try Peak.bytes(of: run.words, in: folder(for: run.words))
    #expect(peak <= run.bound, "\(Int(peak)) bytes, \(Int(run.bound)) allowed")
    // Base and data at least: what is read is the run's own memory.
    #expect(peak >= 4 * Double(run.numbers), "\(Int(peak)) bytes")
  }

  @Test func `a run that keeps every state is told apart`() throws {
    let run = Run(
      words: "sample eight-gaussians --count 1000000 --steps 8 --trace path.npz -o out.npy",
      numbers: 2_000_000)
    #expect(try Peak.bytes(of: run.words, in: Folder()) > run.bound)
  }

  @Test func `a set that is not counted is told apart`() throws {
    // Two sets where a quarter of one is counted: what a copy would come to.
    let words = "evaluate rows.npy --reference rows.npz --metrics sliced --count-limit 10"
    let run = Run(words: words, numbers: Self.rowNumbers / 4)
    #expect(try Peak.bytes(of: run.words, in: folder(for: run.words)) > run.bound)
  }

  private func folder(for words: String) throws -> Folder {
    let folder = try Folder()
    if words.contains("rows.") { try writeRows(to: folder) }
    if words.contains("table.csv") {
      var text = "x,y\n"
      for row in 0..<500_000 { text += "\(row % 977).\(row % 7),-\(row % 1013)e-2\n" }
      try folder.write(text, to: "table.csv")
    }
    if words.contains("tall") {
      let values = (0..<Self.tallNumbers).map {
        Float(UInt16(truncatingIfNeeded: ($0 &* 0x9e37_79b9) >> 13)) / 65_536
      }
      try folder.write(Points(count: 60_000, dimension: 64, values: values), to: "tall.npy")
      try folder.write(Self.shifted("tall.npy"), to: "tall.json")
    }
    let isDrawn = words.contains("drawn")
    guard isDrawn || words.contains("pictures") || words.contains("model") else { return folder }
    // 32-bit sizes, big-endian, after the type (bytes) and the rank.
    let sizes = [Self.count, Self.side, Self.side].flatMap { size in
      (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
    }
    let pixels = (0..<Self.numbers).map { index in
      let hash = UInt32(truncatingIfNeeded: (index &* 0x9e37_79b9) >> 13)
      return isDrawn && hash / 256 % 10 < 8 ? 0 : UInt8(truncatingIfNeeded: hash)
    }
    try folder.write([0, 0, 8, 3] + sizes + pixels, to: "pictures-ubyte")
    try folder.write(
      #"{"kind": "neighbors", "data": "pictures-ubyte", "smoothing": 1, "shifts": 2}"#,
      to: "model.json")
    try folder.write(Self.shifted("pictures-ubyte"), to: "drawn.json")
    return folder
  }

  /// A model with as many products as are remembered.
  private static func shifted(_ data: String) -> String {
    #"{"kind": "neighbors", "data": "\#(data)", "smoothing": 0.5, "shifts": 4}"#
  }

  /// The same rows as an array, in an archive, and as the data of a model.
  private func writeRows(to folder: Folder) throws {
    let d = Self.side * Self.side
    let values = (0..<Self.rowNumbers).map { index in
      // Around one of ten middles, so that the rows have neighbours.
      let noise = Float(UInt32(truncatingIfNeeded: index &* 0x9e37_79b9) >> 16) / 65_536
      return Float((index / d % 10 * 37 + index % d * 11) % 19) / 19 + noise / 4
    }
    let points = Points(count: Self.rows, dimension: d, values: values)
    try folder.write(points, to: "rows.npy")
    let archive = try NPZ.encode(
      [.init(key: "x", shape: [Self.rows, d], values: values)], file: "rows.npz")
    try folder.write(archive, to: "rows.npz")
    try folder.write(
      #"{"kind": "neighbors", "data": "rows.npy", "smoothing": 0.1, "shifts": 4}"#,
      to: "rows.json")
  }
}

/// The highest resident size of a process, where the system tells it.
enum Peak {
  static let isKnown = highWater(of: ProcessInfo.processInfo.processIdentifier) != nil

  /// Runs the program, which has to succeed, and follows it.
  static func bytes(of words: String, in folder: Folder) throws -> Double {
    let command = try Command(words.split(separator: " ").map(String.init), in: folder)
    var highest = 0.0
    while command.process.isRunning {
      highest = max(highest, highWater(of: command.process.processIdentifier) ?? 0)
      usleep(1000)
    }
    let outcome = try command.outcome()
    try #require(outcome.code == 0, "\(outcome.errors)")
    return highest
  }

  private static func highWater(of process: Int32) -> Double? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first
    else { return nil }
    return Double(kilobytes).map { 1024 * $0 }
  }
}
