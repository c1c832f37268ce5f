import Arrays
import Files
import Foundation

/// A folder with sound files and one of every kind of damage, as far as a command names them.
enum RefusalFolder {
  /// Files that others point at, and the folders.
  private static let always = ["ok.json", "points.npy", "nan.npy", "cut.st"]
  private static let folders = ["bare", "folder.npy", "folder.json", "mixed"]

  static func make(for words: [String]) throws -> Folder {
    let folder = try Folder()
    for name in folders { try folder.makeFolder(name) }
    var files = models()
    files.merge(arrays()) { $1 }
    files.merge(try archives()) { $1 }
    files.merge(tables()) { $1 }
    for (name, bytes) in files
    where always.contains(name) || words.contains(where: { $0.contains(name) }) {
      try folder.write(bytes, to: name)
    }
    for (name, side) in [("a", 2), ("b", 3)] {
      try folder.write(
        encodePNG(Raster(width: side, height: 2, channels: 1)), to: "mixed/\(name).png")
    }
    return folder
  }

  private static let law = #""mean": [0, 0], "variance": 1"#

  private static func models() -> [String: [UInt8]] {
    let ok = #"{"kind": "mixture", "components": [{"weight": 1, \#(law)}]}"#
    let models = [
      "ok": ok, "empty": "", "cut": String(ok.dropLast(9)), "list": "[1, 2]",
      "nokind": "{\(law)}", "kind": #"{"kind": "gausian", \#(law)}"#,
      "key": #"{"kind": "gaussian", "men": [0], \#(law)}"#,
      "twice": #"{"kind": "gaussian", "kind": "gaussian", \#(law)}"#,
      "inner": #"{"kind": "mixture", "components": [{"weigth": 1, \#(law)}]}"#,
      "weight": #"{"kind": "mixture", "components": [{"weight": -1, \#(law)}]}"#,
      "none": #"{"kind": "mixture", "components": []}"#,
      "lengths": """
      {"kind": "mixture", "components": [{"weight": 1, "mean": [0], "variance": 1}, \
      {"weight": 1, \(law)}]}
      """,
      "indefinite": #"{"kind": "gaussian", "mean": [0, 0], "covariance": [[1, 2], [2, 1]]}"#,
      "lopsided": #"{"kind": "gaussian", "mean": [0, 0], "covariance": [[1, 0.5], [0, 1]]}"#,
      "ragged": #"{"kind": "gaussian", "mean": [0, 0], "covariance": [[1, 0], [0]]}"#,
      "negative": #"{"kind": "gaussian", "mean": [0, 0], "variances": [1, -1]}"#,
      "word": #"{"kind": "gaussian", "mean": [0, "x"], "variance": 1}"#,
      "vast": #"{"kind": "gaussian", "mean": [0, 1e300], "variance": 1}"#,
      "slanted": """
      {"kind": "gaussian", "mean": [0, 0], "directions": [[1, 1]], \
      "directionVariances": [1], "rest": 0.1}
      """,
      "image": """
      {"kind": "gaussian", \(law), "image": {"width": 2, "height": 2, "channels": 1}}
      """,
      "range": #"{"kind": "gaussian", \#(law), "range": [1, -1]}"#,
      "weights": #"{"kind": "gaussian", "mean": {"file": "cut.st", "tensor": "m"}, "variance": 1}"#,
      "lost": #"{"kind": "neighbors", "data": "lost.npy"}"#,
      "nodata": #"{"kind": "neighbors"}"#,
      "spoiled": #"{"kind": "neighbors", "data": "nan.npy"}"#,
      "picture": """
      {"kind": "neighbors", "data": "points.npy", \
      "image": {"width": 2, "height": 2, "channels": 1}}
      """,
      "many": #"{"kind": "neighbors", "data": "points.npy", "neighbors": 100}"#,
      "shifts": #"{"kind": "neighbors", "data": "points.npy", "shifts": 100000000000}"#,
      "folded": """
      {"kind": "neighbors", "data": "points.npy", "smoothing": 0.1, "neighbors": 3, \
      "remainder": 9223372036854775807}
      """,
    ]
    return Dictionary(uniqueKeysWithValues: models.map { ($0 + ".json", Array($1.utf8)) })
  }

  private static func arrays() -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var dice = Dice(state: 1)
    let points = dice.points(12, 2)
    let bytes = NPY.encode(points)
    files["points.npy"] = bytes
    files["cut.npy"] = Array(bytes.dropLast(5))
    files["long.npy"] = bytes + [0]
    files["empty.npy"] = []
    files["text.npy"] = Array("not an array".utf8)
    files["norows.npy"] = NPY.encode(shape: [0, 2], values: [])
    files["three.npy"] = NPY.encode(dice.points(4, 3))
    for (name, value) in [("nan", Float.nan), ("inf", Float.infinity)] {
      var values = points.values
      values[7] = value
      files[name + ".npy"] = NPY.encode(shape: [12, 2], values: values)
    }
    files["minus.npy"] = NPY.encode(column: [Float](repeating: -1, count: 12))
    files["eleven.npy"] = NPY.encode(column: [Float](repeating: 1, count: 11))
    files["rising.npy"] = NPY.encode(column: [1, 2, 3])
    files["falling.npy"] = NPY.encode(column: [3, 2, 1])
    return files
  }

  private static func archives() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let entry = NPZ.Entry(key: "a", shape: [1, 2], values: [1, 2])
    let two = try NPZ.encode(
      [entry, NPZ.Entry(key: "b", shape: [1], values: [1])], file: "two.npz")
    files["two.npz"] = two
    files["cut.npz"] = Array(two.dropLast(30))
    // Two grey images of 2 × 2: type 8, rank 3.
    let idx: [UInt8] =
      [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2] + [0, 50, 100, 150, 200, 250, 255, 5]
    files["pictures-ubyte"] = idx
    files["cut-ubyte"] = Array(idx.dropLast(3))
    let packed = "H4sIAAAAAAACA2Ng4GBmYGBggmOjlGknfv1nBQBccTHhGAAAAA=="
    let gzip = [UInt8](Data(base64Encoded: packed) ?? Data())
    files["pictures.gz"] = gzip
    files["cut.gz"] = Array(gzip.dropLast(12))
    files["bad.gz"] = Array(gzip.prefix(4)) + [9, 9, 9, 9, 9, 9, 9, 9]
    let png = encodePNG(Raster(width: 4, height: 4, channels: 1))
    files["ok.png"] = png
    files["cut.png"] = Array(png.dropLast(20))
    let weights = Safetensors(
      tensors: [NamedTensor("m", Tensor(shape: [2], doubles: [0, 0]))]
    ).encode()
    files["cut.st"] = Array(weights.dropLast(4))
    files["w.safetensors"] = weights
    files["what.xyz"] = (0...255).map { UInt8($0) }
    return files
  }

  private static func tables() -> [String: [UInt8]] {
    let files = [
      "ragged.csv": "x,y\n1,2\n3\n",
      "word.csv": "x,y\n1,2\n3,abc\n4,5\n",
      "nan.csv": "1,2\nnan,3\n",
      "empty.csv": "",
      "table.tsv": "name\tx\ty\na\t1\t2\nb\t3\t4\n",
      "file": "x",
    ]
    return files.mapValues { Array($0.utf8) }
  }
}
