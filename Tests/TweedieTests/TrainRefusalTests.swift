import Files
import Foundation
import Testing

/// Words, data and files that training and its models do not take.
@Suite struct TrainRefusalTests {
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

  /// A machine that could hold the parameters of the largest network would set out to train it.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.physicalMemory < 150 << 30,
      "This machine could hold the parameters of the largest network."))
  func `a network that does not fit in memory is refused before it is made`() throws {
    let folder = try Folder()
    let outcome = try Command.run(
      [
        "train", "toy:rings", "-o", "m.safetensors", "--width", "4096", "--depth", "100", "--ema",
        (1...16).map(String.init).joined(separator: ","),
      ], in: folder)
    #expect(outcome.code == 64 && outcome.errors.contains("more than this machine has"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
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
