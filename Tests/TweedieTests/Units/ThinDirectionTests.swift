import Arrays
import Files
import Foundation
import Testing

/// A law that is thin in a direction that is no column: its samples are as thin.
@Suite struct ThinDirectionTests {
  /// Variances along three orthonormal directions, the last a seventieth as wide as the whole.
  static let variances = [1, 0.3, 0.0005]
  static let directions: [[Double]] = [
    [2.0 / 3, 2.0 / 3, 1.0 / 3], [-2.0 / 3, 1.0 / 3, 2.0 / 3], [1.0 / 3, -2.0 / 3, 2.0 / 3],
  ]
  static let count = 8000

  /// The mean square along the thin direction, in units of its variance, and its standard error.
  private func thinSquare(_ words: [String]) throws -> (mean: Double, error: Double) {
    let folder = try Folder()
    let rows = (0..<3).map { i in
      (0..<3).map { j in
        (0..<3).reduce(0) {
          // Both halves from one.
          let (a, b) = (min(i, j), max(i, j))
          return $0 + Self.variances[$1] * Self.directions[$1][a] * Self.directions[$1][b]
        }
      }
    }
    try folder.write(
      JSONValue.object([
        JSONMember("kind", .string("gaussian")), JSONMember("mean", JSONValue([1.0, -2, 0.5])),
        JSONMember("covariance", .array(rows.map { JSONValue($0) })),
      ]), to: "model.json")
    try Command.succeed(
      ["sample", "model.json", "--count", "\(Self.count)", "-o", "x.npy"] + words, in: folder)
    let samples = try folder.points("x.npy")
    let squares = (0..<samples.count).map { row -> Double in
      let away = zip(samples.doubles(row), [1, -2, 0.5]).map { $0 - $1 }
      let along = zip(away, Self.directions[2]).reduce(0) { $0 + $1.0 * $1.1 }
      return along * along / Self.variances[2]
    }
    return (squares.reduce(0, +) / Double(Self.count), (2 / Double(Self.count)).squareRoot())
  }

  /// Four standard errors, and what the steps of each method leave by themselves.
  @Test(arguments: [
    (["--sampler", "euler-maruyama", "--steps", "1000"], 0.01),
    (["--sampler", "euler-maruyama", "--steps", "1000", "--process", "vp"], 0.01),
    (["--sampler", "adaptive-sde", "--tolerance", "0.01"], 0.03),
    (["--sampler", "heun"], 0.05), (["--sampler", "heun", "--process", "vp"], 0.05),
    (["--sampler", "dpm++2m-sde", "--process", "vp"], 0.03),
  ])
  func `samples are as thin as the law`(words: [String], bias: Double) throws {
    let found = try thinSquare(words)
    #expect(abs(found.mean - 1) < 4 * found.error + bias, "\(words): \(found.mean)")
  }

  @Test func `the usual grid and tolerance are too coarse for it`() throws {
    let range = ["--sigma-min", "0.0026", "--process", "vp", "--schedule", "process"]
    let even = try thinSquare(["--sampler", "heun", "--steps", "32"] + range)
    #expect(abs(even.mean - 1) > 0.2, "\(even.mean)")
  }

  @Test func `a finer tolerance comes nearer`() throws {
    let tolerances = ["0.3", "0.05", "0.005"]
    let errors = try tolerances.map {
      abs(try thinSquare(["--sampler", "adaptive-sde", "--tolerance", $0]).mean - 1)
    }
    #expect(errors[1] < errors[0] / 2 && errors[2] < 0.07, "\(errors)")
  }
}
