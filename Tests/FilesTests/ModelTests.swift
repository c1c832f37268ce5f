import Files
import Testing

@Suite struct `Model descriptions` {
  private static func parse(_ text: String) throws(FileError) -> ModelDescription {
    try ModelDescription.parse(Array(text.utf8), file: "m.json")
  }

  static let all: [ModelDescription] = [
    ModelDescription(
      kind: .gaussian(
        GaussianDescription(mean: [1, 0.1], covariance: .full([[2, 0.5], [0.5, 1]]))),
      range: -1...1, name: "two", madeBy: "tweedie fit gaussian"),
    ModelDescription(
      kind: .mixture([
        ComponentDescription(weight: 0.25, mean: [0, 1, 2], covariance: .diagonal([1, 0, 3])),
        ComponentDescription(weight: 3, mean: [0, 1, 2], covariance: .isotropic(0.01)),
        ComponentDescription(
          weight: 1, mean: [4, 5, 6],
          covariance: .lowRank(
            directions: [[1, 0, 0], [0, 0, 1]], variances: [4, 2], rest: 1e-5)),
      ]), image: ImageShape(width: 1, height: 1, channels: 3)),
    ModelDescription(
      kind: .neighbors(
        NeighborsDescription(
          data: "train.gz", smoothing: 3, shifts: 4, neighbors: .nearest(32), remainder: 256,
          exactAbove: 1.1)),
      image: ImageShape(width: 28, height: 28, channels: 1), range: 0...1),
    ModelDescription(kind: .neighbors(NeighborsDescription(data: "toy:rings", smoothing: 0.1))),
  ]

  @Test(arguments: all, [0, 2, 4096])
  func `what is written reads back, in one file or two`(model: ModelDescription, limit: Int) throws
  {
    try withFolder { folder in
      let path = folder + "/m.json"
      try model.write(to: path, overwrite: false, inlineLimit: limit)
      #expect(try ModelDescription.read(path) == model)
      let refused = sentence { () throws(FileError) in
        try model.write(to: path, overwrite: false, inlineLimit: limit)
      }
      #expect(refused.contains("--overwrite"))
    }
  }

