import ArgumentParser
import Arrays
import Diffusion
import Files
import Pictures

/// `tweedie toy`: points of a built-in distribution.
struct ToyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "toy",
    abstract: "Draw points of a built-in distribution.",
    discussion: """
      Every toy has a known noised score: `tweedie sample toy:NAME` and `tweedie score toy:NAME` \
      use it.

      EXAMPLE
        tweedie toy two-moons --count 1000 -o moons.csv -o moons.png
      """)

  @Argument(help: "The toy; `tweedie list toys` shows all.")
  var name: String

  @Option(name: [.customShort("n"), .long], parsing: .unconditional, help: "Points to draw.")
  var count = DataSource.defaultToyCount

  @OptionGroup var common: CommonOptions

  @Option(name: [.short, .long], help: "A file to write (.npy, .csv, .tsv, .png); repeatable.")
  var output: [String]

  func validate() throws {
    guard (1...100_000_000).contains(count) else {
      throw ValidationError("--count takes a number from 1 to 100000000, not \(count).")
    }
  }

  func run() throws {
    let toy = try DataSource.namedToy(name)
    try OutputSet.check(output, overwrite: common.overwrite)
    let data = try DataSource.read("toy:\(name):\(count):\(common.seed)")
    var outputs = OutputSet(overwrite: common.overwrite)
    outputs.metadata = [
      JSONMember("command", .string(commandLine)),
      JSONMember("version", .string(Tweedie.version)),
      JSONMember("toy", .string(toy.name)),
      JSONMember("seed", JSONValue(common.seed)),
      JSONMember("count", .integer(count)),
    ]
    for path in output {
      if try OutputSet.format(of: path) == .png {
        let picture = Drawing.draw(
          data.points, image: data.image, range: data.range, title: toy.name,
          caption: "n = \(count), seed \(common.seed)")
        picture.notes.forEach(common.console.note)
        try outputs.add(picture: picture.raster, to: path)
      } else {
        try outputs.add(array: data.points, to: path)
      }
    }
    try outputs.commit()
    common.console.tell("\(count) points of \(toy.name): \(toy.summary)")
    for path in output { common.console.tell("wrote \(path)") }
    common.console.report([
      JSONMember("toy", .string(toy.name)),
      JSONMember("count", .integer(count)),
      JSONMember("seed", JSONValue(common.seed)),
      JSONMember("outputs", JSONValue(output)),
    ])
  }
}
