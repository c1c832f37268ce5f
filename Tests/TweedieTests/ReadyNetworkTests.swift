import Arrays
import Files
import Foundation
import Testing

/// Trained networks inside the program.
@Suite struct ReadyNetworkTests {
  static let networks = [
    "two-moons-network", "swiss-roll-network", "checkerboard-network", "glyphs-network",
  ]

  /// The file that the program was built with.
  private func file(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Models/networks/\(name).safetensors")
      .path
  }

  private func json(_ words: [String], _ folder: Folder) throws -> JSONValue {
    let outcome = try Command.run(words + ["--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
  }

  @Test(arguments: networks)
  func `a network is there without its file, and is its file`(name: String) throws {
    let folder = try Folder()
    try Command.succeed(
      ["sample", name, "--count", "8", "--steps", "6", "-o", "a.npy"], in: folder)
    try Command.succeed(
      ["sample", file(name), "--count", "8", "--steps", "6", "-o", "b.npy"], in: folder)
    #expect(try folder.points("a.npy") == folder.points("b.npy"))
    let (inside, outside) = (
      try json(["show", name], folder), try json(["show", file(name)], folder)
    )
    #expect(inside["digest"] == outside["digest"])
    #expect(inside["model"]?.text == name)
    #expect(inside["madeBy"]?.text?.hasPrefix("tweedie train toy:") == true)
    #expect(inside["heldOutError"]?.text?.contains("posterior variance") == true)
  }

  @Test func `the list says how good networks are`() throws {
    let listed = try json(["list", "models"], Folder())
    guard case .array(let models) = try #require(listed["models"]) else { return }
    let networks = models.filter { $0["heldOut"]?["worst"] != nil }
    #expect(networks.compactMap { $0["name"]?.text } == Self.networks)
    for network in networks.dropLast() {
      #expect(try #require(network["heldOut"]?["worst"]?.double) <= 0.02)
    }
    // Descriptions were not trained.
    #expect(models.count > networks.count)
  }

  @Test func `a network that has no law is refused as one`() throws {
    let folder = try Folder()
    let words = ["evaluate", "toy:two-moons:50", "--reference", "two-moons-network"]
    let outcome = try Command.run(words, in: folder)
    #expect(outcome.code == 64 && outcome.errors.contains("two-moons-network"))
    let jump = try Command.run(
      [
        "sample", "two-moons", "--teleport", "5", "--teleport-moments", "two-moons-network", "-o",
        "a.npy",
      ], in: folder)
    #expect(jump.code == 64 && jump.errors.contains("gaussian, mixture or neighbors"))
  }
}
