/// Commands whose files are wrong.
extension Refusal {
  /// Descriptions, by `sample`.
  static let models: [Refusal] = descriptions.map { name, code, names in
    Refusal("sample \(name) -o new.npy", code, names)
  }

  private typealias Fault = (name: String, code: Int32, names: [String])

  private static let descriptions: [Fault] =
    [
      ("gone.json", 66, ["gone.json"]), ("gone", 66, ["gone", "eight-gaussians"]),
      ("far/gone.json", 66, ["far/gone.json"]), ("file/x.json", 66, ["file/x.json"]),
      ("''", 66, ["\"\""]), ("bare", 65, ["bare", "folder"]),
      ("empty.json", 65, ["empty.json", "line 1"]),
      ("cut.json", 65, ["cut.json", "line 1, column"]),
      ("list.json", 65, ["list.json", "object"]), ("file", 65, ["file"]),
      ("points.npy", 65, ["points.npy"]), ("nokind.json", 65, ["nokind.json", "\"kind\""]),
      ("kind.json", 65, ["kind.json", "did you mean \"gaussian\"?"]),
      ("key.json", 65, ["key.json", "key \"men\"", "did you mean \"mean\"?"]),
      ("twice.json", 65, ["twice.json", "\"kind\" again"]),
      ("inner.json", 65, ["components[0].weigth", "did you mean \"weight\"?"]),
      ("weight.json", 65, ["components[0].weight", "-1"]),
      ("none.json", 65, ["none.json", "components"]),
      ("lengths.json", 65, ["lengths.json", "components[1]"]),
      ("indefinite.json", 65, ["indefinite.json", "covariance", "eigenvalue"]),
      ("lopsided.json", 65, ["lopsided.json", "symmetric"]),
      ("ragged.json", 65, ["ragged.json", "row 1"]),
      ("negative.json", 65, ["negative.json", "variances", "[1]"]),
      ("word.json", 65, ["word.json", "mean[1]"]), ("vast.json", 65, ["vast.json", "mean[1]"]),
      ("slanted.json", 65, ["slanted.json", "directions", "orthonormal"]),
      ("image.json", 65, ["image.json", "image", "2", "4"]),
      ("picture.json", 65, ["picture.json", "image", "2", "4"]),
      ("range.json", 65, ["range.json", "range"]), ("weights.json", 65, ["cut.st"]),
      ("w.safetensors", 65, ["w.safetensors", "tweedie-network-1"]),
      ("lost.json", 66, ["lost.npy"]), ("nodata.json", 65, ["nodata.json", "\"data\""]),
      ("spoiled.json", 65, ["nan.npy", "row 3, column 1"]),
      ("many.json", 65, ["many.json", "neighbors", "100", "12"]),
      ("shifts.json", 65, ["shifts.json", "shifts"]),
    ]

  /// Arrays and tables, by every command that reads them.
  static let points: [Refusal] =
    data.flatMap { name, code, names -> [Refusal] in
      let all = [
        Refusal("score ok.json \(name) --sigma 1 -o new.npy", code, names),
        Refusal("sample ok.json --initial \(name) -o new.npy", code, names),
        Refusal("fit gaussian \(name) -o new.json", code, names),
        Refusal("show \(name) -o new.png", code, names),
      ]
      // `show` says what a description is.
      return name.hasSuffix(".json") ? Array(all.dropLast()) : all
    } + unfit

  private static let data: [Fault] =
    [
      ("gone.npy", 66, ["gone.npy"]), ("''", 66, ["\"\""]),
      ("cut.npy", 65, ["cut.npy", "byte 128"]), ("long.npy", 65, ["long.npy", "byte 128"]),
      ("empty.npy", 65, ["empty.npy", "byte 0"]), ("text.npy", 65, ["text.npy", "byte 0"]),
      ("norows.npy", 65, ["norows.npy", "0 × 2"]),
      ("nan.npy", 65, ["nan.npy", "row 3, column 1", "finite"]),
      ("inf.npy", 65, ["inf.npy", "row 3, column 1", "finite"]),
      ("two.npz", 65, ["two.npz", "a, b"]), ("two.npz:c", 65, ["two.npz", "\"c\"", "a, b"]),
      ("cut.npz", 65, ["cut.npz"]), ("cut-ubyte", 65, ["cut-ubyte", "byte 16"]),
      ("cut.gz", 65, ["cut.gz", "byte"]), ("bad.gz", 65, ["bad.gz"]),
      ("cut.png", 65, ["cut.png"]), ("bare", 65, ["bare", "PNG"]),
      ("mixed", 65, ["mixed/b.png", "2 × 2 × 1", "3 × 2 × 1"]),
      ("ragged.csv", 65, ["ragged.csv", "line 3"]),
      ("word.csv", 65, ["word.csv", "line 3, column 2", "abc"]),
      ("nan.csv", 65, ["nan.csv", "line 2, column 1"]), ("empty.csv", 65, ["empty.csv"]),
      ("table.tsv:name=c", 65, ["table.tsv", "\"c\"", "a, b"]),
      ("table.tsv:nam=a", 65, ["table.tsv", "nam", "name"]),
      ("table.tsv:name", 65, ["table.tsv", "COLUMN=VALUE"]),
      ("what.xyz", 65, ["what.xyz"]), ("ok.json", 65, ["ok.json"]),
      ("points.npy:a", 65, ["points.npy", "selector"]),
    ]

  /// Sound in themselves, but not for this.
  private static let unfit: [Refusal] = [
    Refusal("score ok.json three.npy --sigma 1 -o new.npy", 65, "three.npy", "2", "3"),
    Refusal("score ok.json pictures.gz --sigma 1 -o new.npy", 65, "pictures.gz", "2", "4"),
    Refusal("sample ok.json --initial three.npy -o new.npy", 65, "three.npy", "2", "3"),
    Refusal("score ok.json points.npy --sigma minus.npy -o new.npy", 65, "minus.npy"),
    Refusal("score ok.json points.npy --sigma eleven.npy -o new.npy", 65, "eleven.npy", "12"),
    Refusal("score ok.json points.npy --sigma nan.npy -o new.npy", 65, "nan.npy", "row 3"),
    Refusal("sample ok.json --schedule rising.npy -o new.npy", 65, "rising.npy", "fall"),
    Refusal("sample ok.json --schedule points.npy -o new.npy", 65, "points.npy"),
    Refusal("sample ok.json --schedule gone.npy -o new.npy", 66, "gone.npy"),
  ]

  /// Fits that ask for more than the data has.
  static let fits: [Refusal] = [
    Refusal("fit mixture points.npy -o new.json --components 13", 64, "13", "12"),
    Refusal("fit neighbors points.npy -o new.json --neighbors 13", 64, "13", "12"),
    Refusal("fit gaussian points.npy -o new.json --covariance low-rank --rank 3", 64, "3", "2"),
    Refusal("fit neighbors toy:moon -o new.json", 64, "moon", "two-moons"),
    Refusal("fit neighbors toy:two-moons:0 -o new.json", 64, "0"),
    Refusal("fit neighbors toy:two-moons:x -o new.json", 64, "toy:two-moons:x"),
  ]
}
