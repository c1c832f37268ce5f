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

  static let refusals: [(words: String, code: Int32, names: String)] = [
    ("toy:two-moons -o m.json", 64, "m.json"), ("toy:moons -o m.safetensors", 64, "two-moons"),
    ("toy:rings -o m.safetensors --embedding 5", 64, "5"),
    ("toy:rings -o m.safetensors --target x0", 64, "clean"),
    ("toy:rings -o m.safetensors --loss huber", 64, "pseudo-huber"),
    ("toy:rings -o m.safetensors --gamma 4", 64, "soft-min-snr"),
    ("toy:rings -o m.safetensors --ema 5,a", 64, "--ema"),
    ("toy:rings -o m.safetensors --subspace 2", 64, "--network subspace"),
    ("toy:rings:50 -o m.safetensors --network subspace", 64, "--subspace"),
    ("toy:rings:50 -o m.safetensors --network subspace --subspace 3", 64, "2 coordinates"),
    ("toy:rings -o m.safetensors --network subspace --subspace 1", 64, "toy:rings:20000"),
    ("toy:rings -o m.safetensors --resume", 66, "m.checkpoint.safetensors"),
    ("toy:checkerboard -o m.safetensors --loss target-score", 64, "target-score"),
    ("one.csv -o m.safetensors", 65, "at least 2 points"),
    ("same.csv -o m.safetensors", 65, "not all be equal"),
    ("wide.csv -o m.safetensors", 65, "finite as a Float32"),
    ("lost.npy -o m.safetensors", 66, "lost"),
    ("toy:rings -o none/m.safetensors", 73, "none"),
  ]

  @Test(arguments: refusals.indices)
  func `a wrong word ends in one sentence and no file`(index: Int) throws {
    let (words, code, names) = Self.refusals[index]
    let folder = try Folder()
    try folder.write("1,2\n", to: "one.csv")
    try folder.write("1,2\n1,2\n1,2\n", to: "same.csv")
    try folder.write("1e20,2\n-1e20,2\n1e19,2\n", to: "wide.csv")
    let before = try folder.listing()
    let outcome = try Command.run(
      ["train"] + words.split(separator: " ").map(String.init), in: folder)
    #expect(outcome.code == code, "\(words): \(outcome.errors)")
    #expect(outcome.errors.contains(names), "\(words): \(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(try folder.listing() == before)
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

  @Test func `a damaged model is refused with a sentence`() throws {
    let folder = try Folder()
    try Command.succeed(
      ["train", "toy:rings", "-o", "m.safetensors", "--steps", "5", "--width", "8"], in: folder)
    let bytes = try folder.bytes("m.safetensors")
    let sound = try Safetensors.parse(bytes, file: "m")
    func refuse(_ bytes: [UInt8], _ names: String) throws {
      try folder.write(bytes, to: "bad.safetensors")
      let outcome = try Command.run(
        ["sample", "bad.safetensors", "--count", "2", "-o", "new.npy"], in: folder)
      #expect(outcome.code == 65, "\(names): \(outcome.errors)")
      #expect(outcome.errors.contains("bad.safetensors"), "\(outcome.errors)")
      #expect(outcome.errors.contains(names), "\(outcome.errors)")
    }
    for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
      try refuse(Array(bytes[..<length]), "must")
    }
    func changed(_ key: String, _ text: String?) -> [UInt8] {
      var file = sound
      file.metadata = sound.metadata.compactMap { entry in
        entry.key == key ? text.map { (key: key, text: $0) } : entry
      }
      return file.encode()
    }
    try refuse(changed("format", nil), "format")
    try refuse(changed("network", "{"), "network")
    try refuse(changed("network", "{\"kind\":\"mlp\"}"), "embedding")
    try refuse(changed("preconditioning", "{\"target\":\"edm\",\"deviation\":-1}"), "deviation")
    try refuse(changed("heldOut", "{\"worst\":-1,\"measure\":\"m\"}"), "worst")
    try refuse(changed("heldOut", "{\"worst\":1,\"measure\":\"m\",\"sigmaLow\":2}"), "sigmaHigh")
    var file = sound
    file.tensors.removeAll { $0.name == "hidden.1.weight" }
    try refuse(file.encode(), "hidden.1.weight")
    file = sound
    file.tensors = file.tensors.map {
      $0.name == "mean" ? NamedTensor("mean", Tensor(shape: [3], doubles: [0, 0, 0])) : $0
    }
    try refuse(file.encode(), "mean")
    // The lower half of [1 2; 2 1].
    file = sound
    file.tensors = file.tensors.map {
      $0.name == "covariance.lower"
        ? NamedTensor($0.name, Tensor(shape: [3], doubles: [1, 2, 1])) : $0
    }
    try refuse(file.encode(), "covariance.lower")
    // A whole covariance, as files had before, says the same; nor must a file say how good it is.
    let half = try #require(sound["covariance.lower"]).doubles
    file = sound
    file.metadata.removeAll { $0.key == "heldOut" }
    file.tensors = file.tensors.map {
      let whole = [half[0], half[1], half[1], half[2]]
      return $0.name == "covariance.lower"
        ? NamedTensor("covariance", Tensor(shape: [2, 2], doubles: whole)) : $0
    }
    try folder.write(file.encode(), to: "whole.safetensors")
    for name in ["m", "whole"] {
      try Command.succeed(
        ["sample", "\(name).safetensors", "--count", "9", "--steps", "4", "-o", "\(name).npy"],
        in: folder)
    }
    #expect(try folder.points("m.npy") == folder.points("whole.npy"))
  }
}
