import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation
import Pictures
import ReadyModels

/// `tweedie show`: what a file is, in words and as a picture.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Say what a model, data or sample file is; draw it.",
    discussion: """
      EXAMPLE
        tweedie show train-images-idx3-ubyte.gz
        tweedie show samples.npy -o samples.png
      """)

  @Argument(help: "A model, data, a folder of PNGs, or a picture made here.")
  var file: String

  @OptionGroup var common: CommonOptions

  @Option(name: [.short, .long], help: "A picture of it to write (.png).")
  var output: String?

  func run() throws {
    if let output {
      guard try OutputSet.format(of: output) == .png else {
        throw Failure.usage("show draws pictures: -o takes a name that ends in .png.")
      }
      try OutputSet.check([output], overwrite: common.overwrite)
    }
    let facts = try isModel ? showModel() : showData()
    for fact in facts { common.console.tell("\(fact.key): \(words(fact.value))") }
    if let output { common.console.tell("wrote \(output)") }
    common.console.report(
      facts + (output.map { [JSONMember("outputs", JSONValue([$0]))] } ?? []))
  }

  private var isModel: Bool {
    if FileManager.default.fileExists(atPath: file) {
      return file.hasSuffix(".json") || file.lowercased().hasSuffix(".safetensors")
    }
    return ReadyModels.names.contains(file)
  }

  private func words(_ value: JSONValue) -> String { value.text ?? value.compact }

  // MARK: Models

  private func showModel() throws -> [JSONMember] {
    let model = try LoadedModel.load(file, in: .automatic)
    if let output {
      // A picture of a model is a picture of what it draws.
      let range = model.noiseRange
      let levels = NoiseLevels(steps: 32, from: range.upperBound, to: range.lowerBound)
      let samples = Samples(seed: common.seed, count: model.image == nil ? 2000 : 64)
      let start = model.score.matchedStart(
        at: levels.sigmaMax, samples: samples, workers: common.workers)
      var run = SamplingRun(
        from: start, down: levels, by: Heun(), with: model.score, samples: samples,
        workers: common.workers)
      while run.advance() { try common.console.checkInterrupt() }
      try draw(
        model.frame.differences(run.result.samples), model.image, model.range, model.name,
        about: model.frame.origin, to: output)
    }
    var facts = [
      JSONMember("model", .string(model.name)),
      JSONMember("kind", .string(model.summary)),
      JSONMember("dimension", .integer(model.score.dimension)),
      JSONMember("deviation", .number(model.score.deviation)),
    ]
    facts += describe(model.image, model.range)
    if let heldOut = model.heldOut {
      facts.append(JSONMember("heldOutError", .string(heldOut.words)))
    }
    if let madeBy = model.madeBy { facts.append(JSONMember("madeBy", .string(madeBy))) }
    facts.append(JSONMember("digest", .string(model.digest)))
    return facts
  }

  // MARK: Data

  private func showData() throws -> [JSONMember] {
    var data = try DataSource.read(file, about: .own)
    data.notes.forEach(common.console.note)
    if let output {
      try draw(
        data.points, data.image, data.range, URL(fileURLWithPath: file).lastPathComponent,
        about: data.origin, to: output)
    }
    let (count, dimension) = (data.points.count, data.points.dimension)
    let (low, high) = Self.ends(data.points, data.origin)
    // The last of the data: a cloud takes the points over in the memory they lie in.
    let moments = EmpiricalScore(data.takePoints())
    var facts = [
      JSONMember("data", .string(file)),
      JSONMember("count", .integer(count)),
      JSONMember("dimension", .integer(dimension)),
      JSONMember("lowest", low),
      JSONMember("highest", high),
      JSONMember("deviation", .number(moments.deviation)),
    ]
    if dimension <= 8 {
      facts.append(JSONMember("mean", JSONValue(zip(data.origin, moments.mean).map(+))))
    }
    if let columns = data.columns { facts.append(JSONMember("columns", JSONValue(columns))) }
    facts += describe(data.image, data.range)
    return facts + (try maker())
  }

  /// The lowest and the highest of all numbers, origin + points.
  private static func ends(_ points: Points, _ origin: [Double]) -> (JSONValue, JSONValue) {
    // Finite, as all data: no order of comparison matters.
    guard origin.contains(where: { $0 != 0 }) else {
      let low = points.values.reduce(Float.infinity) { $1 < $0 ? $1 : $0 }
      return (JSONValue(low), JSONValue(points.values.reduce(-.infinity) { $1 > $0 ? $1 : $0 }))
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    for row in 0..<points.count {
      for (value, origin) in zip(points.row(row), origin) {
        low = min(low, origin + Double(value))
        high = max(high, origin + Double(value))
      }
    }
    return (.number(low), .number(high))
  }

  /// What a file says about how it was made.
  private func maker() throws -> [JSONMember] {
    let sidecar = Sidecar.path(beside: file)
    if FileManager.default.fileExists(atPath: sidecar) {
      let value = try JSONValue.parse(FileBytes.read(sidecar), file: sidecar)
      if let command = value["command"] { return [JSONMember("madeBy", command)] }
    }
    guard file.lowercased().hasSuffix(".png"), !file.hasSuffix("/") else { return [] }
    return try PNGImage.read(file).texts.map { JSONMember($0.key, .string($0.text)) }
  }

  private func describe(_ image: ImageShape?, _ range: ClosedRange<Float>?) -> [JSONMember] {
    var facts: [JSONMember] = []
    if let image {
      facts.append(
        JSONMember(
          "image", .string("\(image.width) × \(image.height), \(image.channels) channels")))
    }
    if let range {
      facts.append(
        JSONMember("range", .array([JSONValue(range.lowerBound), JSONValue(range.upperBound)])))
    }
    return facts
  }

  private func draw(
    _ points: Points, _ image: ImageShape?, _ range: ClosedRange<Float>?, _ title: String,
    about origin: [Double] = [], to path: String
  ) throws {
    let shown = image == nil ? points : points.rows(0..<min(points.count, 256))
    let picture = Drawing.draw(
      shown, image: image, range: range, title: title, caption: "n = \(points.count)",
      about: origin)
    picture.notes.forEach(common.console.note)
    var outputs = OutputSet(overwrite: common.overwrite)
    outputs.metadata = [
      JSONMember("command", .string(commandLine)),
      JSONMember("version", .string(Tweedie.version)),
    ]
    try outputs.add(picture: picture.raster, to: path)
    try outputs.commit()
  }
}
