import Arrays
import Files
import Foundation
import Testing

/// Convolutional networks from the command line.
@Suite struct TrainUNetTests {
  /// A network that trains for a second or two on pictures of 8 × 8.
  static let small = [
    "train", "pictures.npy", "-o", "m.safetensors", "--channels", "8,16", "--batch-size", "16",
    "--steps", "120", "--report-every", "30", "--patience", "100", "--seed", "3",
  ]

  static func pictures(_ shape: [Int], in folder: Folder) throws {
    let count = shape.reduce(1, *)
    // Bars whose place changes from picture to picture; any picture differs from the next.
    let bytes = (0..<count).map { (place: Int) -> UInt8 in
      let (bar, picture) = (place / 3 % 5, place / 64 % 7)
      return UInt8((bar + picture) % 4 * 80)
    }
    let sizes = shape.map { String($0) }.joined(separator: ", ")
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(sizes)), }"
    let padding = 64 - (header.utf8.count + 11) % 64
    let text = header + String(repeating: " ", count: padding) + "\n"
    let length = text.utf8.count
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let sized: [UInt8] = magic + [UInt8(length % 256), UInt8(length / 256)]
    try folder.write(sized + Array(text.utf8) + bytes, to: "pictures.npy")
  }

  @Test(arguments: [[30, 8, 8], [30, 8, 4, 3]])
  func `pictures make a U-Net, which is sampled, evaluated and shown`(shape: [Int]) throws {
    let folder = try Folder()
    try Self.pictures(shape, in: folder)
    let outcome = try Command.run(Self.small + ["--duration", "0.5", "--json"], in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let model = try Safetensors.read(folder.path("m.safetensors"))
    #expect(model.text("network")?.contains("\"kind\": \"unet\"") == true)
    #expect(
      model["input.weight"]?.shape == [3, 3, shape.count > 3 ? 3 : 1, 8])
    try Command.succeed(["sample", "m.safetensors", "--count", "4", "-o", "s.npy"], in: folder)
    #expect(try folder.points("s.npy").count == 4)
    #expect(try folder.points("s.npy").values.allSatisfy { $0.isFinite })
    #expect(try Command.run(["show", "m.safetensors"], in: folder).output.contains("U-Net"))
  }

  @Test func `attention is kept in the model`() throws {
    let folder = try Folder()
    try Self.pictures([30, 8, 8], in: folder)
    try Command.succeed(Self.small + ["--attention", "1", "--duration", "0.2"], in: folder)
    let model = try Safetensors.read(folder.path("m.safetensors"))
    #expect(model.text("network")?.contains("\"attention\": 1") == true)
    #expect(model["attention.input.weight"]?.shape == [16, 48])
    try Command.succeed(["sample", "m.safetensors", "--count", "2", "-o", "s.npy"], in: folder)
    #expect(try folder.points("s.npy").values.allSatisfy { $0.isFinite })
    #expect(try Command.run(["show", "m.safetensors"], in: folder).output.contains("attention"))
  }

  @Test func `Ctrl-C keeps the work, and going on gives the same bits`() throws {
    let (whole, broken) = (try Folder(), try Folder())
    for folder in [whole, broken] { try Self.pictures([40, 8, 8], in: folder) }
    try Command.succeed(Self.small, in: whole)
    let command = try Command(Self.small, in: broken)
    try TrainTests.wait(for: "m.curve.png", in: broken)
    kill(command.process.processIdentifier, SIGINT)
    #expect(try command.outcome().code == 130)
    let other = try Command.run(Self.small + ["--resume", "--blocks", "2"], in: broken)
    #expect(other.code == 65)
    #expect(other.errors.contains("--resume"))
    try Command.succeed(Self.small + ["--resume", "--threads", "1"], in: broken)
    #expect(try TrainTests.tensors(whole) == TrainTests.tensors(broken))
  }

  @Test func `pictures may have dense layers`() throws {
    let folder = try Folder()
    try Self.pictures([30, 7, 7], in: folder)
    try Command.succeed(
      [
        "train", "pictures.npy", "-o", "m.safetensors", "--network", "mlp", "--width", "8",
        "--steps", "5",
      ], in: folder)
    let model = try Safetensors.read(folder.path("m.safetensors"))
    #expect(model.text("network")?.contains("\"kind\": \"mlp\"") == true)
  }

  static let shapes: [(side: Int, shape: String)] = [
    (8, "\"channels\": [16, 32, 64]"), (6, "\"channels\": [16, 32]"), (7, "\"kind\": \"mlp\""),
  ]

  @Test(arguments: shapes)
  func `levels are as many as the sides can be halved`(side: Int, shape: String) throws {
    let folder = try Folder()
    try Self.pictures([30, side, side], in: folder)
    try Command.succeed(
      ["train", "pictures.npy", "-o", "m.safetensors", "--steps", "2"], in: folder)
    let model = try Safetensors.read(folder.path("m.safetensors"))
    #expect(model.text("network")?.contains(shape) == true, "\(model.text("network") ?? "")")
  }

  @Test func `steps are timed without a file`() throws {
    let folder = try Folder()
    try Self.pictures([30, 8, 8], in: folder)
    let before = try folder.listing()
    let words = ["benchmark", "train", "pictures.npy", "--channels", "8,16", "--batch-size", "4"]
    let outcome = try Command.run(words + ["--repeats", "2"], in: folder)
    #expect(outcome.code == 0 && outcome.output.contains("ms a step"), "\(outcome.errors)")
    #expect(try Command.run(words + ["--repeats", "0"], in: folder).code == 64)
    #expect(try folder.listing() == before)
  }

  static let refusals: [(words: String, names: String)] = [
    ("toy:rings --network unet", "pictures"), ("toy:rings --network cnn", "mlp"),
    ("toy:rings --channels 8", "--channels"), ("pictures.npy --width 8", "--width"),
    ("pictures.npy --channels 12", "multiples of 8"), ("pictures.npy --channels 8,", "--channels"),
    ("pictures.npy --channels 8,8,8", "divisible by 4"), ("pictures.npy --blocks 0", "--blocks"),
    ("pictures.npy --channels 8,24 --attention 1", "multiples of 16"),
    ("toy:rings --attention 1", "--attention"), ("pictures.npy --attention -1", "--attention"),
  ]

  @Test(arguments: refusals.indices)
  func `a wrong word ends in one sentence and no file`(index: Int) throws {
    let (words, names) = Self.refusals[index]
    let folder = try Folder()
    try Self.pictures([30, 6, 6], in: folder)
    let before = try folder.listing()
    let outcome = try Command.run(
      ["train", "-o", "m.safetensors"] + words.split(separator: " ").map(String.init), in: folder)
    #expect(outcome.code == 64, "\(words): \(outcome.errors)")
    #expect(outcome.errors.contains(names), "\(words): \(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(try folder.listing() == before)
  }

  @Test func `a damaged model is refused with a sentence`() throws {
    let folder = try Folder()
    try Self.pictures([30, 8, 8], in: folder)
    try Command.succeed(Self.small + ["--duration", "0.1"], in: folder)
    let sound = try Safetensors.read(folder.path("m.safetensors"))
    let text = try #require(sound.text("network"))
    for (old, new, names) in [
      ("unet", "resnet", "kind"), ("[8, 16]", "[8, 15]", "multiples of 8"),
      ("[8, 16]", "[8,8,8,8,8]", "divisible by 16"), ("[8, 16]", "8", "array"),
      ("[8, 16]", "[8, 8]", "shape"), ("\"blocks\": 1", "\"blocks\": 2", "down.0.1"),
      ("\"blocks\": 1", "\"blocks\": 1, \"attention\": 1", "attention.norm"),
      ("\"blocks\": 1", "\"blocks\": 1, \"attention\": 3", "multiples of 16"),
      ("\"width\": 8", "\"width\": 16", "mean"),
    ] {
      var file = sound
      let changed = text.replacingOccurrences(of: old, with: new)
      try #require(changed != text, "\(old)")
      file.metadata = sound.metadata.map {
        (key: $0.key, text: $0.key == "network" ? changed : $0.text)
      }
      try folder.write(file.encode(), to: "bad.safetensors")
      let outcome = try Command.run(
        ["sample", "bad.safetensors", "--count", "2", "-o", "new.npy"], in: folder)
      #expect(outcome.code == 65, "\(new): \(outcome.errors)")
      #expect(outcome.errors.contains(names), "\(new): \(outcome.errors)")
    }
  }
}
