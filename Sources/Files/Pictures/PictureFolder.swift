import Arrays
import Foundation

/// A folder of PNG pictures of one size, a row of data each.
enum PictureFolder {
  /// The pictures in the order of their names' bytes.
  ///
  /// - Throws: `badData` where there is no picture, one cannot be read, or one differs from the
  ///   first in size or channels.
  static func read(_ path: String, range: ClosedRange<Float>) throws(FileError) -> DataFile {
    let names = try pictureNames(in: path)
    var values: [Float] = []
    var first: PNGImage?
    var alphas = 0
    for name in names {
      let file = path.hasSuffix("/") ? path + name : path + "/" + name
      let picture = try PNGImage.read(file)
      let model = first ?? picture
      guard picture.shape == model.shape else {
        throw .bad(
          file, nil,
          "every picture must have the size of the first (\(words(model)) in \(names[0])), found "
            + words(picture))
      }
      if first == nil {
        first = picture
        values.reserveCapacity(names.count * picture.samples.count)
      }
      values += picture.numbers(on: range)
      alphas += picture.hadAlpha ? 1 : 0
    }
    guard let first else {
      throw .bad(path, nil, "the folder must hold PNG pictures (*.png), found none")
    }
    return DataFile(
      points: Points(count: names.count, dimension: first.samples.count, values: values),
      image: first.shape, range: range, notes: alphaNote(alphas, of: names.count), columns: nil)
  }

  /// One picture as one row.
  static func single(_ bytes: [UInt8], file: String, range: ClosedRange<Float>) throws(FileError)
    -> DataFile
  {
    let picture = try PNGImage(bytes, file: file)
    let values = picture.numbers(on: range)
    return DataFile(
      points: Points(count: 1, dimension: values.count, values: values), image: picture.shape,
      range: range, notes: alphaNote(picture.hadAlpha ? 1 : 0, of: 1), columns: nil)
  }

  /// The paths of the pictures in their order.
  static func files(in path: String) throws(FileError) -> [String] {
    try pictureNames(in: path).map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
  }

  private static func pictureNames(in path: String) throws(FileError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw FileError(.notFound, file: path, rule: "the folder cannot be opened")
    }
    return names.filter { $0.lowercased().hasSuffix(".png") && !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func words(_ picture: PNGImage) -> String {
    "\(picture.width) × \(picture.height) × \(picture.channels)"
  }

  private static func alphaNote(_ number: Int, of total: Int) -> [String] {
    number == 0 ? [] : ["dropped the alpha of \(number) of \(total) pictures"]
  }
}
