import Arrays
import Files
import Testing

/// What `--trace` and `--animate` keep of a run.
@Suite struct TraceTests {
  @Test(arguments: ["heun", "ancestral", "unipc"])
  func `a trace starts at the start, ends with the samples and falls in noise`(
    sampler: String
  ) throws {
    let folder = try Folder()
    try Command.succeed(
      [
        "sample", "toy:spiral", "--sampler", sampler, "--steps", "7", "--count", "30", "--batch",
        "11", "--trace", "t.npz", "-o", "out.npy",
      ], in: folder)
    let states = try NPZ.read(folder.path("t.npz"), key: "x")
    let sigma = try NPZ.read(folder.path("t.npz"), key: "sigma")
    #expect(states.shape == [8, 30, 2] && sigma.shape == [8])
    #expect(zip(sigma.values, sigma.values.dropFirst()).allSatisfy { $0 > $1 })
    #expect(sigma.values.last == 0)
    let samples = try DataFile.read(folder.path("out.npy")).points.values
    #expect(Array(states.values.suffix(60)) == samples)
    #expect(Array(states.values.prefix(60)) != samples)

    // The same run from its own first state.
    let start = Points(count: 30, dimension: 2, values: Array(states.values.prefix(60)))
    try AtomicFile.write(NPY.encode(start), to: folder.path("start.npy"), overwrite: false)
    try Command.succeed(
      [
        "sample", "toy:spiral", "--sampler", sampler, "--steps", "7", "--initial", "start.npy",
        "-o", "again.npy",
      ], in: folder)
    #expect(try DataFile.read(folder.path("again.npy")).points.values == samples)
  }

  @Test(arguments: ["glyphs", "toy:rings", "s-curve"])
  func `an animation has a frame for every level`(model: String) throws {
    let folder = try Folder()
    try Command.succeed(
      ["sample", model, "--steps", "5", "--count", "20", "--animate", "a.png", "-o", "x.npy"],
      in: folder)
    let file = try FileBytes.read(folder.path("a.png"))
    // acTL follows the header: signature 8, IHDR 25, then length and name 8.
    #expect(Array(file[37..<41]) == Array("acTL".utf8))
    #expect(file[41..<45].reduce(0) { $0 << 8 | Int($1) } == 6)
    #expect(try PNGImage(file, file: "a.png").texts.contains { $0.key == "Comment" })
  }

  @Test func `rows that choose their own steps have no trace`() throws {
    let folder = try Folder()
    let result = try Command.run(
      [
        "sample", "toy:rings", "--sampler", "dormand-prince", "--count", "3", "--trace", "t.npz",
        "-o", "x.npy",
      ], in: folder)
    #expect(result.code == 64)
    #expect(result.errors.contains("--trace"))
  }
}
