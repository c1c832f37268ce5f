import Arrays
import Files
import Foundation
import Testing

/// From a table with a selector to scatter plots.
@Suite(
  .enabled(
    if: SharedData.holds(SharedData.datasaurus),
    "The Datasaurus is not in ../shared/data beside the package."))
struct DatasaurusTests {
  @Test(arguments: ["dino", "star", "x_shape"], ["gaussian", "mixture", "neighbors"])
  func `samples of a plane figure keep its moments`(figure: String, kind: String) throws {
    let folder = try Folder()
    try Command.succeed(
      ["fit", kind, SharedData.datasaurus + ":dataset=" + figure, "-o", "model.json"], in: folder)
    try Command.succeed(
      ["sample", "model.json", "--seed", "2", "--steps", "60", "-o", "out.png", "-o", "out.csv"],
      in: folder)
    let samples = try DataFile.read(folder.path("out.csv")).points
    #expect(samples.count == 2000 && samples.dimension == 2)

    // All figures have these moments to two digits.
    for (column, mean, deviation) in [(0, 54.26, 16.77), (1, 47.83, 26.93)] {
      let values = (0..<samples.count).map { Double(samples[$0, column]) }
      let (found, error) = meanAndError(values)
      let spread = error * 2000.0.squareRoot()
      // Four standard errors of n = 2000; neighbours average over M = 4 shifts, which moves points.
      let slack = kind == "neighbors" ? 0.15 * deviation : 0
      #expect(abs(found - mean) < 4 * deviation / 2000.0.squareRoot() + slack)
      // The standard error of a deviation is σ/√(2n) for a normal law.
      #expect(abs(spread - deviation) < 4 * deviation / 4000.0.squareRoot() + slack)
    }

    let picture = try PNGImage.read(folder.path("out.png"))
    let paper = picture.samples.first ?? 0
    let inked = picture.samples.count { $0 != paper }
    #expect(picture.width > 300 && picture.height > 300)
    #expect(inked > picture.samples.count / 200, "points are drawn")
  }
}
