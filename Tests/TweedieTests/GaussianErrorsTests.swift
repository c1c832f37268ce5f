import Foundation
import Testing

/// `scripts/gaussian-errors` measures where the published table does: in z.
@Suite struct GaussianErrorsTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func python(_ words: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  static let hasNumPy = (try? python(["-c", "import numpy"]).code) == 0

  @Test(.enabled(if: hasNumPy, "the script needs Python with NumPy"))
  func `a standard normal stays what it is in z`() throws {
    let folder = try Folder()
    try folder.write("1\n", to: "spectrum.txt")
    let run = try Self.python([
      Self.root.appendingPathComponent("scripts/gaussian-errors").path, "--spectrum",
      folder.path("spectrum.txt"), "--steps", "50", "--time-end", "1e-2",
    ])
    try #require(run.code == 0)
    let rows = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    for method in ["euler", "heun"] {
      let row = try #require(
        rows.first { $0.first.map(String.init) == method && $0[1] == "matched" })
      // s² (1 + σ²) = 1, so that the flow of z stands still; x = z/s would have widened by this.
      let error = try #require(Double(row[4]))
      let scale = exp(-(0.1 * 1e-2 + 19.9 * 1e-4 / 2) / 2)
      #expect(error < 1e-6)
      #expect(1 / scale - 1 > 5e-4)
    }
  }
}
