import Arrays
import Files
import Foundation
import Testing

/// Ctrl-C ends a run with 130, one sentence and no files, wherever the run is.
@Suite struct InterruptTests {
  /// A run that takes minutes, and whether a step of it takes long too.
  static let runs: [(name: String, words: [String])] = [
    (
      "many steps",
      ["sample", "model.json", "--steps", "1000000", "-o", "new.npy", "-o", "new.png"]
    ),
    (
      "one step", ["sample", "neighbors.json", "--count", "20000", "--steps", "1", "-o", "new.npy"]
    ),
    ("a fit", ["fit", "mixture", "data.npy", "--restarts", "10000", "-o", "new.json"]),
    (
      "an evaluation",
      ["score", "neighbors.json", "data.npy", "--sigma", "1", "-o", "new.npy"]
    ),
  ]

  @Test(arguments: runs.indices)
  func `an interrupted run leaves nothing behind`(index: Int) throws {
    let folder = try Folder()
    try folder.write(Law.random(.full, dimension: 2).description, to: "model.json")
    var dice = Dice(state: 1)
    try folder.write(dice.points(30_000, 64), to: "data.npy")
    try folder.write(
      #"{"kind": "neighbors", "data": "data.npy", "smoothing": 0.1, "shifts": 64}"#,
      to: "neighbors.json")
    let before = try folder.listing()

    let command = try Command(Self.runs[index].words + ["--json"], in: folder)
    Thread.sleep(forTimeInterval: 0.7)
    #expect(command.process.isRunning, "\(Self.runs[index].name)")
    let start = ContinuousClock.now
    kill(command.process.processIdentifier, SIGINT)
    let outcome = try command.outcome()

    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(outcome.code == 130)
    #expect(outcome.errors == "tweedie: Interrupted: nothing was written.\n")
    let json = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    #expect(json["error"]?["message"]?.text == "Interrupted: nothing was written.")
    #expect(try folder.listing() == before)
  }
}