  @Test func `numbers read are the numbers written down`() throws {
    let model = try Self.parse(
      """
      {"kind": "mixture", "name": "n", "components": [
        {"weight": 1, "mean": [1, 2], "variances": [3, 4]},
        {"weight": 2, "mean": [5, 6], "directions": [[0, 1]], "directionVariances": [7], "rest": 8}]}
      """)
    #expect(model.dimension == 2 && model.name == "n")
    #expect(
      model.kind
        == .mixture([
          ComponentDescription(weight: 1, mean: [1, 2], covariance: .diagonal([3, 4])),
          ComponentDescription(
            weight: 2, mean: [5, 6],
            covariance: .lowRank(directions: [[0, 1]], variances: [7], rest: 8)),
        ]))
  }

  @Test func `differences of rounding across the diagonal are evened out`() throws {
    let model = try Self.parse(
      #"{"kind": "gaussian", "mean": [0, 0], "covariance": [[1, 0.1], [0.1000001, 1]]}"#)
    guard case .gaussian(let law) = model.kind, case .full(let rows) = law.covariance else {
      Issue.record("not a full covariance")
      return
    }
    #expect(rows[0][1] == rows[1][0])
  }

  @Test func `data is found from the folder of the description`() {
    let law = NeighborsDescription(data: "sets/a.npz:x", smoothing: 1)
    #expect(law.resolved(relativeTo: "Models/m.json").data == "Models/sets/a.npz:x")
    #expect(law.resolved(relativeTo: "m.json").data == "sets/a.npz:x")
    for data in ["toy:rings:10", "/data/a.npy"] {
      let law = NeighborsDescription(data: data, smoothing: 1)
      #expect(law.resolved(relativeTo: "Models/m.json").data == data)
    }
  }

  private static let g = #""kind": "gaussian", "mean": [0, 0]"#
  private static let n = #""kind": "neighbors", "data": "a""#
  private static let c = #""weight": 1, "mean": [0], "variance": 1"#

  /// Broken descriptions, the key at fault, and words of the rule.
  static let broken: [(String, String, String)] = [
    ("[]", "m.json", "must be an object"), ("{}", "m.json", "\"kind\" must be there"),
    (#"{"kind": "gausian"}"#, "kind", "did you mean \"gaussian\"?"),
    (#"{"kind": 3}"#, "kind", "the number 3"),
    (#"{"kind": "gaussian"}"#, "m.json", "\"mean\" must be there"),
    ("{\(g)}", "m.json", "one of covariance, variances, variance and directions"),
    ("{\(g), \"variance\": 1, \"variances\": [1, 1]}", "m.json", "found variances and variance"),
    ("{\(g), \"varience\": 1}", "varience", "did you mean \"variance\"?"),
    ("{\(g), \"variance\": 1, \"colour\": 1}", "colour", "must be one of"),
    ("{\(g), \"variance\": -1}", "variance", "not be negative"),
    ("{\(g), \"variance\": \"1\"}", "variance", "must be a number, found the text"),
    ("{\(g), \"variance\": 1e300}", "variance", "finite as a Float32"),
    ("{\(g), \"variances\": [1]}", "variances", "2, found 1"),
    ("{\(g), \"variances\": [1, -2]}", "variances", "[1]"),
    ("{\(g), \"variances\": [1, null]}", "variances[1]", "found null"),
    ("{\(g), \"variances\": 1}", "variances", "must be an array"),
    ("{\(g), \"covariance\": [[1, 0]]}", "covariance", "2 rows"),
    ("{\(g), \"covariance\": [[1, 0], [0]]}", "covariance", "row 1 has 1"),
    ("{\(g), \"covariance\": [[1, 2], [3, 1]]}", "covariance", "symmetric"),
    ("{\(g), \"covariance\": [[1, 0], [0, -1]]}", "covariance", "[1][1]"),
    ("{\(g), \"covariance\": [[1, 0], [0, \"a\"]]}", "covariance[1][1]", "must be a number"),
    ("{\(g), \"variance\": 1, \"rest\": 1}", "rest", "beside directions"),
    ("{\(g), \"directions\": [[1, 0]]}", "m.json", "\"directionVariances\" must be there"),
    (
      "{\(g), \"directions\": [[1, 0]], \"directionVariances\": [1, 2], \"rest\": 0}",
      "directionVariances", "1, found 2"
    ),
    ("{\(g), \"directions\": [[1]], \"directionVariances\": [1]}", "directions", "row 0 has 1"),
    ("{\(g), \"directions\": [[1,0],[0,1],[1,0]]}", "directions", "at most 2"),
    (#"{"kind": "gaussian", "mean": [], "variance": 1}"#, "mean", "at least one"),
    (#"{"kind": "gaussian", "mean": "a", "variance": 1}"#, "mean", "must be an array"),
    (#"{"kind": "mixture"}"#, "m.json", "\"components\" must be there"),
    (#"{"kind": "mixture", "components": []}"#, "components", "at least one"),
    (#"{"kind": "mixture", "components": [1]}"#, "components[0]", "must be an object"),
    (
      #"{"kind": "mixture", "components": [{"weight": 0, "mean": [0], "variance": 1}]}"#,
      "components[0].weight", "positive"
    ),
    (
      #"{"kind": "mixture", "components": [{"wieght": 1, "mean": [0], "variance": 1}]}"#,
      "components[0].wieght", "did you mean \"weight\"?"
    ),
    (
      "{\"kind\": \"mixture\", \"components\": [{\(c)}, {\"weight\": 1, \"mean\": [0, 0], \"variance\": 1}]}",
      "components[1]", "the first, 1, found 2"
    ),
    ("{\"kind\": \"mixture\", \"components\": [{\(c)}], \"mean\": [0]}", "mean", "must be one of"),
    (#"{"kind": "neighbors", "smoothing": 1}"#, "m.json", "\"data\" must be there"),
    ("{\(n), \"exactAbove\": 0}", "exactAbove", "must be positive"),
    ("{\(n), \"smoothing\": -1}", "smoothing", "not be negative"),
    ("{\(n), \"smoothing\": 1, \"shifts\": 1.5}", "shifts", "whole number from 1"),
    ("{\(n), \"smoothing\": 1, \"neighbors\": 0}", "neighbors", "\"all\" or a whole number"),
    ("{\(n), \"smoothing\": 1, \"neighbors\": \"some\"}", "neighbors", "\"all\""),
    ("{\(n), \"smoothing\": 1, \"remainder\": -1}", "remainder", "from 0"),
    ("{\(n), \"smoothing\": 1, \"range\": [1, -1]}", "range", "the lower first"),
    ("{\(n), \"smoothing\": 1, \"image\": {\"width\": 1}}", "image", "\"height\" must be there"),
    (
      "{\(g), \"variance\": 1, \"image\": {\"width\": 2, \"height\": 2, \"channels\": 1}}", "image",
      "length of the mean, 2, found 4"
    ),
    (
      "{\(g), \"variance\": 1, \"image\": {\"width\": 1, \"height\": 1, \"channels\": 2}}", "image",
      "1 or 3"
    ),
    ("{\(g), \"variance\": 1, \"name\": 3}", "name", "must be a text"),
    ("{\(g), \"variances\": {\"file\": \"x\"}}", "variances", "file and tensor"),
    ("{\(g), \"variance\": 1, \"variance\": 2}", "line 1", "again"),
    ("{\(g), \n\"variance\": }", "line 2, column 13", "found '}'"),
  ]

  @Test(arguments: broken)
  func `what breaks a description is named by its key`(text: String, key: String, rule: String) {
    let message = sentence { () throws(FileError) in try Self.parse(text) }
    let place = key == "m.json" || key.hasPrefix("line") ? key : "key \"\(key)\""
    #expect(message.hasPrefix("m.json") && message.contains(place), "\(message)")
    #expect(message.contains(rule), "\(message)")
  }

  @Test func `references to tensors that are not there are named`() throws {
    try withFolder { folder in
      let tensors = Safetensors(tensors: [
        NamedTensor("mean", Tensor(shape: [2], values: [1, 2])),
        NamedTensor("rows", Tensor(shape: [1, 2], values: [1, 2])),
      ])
      try put(tensors.encode(), folder + "/x.safetensors")
      for (file, tensor, words) in [
        ("x.safetensors", "men", "mean, rows; found \"men\""),
        ("x.safetensors", "rows", "must have one size"), ("y.safetensors", "mean", "no such file"),
      ] {
        let reference = "{\"file\": \"\(file)\", \"tensor\": \"\(tensor)\"}"
        try put(
          "{\"kind\": \"gaussian\", \"mean\": \(reference), \"variance\": 1}", folder + "/m.json")
        let message = sentence { () throws(FileError) in
          try ModelDescription.read(folder + "/m.json")
        }
        #expect(message.contains(words), "\(message)")
      }
    }
  }
}
