import Foundation
import Testing

/// Options whose levels no run can walk are refused by name; model numbers at extremes too.
@Suite struct LevelOptionTests {
  private static let refusals = [
    ("--rho 0.004", "--rho 0.004 gives"), ("--rho 1e16", "--rho 1e+16 gives"),
    ("--rho 1e16 --sigma-max 80", "--rho 1e+16 gives"),
    ("--process vp --beta-max 2000", "--beta-max 2000 gives"),
    ("--process sub-vp --beta-max 1e300", "--beta-max 1e+300 gives"),
    ("--sigma-max 80 --sigma-min 79.9999999999", "--sigma-max 80 and --sigma-min 80 give"),
    ("--process line --sigma-max 1e17", "--sigma-max 1e+17 gives"),
    ("--process vp --time-end 0 --schedule log-linear", "--time-end 0"),
    ("--process vp --time-end 0 --sampler adaptive-sde", "--time-end 0"),
    ("--schedule close.csv", "close.csv"), ("--sigma-max 1e19", "--sigma-max"),
  ]

  @Test(arguments: refusals)
  func `the option at fault is named`(words: String, says: String) throws {
    let folder = try Folder()
    try folder.write("1\n0.99999999999\n", to: "close.csv")
    let outcome = try Command.run(
      ["sample", "toy:gaussian", "--count", "2", "-o", "x.npy"]
        + words.split(separator: " ").map(String.init), in: folder)
    #expect([64, 65].contains(outcome.code), "\(outcome.errors)")
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
    #expect(outcome.errors.count { $0 == "\n" } == 1)
  }

  /// Data by the deviations of its columns, about a common origin.
  private static let scales: [(columns: [Double], origin: Double)] = [
    ([1e30, 1e30], 0), ([1e30], 1e30), ([1, 1e3, 1e6], 0), ([1, 1e12], 0), ([1, 1e19], 0),
    ([1e-20, 1e20], 0), ([1e37, 1e37], 0), ([1e-30, 1e-30], 0), ([3e18, 2e18], 0),
  ]

  @Test(arguments: scales.indices, [5, 120])
  func `data of any scale jumps or is refused`(index: Int, count: Int) throws {
    let (columns, origin) = Self.scales[index]
    let folder = try Folder()
    var dice = Dice(state: UInt64(index))
    let rows = (0..<count).map { _ in
      columns.map { "\(origin + $0 * dice.normal())" }.joined(separator: ",")
    }
    try folder.write(rows.joined(separator: "\n") + "\n", to: "data.csv")
    for model in ["", #", "smoothing": 1, "shifts": 2"#] {
      try folder.write(#"{"kind": "neighbors", "data": "data.csv"\#(model)}"#, to: "m.json")
      for more in [[], ["--sigma-max", "1"]] {
        let outcome = try Command.run(
          ["sample", "m.json", "--teleport", "auto", "--count", "4", "--steps", "4", "--quiet"]
            + ["-o", "x.csv", "--overwrite"] + more, in: folder,
          variables: ["SWIFT_BACKTRACE": "enable=no"])
        #expect([0, 1, 64, 65].contains(outcome.code), "\(outcome.errors)")
        #expect(outcome.errors.count { $0 == "\n" } == (outcome.code == 0 ? 0 : 1))
      }
    }
  }
}
