import Files
import Foundation
import Testing

/// Every number of a model description at the ends of its range gives samples or one sentence.
@Suite struct ModelNumberTests {
  static let numbers = ["0", "-1", "1e-300", "1e-5", "1e5", "1e19", "1e300", "-1e300"]

  /// A description with a place for a number, by the key that it is.
  static let models: [(key: String, text: String)] = [
    ("mean", #"{"kind": "gaussian", "mean": [#, 0], "variance": 1}"#),
    ("variance", #"{"kind": "gaussian", "mean": [0, 0], "variance": #}"#),
    ("variances", #"{"kind": "gaussian", "mean": [0, 0], "variances": [1, #]}"#),
    ("covariance", #"{"kind": "gaussian", "mean": [0, 0], "covariance": [[1, #], [#, 2]]}"#),
    (
      "weight",
      """
      {"kind": "mixture", "components": [{"weight": #, "mean": [0], "variance": 1}, \
      {"weight": 1, "mean": [3], "variance": 1}]}
      """
    ),
    (
      "rest",
      """
      {"kind": "gaussian", "mean": [0, 0], "directions": [[1, 0]], "directionVariances": [1], \
      "rest": #}
      """
    ),
    ("smoothing", #"{"kind": "neighbors", "data": "toy:rings:50", "smoothing": #}"#),
    (
      "exactAbove",
      #"{"kind": "neighbors", "data": "toy:rings:50", "smoothing": 0.1, "exactAbove": #}"#
    ),
    ("shifts", #"{"kind": "neighbors", "data": "toy:rings:50", "smoothing": 0.1, "shifts": #}"#),
    ("neighbors", #"{"kind": "neighbors", "data": "toy:rings:50", "neighbors": #}"#),
    (
      "columnScales",
      #"{"kind": "neighbors", "data": "toy:rings:50", "columnScales": [1, #]}"#
    ),
    (
      "range",
      #"{"kind": "gaussian", "mean": [0, 0, 0, 0], "variance": 1, "range": [-1, #]}"#
    ),
  ]

  @Test(arguments: models.indices)
  func `a number at the ends of its range is used or refused`(index: Int) throws {
    let (key, text) = Self.models[index]
    for number in Self.numbers {
      let folder = try Folder()
      try folder.write(text.replacingOccurrences(of: "#", with: number), to: "model.json")
      let outcome = try Command.run(
        ["sample", "model.json", "--count", "5", "--steps", "5", "-o", "x.csv"], in: folder)
      #expect([0, 1, 65].contains(outcome.code), "\(key) \(number): \(outcome.errors)")
      if outcome.code == 0 {
        let values = try folder.text("x.csv").split(whereSeparator: { $0 == "," || $0 == "\n" })
          .compactMap { Double($0) }
        #expect(values.count >= 5 && values.allSatisfy(\.isFinite), "\(key) \(number)")
      } else {
        #expect(outcome.errors.hasPrefix("tweedie: "), "\(key) \(number): \(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      }
    }
  }
}
