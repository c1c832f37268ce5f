import Arrays
import Files
import Testing

@Suite struct `Data files` {
  @Test(.enabled(if: hasData("train-images-idx3-ubyte.gz"), "MNIST lies in ../shared/data"))
  func `MNIST has 60,000 digits, the first a five`() throws {
    let images = try DataFile.read(sharedData + "/train-images-idx3-ubyte.gz")
    #expect(images.points.count == 60_000 && images.points.dimension == 784)
    #expect(images.image == ImageShape(width: 28, height: 28, channels: 1))
    #expect(images.range == -1...1)
    #expect(images.points.values.min() == -1 && images.points.values.max() == 1)
    let labels = try DataFile.read(sharedData + "/train-labels-idx1-ubyte.gz")
    #expect(labels.points.count == 60_000 && labels.points.dimension == 1)
    #expect(labels.points[0, 0] == 5 && labels.range == nil)
  }

  @Test(.enabled(if: hasData("DatasaurusDozen-Long.tsv"), "the Datasaurus lies in ../shared/data"))
  func `the dinosaur has 142 points in the plane`() throws {
    let path = sharedData + "/DatasaurusDozen-Long.tsv"
    let dino = try DataFile.read(path + ":dataset=dino")
    #expect(dino.points.count == 142 && dino.points.dimension == 2)
    #expect(dino.columns == ["x", "y"] && dino.range == nil && dino.image == nil)
    #expect(dino.notes == ["dropped column without numbers: dataset"])
    #expect(try DataFile.read(path).points.count == 1846)
  }

  @Test func `the first bytes tell the kind, whatever the name`() throws {
    try withFolder { folder in
      for (name, bytes, dimension) in [
        ("a.dat", NumPyVectors.bigEndian, 3), ("b", NumPyVectors.deflated, 2),
        ("c.csv", NumPyVectors.gzip, 4), ("d", `IDX files`.plain, 4), ("e", Array("1 2\n".utf8), 2),
      ] {
        try put(bytes, folder + "/" + name)
        #expect(try DataFile.read(folder + "/" + name).points.dimension == dimension)
      }
    }
  }

  @Test func `bytes of pictures are mapped, all else keeps its units`() throws {
    try withFolder { folder in
      let path = folder + "/a.npy"
      try put(npy("|u1", "(1, 1, 2)", [0, 255]), path)
      let pictures = try DataFile.read(path, range: 0...1)
      #expect(pictures.points == Points(rows: [[0, 1]]) && pictures.range == 0...1)
      #expect(pictures.image == ImageShape(width: 2, height: 1, channels: 1))
      try put(npy("|u1", "(1, 2)", [0, 255]), path)
      let rows = try DataFile.read(path)
      #expect(rows.points == Points(rows: [[0, 255]]) && rows.range == nil && rows.image == nil)
      try put(npy("|i1", "(1, 1, 2)", [0, 255]), path)
      #expect(try DataFile.read(path).range == nil)
      try put(npy("|u1", "(1, 3, 2, 2)", [UInt8](repeating: 0, count: 12)), path)
      let planes = try DataFile.read(path)
      #expect(planes.image == nil && planes.notes.count == 1)
      try put(`IDX files`.plain, path + ".idx")
      #expect(try DataFile.read(path + ".idx", range: 0...1).points[0, 1] == 1)
    }
  }

  @Test func `selectors choose arrays and rows`() throws {
    try withFolder { folder in
      try put(NumPyVectors.archive, folder + "/a:b.npz")
      #expect(try DataFile.read(folder + "/a:b.npz:labels").points.count == 2)
      try put("set,x\na,1\nb,2\n", folder + "/t.tsv")
      #expect(try DataFile.read(folder + "/t.tsv:set=b").points == Points(rows: [[2]]))
    }
  }

  @Test func `what is no data is refused in a sentence`() throws {
    try withFolder { folder in
      try put("{\"kind\": 1}", folder + "/m.json")
      try put([0x42, 0x5a, 0x68, 0, 1, 2], folder + "/a.bz2")
      try put("no magic", folder + "/a.npy")
      try put([], folder + "/empty.csv")
      try put(NumPyVectors.half, folder + "/h.npy")
      try put("1,2\n", folder + "/t.csv")
      for (name, code, words) in [
        ("m.json", 65, "found none of these"), ("a.bz2", 65, "found none of these"),
        ("a.npy", 65, "must begin with"), ("empty.csv", 65, "must have rows"),
        ("h.npy:x", 65, "without a selector"), ("t.csv:x", 65, "COLUMN=VALUE"),
        ("none.npz:key", 66, "no such file"), ("none", 66, "no such file"),
      ] {
        do throws(FileError) {
          _ = try DataFile.read(folder + "/" + name)
          Issue.record("\(name) was read")
        } catch {
          #expect(error.exitCode == Int32(code) && error.message.contains(words), "\(error)")
        }
      }
    }
  }
}
