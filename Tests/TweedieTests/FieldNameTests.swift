import Files
import Foundation
import Testing

/// Words as people of the field write them, and words that are none.
@Suite struct FieldNameTests {
  /// The name that other programs have, and the one here.
  private static let samplers = [
    ("ddim", "euler"), ("DDPM", "ancestral"), ("dpmpp_2m", "dpm++2m"), ("DPM++_2M", "dpm++2m"),
    ("dpmpp_2m_sde", "dpm++2m-sde"), ("dpmpp_3m_sde", "dpm++3m-sde"),
    ("euler_ancestral", "ancestral"), ("euler_a", "ancestral"), ("dopri5", "dormand-prince"),
    ("rk45", "dormand-prince"), ("bosh3", "bogacki-shampine"), ("rk23", "bogacki-shampine"),
    ("uni_pc", "unipc"), ("Euler_Maruyama", "euler-maruyama"), ("HEUN", "heun"),
  ]

  @Test(arguments: samplers)
  func `a sampler goes by the names of the field`(word: String, name: String) throws {
    let folder = try Folder()
    let outcome = try Command.run(
      ["sample", "gaussian", "--count", "2", "--sampler", word, "-o", "x.csv", "--json"],
      in: folder)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let json = try JSONValue.parse(Array(outcome.output.utf8), file: "standard output")
    #expect(json["sampler"]?.text == name)
  }

  @Test func `measure knows them too, and one method under two names`() throws {
    let folder = try Folder()
    let words = [
      "measure", "gaussian", "-o", "m", "--count", "64", "--steps", "2,3", "--seeds", "2",
    ]
    try Command.succeed(words + ["--samplers", "ddim,dpmpp_2m"], in: folder)
    let twice = try Command.run(words + ["--samplers", "ddim,euler"], in: folder)
    #expect(twice.code == 64 && twice.errors.contains("euler twice"), "\(twice.errors)")
  }

  /// Words, exit code and what the sentence says.
  private static let refusals: [(words: String, code: Int32, says: [String])] = [
    ("help nonsense", 64, ["no command nonsense"]),
    ("help sampel", 64, ["did you mean \"sample\"?"]),
    ("help fit gausian", 64, ["did you mean \"gaussian\"?"]),
    ("help sample more", 64, ["sample", "more"]),
    ("sample eight-gausians", 66, ["did you mean \"eight-gaussians\"?"]),
    ("sample eight_gaussians", 66, ["did you mean \"eight-gaussians\"?"]),
    ("sample toy:two-mons", 64, ["did you mean \"two-moons\"?"]),
    ("train toy:rings -o m.safetensors --lr 1e-3", 64, ["--lr", "--rate"]),
    ("train toy:rings -o m.safetensors --lr=1e-3", 64, ["--lr", "--rate"]),
    ("sample gaussian --num_samples 3", 64, ["--num_samples", "--count"]),
    ("sample table.csv", 65, ["table.csv", "data", "tweedie fit"]),
    ("score table.csv table.csv --sigma 1 -o s.csv", 65, ["data", "tweedie fit"]),
    ("sample pictures", 65, ["data", "tweedie fit"]),
  ]

  @Test(arguments: refusals.indices)
  func `a word that is none gets one that is`(index: Int) throws {
    let (words, code, says) = Self.refusals[index]
    let folder = try Folder()
    try folder.write("1,2\n3,5\n", to: "table.csv")
    try folder.makeFolder("pictures")
    let outcome = try Command.run(words.split(separator: " ").map(String.init), in: folder)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.errors.count { $0 == "\n" } == 1 && outcome.output.isEmpty)
    for part in says { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
  }

  @Test(arguments: ["zsh", "bash", "fish"], ["", "="])
  func `completions are told for each shell`(shell: String, joint: String) throws {
    let option = "--generate-completion-script"
    let outcome = try Command.run(
      joint.isEmpty ? [option, shell] : [option + joint + shell], in: Folder())
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    for word in ["likelihood", "sigma-max"] { #expect(outcome.output.contains(word)) }
  }

  @Test(arguments: [["help"], ["help", "sample"], ["help", "fit", "mixture"], ["--help"]])
  func `help is told where there is some`(words: [String]) throws {
    let outcome = try Command.run(words, in: Folder())
    #expect(outcome.code == 0 && outcome.output.contains("OVERVIEW"))
  }

  @Test func `outputs without a name number themselves`() throws {
    let folder = try Folder()
    let words = ["sample", "gaussian", "--count", "3"]
    for _ in 0..<3 { try Command.succeed(words, in: folder) }
    try Command.succeed(words + ["--overwrite"], in: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("Outputs")).sorted()
    #expect(
      names.filter { $0.hasSuffix(".png") } == [
        "gaussian-heun-0-2.png", "gaussian-heun-0-3.png", "gaussian-heun-0.png",
      ])
    #expect(names.filter { $0.hasSuffix(".npy") }.count == 3)
  }

  @Test func `a run beside its own checkpoint is told to go on`() throws {
    let folder = try Folder()
    try folder.write("", to: "m.checkpoint.safetensors")
    let words = ["train", "toy:rings", "-o", "m.safetensors"]
    let outcome = try Command.run(words, in: folder)
    #expect(outcome.code == 73)
    #expect(outcome.errors.contains("--resume"), "\(outcome.errors)")
  }
}
