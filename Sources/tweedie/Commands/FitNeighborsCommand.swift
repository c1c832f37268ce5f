import ArgumentParser
import Arrays
import Diffusion
import Files
import Foundation

/// `tweedie fit neighbors`: a smoothed nearest-neighbour model, which points at its data.
struct FitNeighborsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "neighbors",
    abstract: "Describe a smoothed nearest-neighbour model of data; no training.",
    discussion: """
      Smoothing, shifts and neighbours are chosen from distances in the data unless given. The \
      description names the data; it does not copy it.

      EXAMPLE
        tweedie fit neighbors train-images-idx3-ubyte.gz -o digits.json
      """)

  @OptionGroup var fit: FitOptions
  @OptionGroup var common: CommonOptions

  @Option(parsing: .unconditional, help: "How far a sample is shifted, in data units; 0 copies.")
  var smoothing: Double?

  @Option(parsing: .unconditional, help: "Shifts that are averaged over.")
  var shifts: Int?

  @Option(parsing: .unconditional, help: "all, or how many nearest points the softmax runs over.")
  var neighbors: String?

  @Option(
    parsing: .unconditional, help: "Points at random that stand for those beyond the nearest.")
  var remainder: Int?

  @Option(parsing: .unconditional, help: "Noise above which the exact score is taken instead.")
  var exactAbove: Double?

  @Option(
    help:
      "Distances of columns of different width: raw, proportional (in units of each column's deviation), or auto (proportional where they differ tenfold)."
  )
  var columns = "auto"

  func validate() throws {
    try requireNumbers([
      ("--smoothing", smoothing == 0 ? nil : smoothing, usableNumbers),
      ("--exact-above", exactAbove == .infinity ? nil : exactAbove, usableNumbers),
    ])
    if let shifts, !(1...100_000).contains(shifts) {
      throw ValidationError("--shifts takes a number of at least 1, not \(shifts).")
    }
    if let remainder, !(0...1_000_000_000).contains(remainder) {
      throw ValidationError("--remainder takes a number from 0 to 1000000000, not \(remainder).")
    }
  }

  func run() throws {
    let neighbors = try Choices.neighbors(neighbors, remainder: remainder)
    let coordinates = try Choices.coordinates(columns)
    var data = try fit.read(common)
    let frame = Self.frame(of: data, coordinates)
    data.move(into: frame)
    let (count, dimension) = (data.points.count, data.points.dimension)
    if case .nearest(let nearest, _) = neighbors, nearest > count {
      throw Failure.usage(
        "--neighbors \(nearest) is more than the \(count) points of the data.")
    }
    if !frame.scalesColumns {
      fit.warn(.common, data.points, isImage: data.image != nil, common)
    }
    let rule = NeighborRule(
      EmpiricalScore(data.takePoints()), isImage: data.image != nil, smoothing: smoothing,
      shifts: shifts, neighbors: neighbors, exactAbove: exactAbove, seed: common.seed,
      workers: common.workers)
    var description = NeighborsDescription(
      data: dataPath, smoothing: rule.smoothing, shifts: rule.shifts)
    if case .nearest(let nearest, let remainder) = rule.neighbors {
      description.neighbors = .nearest(nearest)
      description.remainder = remainder
    }
    if rule.exactAbove.isFinite { description.exactAbove = rule.exactAbove }
    if frame.scalesColumns { description.columnScales = frame.scale }
    try fit.finish(
      .neighbors(description), data, rule.description,
      [
        JSONMember("count", .integer(count)),
        JSONMember("dimension", .integer(dimension)),
        JSONMember("smoothing", .number(rule.smoothing)),
        JSONMember("shifts", .integer(rule.shifts)),
      ], common)
  }

  /// The coordinates that distances are measured in.
  private static func frame(of data: DataSource, _ coordinates: ModelCoordinates) -> Frame {
    let zeros = [Double](repeating: 0, count: data.points.dimension)
    let widths = coordinates.frame(
      mean: zeros, deviations: data.points.columnDeviations, isImage: data.image != nil)
    return Frame(origin: data.origin, scale: widths.scale)
  }

  /// The data as named from the folder of the description.
  private var dataPath: String {
    let data = fit.data
    if data.hasPrefix("toy:") || data.hasPrefix("/") { return data }
    // Without links: ".." out of a linked folder leads to the parent of what it links to.
    let folder = URL(fileURLWithPath: fit.output).deletingLastPathComponent()
      .resolvingSymlinksInPath().pathComponents
    let file = URL(fileURLWithPath: data)
    let target =
      file.deletingLastPathComponent().resolvingSymlinksInPath().pathComponents
      + [file.lastPathComponent]
    let shared = zip(folder, target).prefix { $0 == $1 }.count
    let up = [String](repeating: "..", count: folder.count - shared)
    return (up + target[shared...]).joined(separator: "/")
  }
}
