import Arrays
import Files
import Foundation
import Testing

/// Training from the command line: from data to a model that is sampled, broken off and gone on
/// with.
@Suite struct TrainTests {
  /// A network that trains for a second or two.
  static let small = [
    "train", "toy:gaussian", "-o", "m.safetensors", "--width", "16", "--depth", "2",
    "--batch-size", "128", "--steps", "12000", "--report-every", "500", "--seed", "3",
  ]

  static func tensors(_ folder: Folder) throws -> [NamedTensor] {
    try Safetensors.read(folder.path("m.safetensors")).tensors
  }

  /// Waits for a file that a running command writes.
  static func wait(for name: String, in folder: Folder) throws {
    for _ in 0..<1200 {
      if FileManager.default.fileExists(atPath: folder.path(name)) { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("\(name) did not appear.")
  }

  @Test func `a trained model is sampled, evaluated and shown`() throws {
    let folder = try Folder()
    let outcome = try Command.run(
      [
        "train", "toy:two-moons", "-o", "m.safetensors", "--steps", "40", "--width", "16", "--json",
      ],
      in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = try outcome.output.split(separator: "\n").map {
      try JSONValue.parse(Array($0.utf8), file: "a line")
    }
    #expect(lines.count > 1)
    for line in lines {
      for key in ["step", "loss", "floor", "excess", "seconds"] {
        #expect(line[key] != nil, "\(key)")
      }
    }
    #expect(lines.last?["status"]?.text == "finished")
    #expect(lines.last?["outputs"] == JSONValue(["m.safetensors", "m.curve.png"]))
    #expect(lines.dropLast().allSatisfy { $0["status"] == nil })
    #expect(try folder.listing().keys.sorted() == ["m.curve.png", "m.safetensors"])
    try Command.succeed(["sample", "m.safetensors", "--count", "20", "-o", "s.npy"], in: folder)
    try Command.succeed(
      ["score", "m.safetensors", "s.npy", "--sigma", "0.3", "-o", "d.npy"], in: folder)
    #expect(try folder.points("d.npy").count == 20)
    let shown = try Command.run(["show", "m.safetensors"], in: folder).output
    #expect(shown.contains("network") && shown.contains("in the worst band of noise"))
  }

  @Test func `Ctrl-C keeps the work, and going on gives the same bits`() throws {
    let (whole, broken) = (try Folder(), try Folder())
    try Command.succeed(Self.small, in: whole)
    let command = try Command(Self.small, in: broken)
    try Self.wait(for: "m.curve.png", in: broken)
    kill(command.process.processIdentifier, SIGINT)
    let outcome = try command.outcome()
    #expect(outcome.code == 130)
    #expect(outcome.errors.contains("m.checkpoint.safetensors"))
    #expect(
      try broken.listing().keys.sorted() == ["m.checkpoint.safetensors", "m.curve.png"])
    let other = try Command.run(Self.small + ["--resume", "--rate", "0.1"], in: broken)
    #expect(other.code == 65)
    #expect(other.errors.contains("--resume"))
    try Command.succeed(Self.small + ["--resume", "--threads", "1"], in: broken)
    #expect(try Self.tensors(whole) == Self.tensors(broken))
    #expect(try broken.listing().keys.sorted() == ["m.curve.png", "m.safetensors"])
  }

  @Test func `a killed run goes on from its last checkpoint`() throws {
    let (whole, broken) = (try Folder(), try Folder())
    try Command.succeed(Self.small, in: whole)
    let command = try Command(Self.small + ["--checkpoint-every", "0.02"], in: broken)
    try Self.wait(for: "m.checkpoint.safetensors", in: broken)
    kill(command.process.processIdentifier, SIGKILL)
    #expect(try command.outcome().code == 128 + SIGKILL)
    #expect(!FileManager.default.fileExists(atPath: broken.path("m.safetensors")))
    try Command.succeed(Self.small + ["--resume"], in: broken)
    #expect(try Self.tensors(whole) == Self.tensors(broken))
  }

  @Test func `finite data is split, and held against the linear denoiser`() throws {
    let folder = try Folder()
    try Command.succeed(["toy", "rings", "--count", "300", "-o", "data.npy"], in: folder)
    let outcome = try Command.run(
      ["train", "data.npy", "-o", "m.safetensors", "--steps", "30", "--width", "8", "--json"],
      in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let last = try JSONValue.parse(
      Array((outcome.output.split(separator: "\n").last ?? "").utf8), file: "the last line")
    #expect(last["relativeTo"]?.text == "error of the linear denoiser")
    #expect(last["floor"] == .null)
  }

  // 30 steps: one report after 20, one at the end.
  @Test func `a short run does not report at every step`() throws {
    let folder = try Folder()
    let outcome = try Command.run(
      ["train", "toy:rings", "-o", "m.safetensors", "--steps", "30", "--width", "8", "--json"],
      in: folder)
    let lines = outcome.output.split(separator: "\n").filter {
      $0.contains("\"loss\"") && !$0.contains("\"outputs\"")
    }
    #expect(lines.count == 2, "\(outcome.output)")
  }

  @Test func `a network in a plane samples points of the whole space`() throws {
    let folder = try Folder()
    try Command.succeed(["toy", "s-curve", "--count", "300", "-o", "data.npy"], in: folder)
    try Command.succeed(
      [
        "train", "data.npy", "-o", "m.safetensors", "--network", "subspace", "--subspace", "2",
        "--steps", "20", "--width", "8",
      ], in: folder)
    let sound = try Safetensors.read(folder.path("m.safetensors"))
    #expect(sound["subspace.basis"]?.shape == [2, 3])
    try Command.succeed(["sample", "m.safetensors", "--count", "9", "-o", "s.npy"], in: folder)
    #expect(try folder.points("s.npy").dimension == 3)
    let shown = try Command.run(["show", "m.safetensors"], in: folder).output
    #expect(shown.contains("3 dimensions: in a plane of 2"))
    // Rows that are not orthonormal span no plane.
    var file = sound
    file.tensors = sound.tensors.map {
      $0.name == "subspace.basis"
        ? NamedTensor($0.name, Tensor(shape: [2, 3], doubles: [1, 0, 0, 1, 0, 0])) : $0
    }
    try folder.write(file.encode(), to: "bad.safetensors")
    let refused = try Command.run(["show", "bad.safetensors"], in: folder)
    #expect(refused.code == 65 && refused.errors.contains("subspace.basis"))
  }
}
