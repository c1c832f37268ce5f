import Arrays
import Files
import Foundation
import Testing

/// From the training images of MNIST to new digits.
@Suite(
  .enabled(
    if: SharedData.holds(SharedData.images, SharedData.labels),
    "MNIST is not in ../shared/data beside the package."))
struct DigitTests {
  static let count = 64

  @Test func `samples are new, whole digits`() throws {
    let folder = try Folder()
    let samples = try draw(folder, [])
    let digits = try Digits(images: SharedData.images, labels: SharedData.labels)
    let measures = (0..<Self.count).map { digits.measure(Array(samples.row($0))) }

    // n = 64: a share near 0.1 has a standard error of 0.04; measured 0.00 copies.
    let copies = meanAndError(measures.map { $0.distance < 1 ? 1.0 : 0 })
    #expect(copies.mean <= 0.1, "copies \(copies)")
    // Standard error 0.01 to 0.02 in both.
    let agreement = meanAndError(measures.map(\.agreement))
    #expect(agreement.mean >= 0.9, "label agreement \(agreement)")
    let grey = meanAndError(measures.map(\.grey))
    #expect(grey.mean <= 0.2, "grey share \(grey)")
    // Means of training points: inside their range but for rounding.
    #expect((samples.values.map(abs).max() ?? 2) <= 1 + 1e-5)
    try compare(try PNGImage.read(folder.path("out.png")), samples)
  }

  @Test func `next to no smoothing gives copies`() throws {
    let samples = try draw(Folder(), ["--smoothing", "0.001"])
    let digits = try Digits(images: SharedData.images, labels: SharedData.labels)
    let copies = (0..<16).count { digits.measure(Array(samples.row($0))).distance < 1 }
    #expect(copies >= 14, "\(copies) of 16")
  }

  private func draw(_ folder: Folder, _ words: [String]) throws -> Points {
    try Command.succeed(
      ["fit", "neighbors", SharedData.images, "-o", "digits.json"] + words, in: folder)
    try Command.succeed(
      [
        "sample", "digits.json", "--count", "\(Self.count)", "--steps", "20", "--seed", "1", "-o",
        "out.npy", "-o", "out.png",
      ], in: folder)
    return try folder.points("out.npy")
  }

  /// The picture is eight rows of eight, each pixel of a sample a square of its grey.
  private func compare(_ picture: PNGImage, _ samples: Points) throws {
    let margin = 2
    let scale = ((picture.width - margin) / 8 - margin) / 28
    #expect(scale >= 1 && picture.width == 8 * (28 * scale + margin) + margin)
    #expect(picture.height == picture.width && picture.channels == 1)
    try #require(scale >= 1)
    for sample in 0..<Self.count {
      let left = margin + sample % 8 * (28 * scale + margin)
      let top = margin + sample / 8 * (28 * scale + margin)
      let wrong = (0..<784).count { pixel in
        let (x, y) = (left + pixel % 28 * scale, top + pixel / 28 * scale)
        let found = Double(picture.samples[y * picture.width + x])
        let grey = (Double(samples[sample, pixel]) + 1) * 127.5
        return abs(found - min(max(grey, 0), 255)) > 0.51
      }
      #expect(wrong == 0, "sample \(sample)")
    }
  }
}
