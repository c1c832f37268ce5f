import Arrays
import Files
import Foundation
import Testing

/// From a folder of PNGs to a grid of new pictures.
@Suite struct PictureFolderTests {
  @Test(arguments: ["-1,1", "0,1"])
  func `pictures in a folder become new pictures`(range: String) throws {
    let folder = try Folder()
    try Command.succeed(["toy", "glyphs", "--count", "200", "-o", "glyphs.npy"], in: folder)
    let glyphs = try folder.points("glyphs.npy")
    try folder.makeFolder("glyphs")
    for row in 0..<200 {
      var raster = Raster(width: 16, height: 16, channels: 1)
      // Glyphs carry a little noise, which leaves [−1, 1].
      raster.bytes = glyphs.row(row).map { UInt8(((min(max($0, -1), 1) + 1) / 2 * 255).rounded()) }
      try folder.write(encodePNG(raster), to: "glyphs/\(1000 + row).png")
    }
    try Command.succeed(
      ["fit", "neighbors", "glyphs", "--range", range, "-o", "model.json"], in: folder)
    try Command.succeed(
      ["sample", "model.json", "--count", "9", "--steps", "12", "-o", "out.png", "-o", "out.npy"],
      in: folder)

    let low = range == "0,1" ? 0.0 : -1
    let samples = try folder.points("out.npy")
    #expect(samples.count == 9 && samples.dimension == 256)
    let lowest = Double(samples.values.min() ?? -9)
    let highest = Double(samples.values.max() ?? 9)
    #expect(lowest >= low - 1e-5 && highest <= 1 + 1e-5, "\(lowest) to \(highest)")
    #expect(highest - lowest > 0.8 * (1 - low), "black and white")

    let picture = try PNGImage.read(folder.path("out.png"))
    #expect(picture.width == picture.height && (picture.width - 2) % 3 == 0)
    // Ink and paper come back as they were: dark stays dark.
    let shown = picture.samples.map(Double.init)
    let ink = Double(shown.count { $0 > 200 }) / Double(shown.count)
    let before = Double(glyphs.values.count { $0 > 0.57 }) / Double(glyphs.values.count)
    #expect(abs(ink - before) < 0.2, "\(ink) of the picture is light, \(before) of the data")
  }

  @Test func `a description finds its data from wherever it stands`() throws {
    let folder = try Folder()
    var dice = Dice(state: 1)
    try folder.makeFolder("data")
    try folder.makeFolder("deep/er/models")
    try folder.write(dice.points(20, 2), to: "data/points.npy")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("deep/er/models"))
    for output in ["here.json", "deep/there.json", "link/linked.json"] {
      try Command.succeed(["fit", "neighbors", "data/points.npy", "-o", output], in: folder)
      try Command.succeed(
        ["sample", output, "--count", "5", "-o", "out.npy", "--overwrite"], in: folder)
      let elsewhere = try Folder()
      try Command.succeed(
        ["sample", folder.path(output), "--count", "5", "-o", "out.npy"], in: elsewhere)
      #expect(try elsewhere.points("out.npy") == folder.points("out.npy"), "\(output)")
    }
  }
}
