import Arrays
import Files
import Testing

/// What is cut short or changed in a bit ends in a sentence or in finite numbers, never in a crash.
@Suite struct `Damaged files` {
  static let samples: [Sample] = [
    Sample(name: "NPY", bytes: NumPyVectors.bigEndian) { bytes throws(FileError) in
      try NPY.parse(bytes, file: "a").points(file: "a").values
    },
    Sample(name: "NPY in Fortran order", bytes: NumPyVectors.fortran) { bytes throws(FileError) in
      try NPY.parse(bytes, file: "a").points(file: "a").values
    },
    Sample(name: "NPY version 3", bytes: NumPyVectors.versionThree) { bytes throws(FileError) in
      try NPY.parse(bytes, file: "a").points(file: "a").values
    },
    Sample(name: "NPZ, stored", bytes: NumPyVectors.archive) { bytes throws(FileError) in
      try NPZ.parse(bytes, file: "a", key: "a").points(file: "a").values
    },
    Sample(name: "NPZ, deflated", bytes: NumPyVectors.deflated) { bytes throws(FileError) in
      try NPZ.parse(bytes, file: "a").points(file: "a").values
    },
    Sample(name: "IDX", bytes: `IDX files`.plain) { bytes throws(FileError) in
      try IDX.parse(bytes, file: "a").points(file: "a").values
    },
    Sample(name: "IDX in gzip", bytes: NumPyVectors.gzip) { bytes throws(FileError) in
      try IDX.parse(bytes, file: "a").points(file: "a").values
    },
    Sample(
      name: "PNG",
      bytes: encodePNG(
        Raster(width: 4, height: 3, channels: 3), texts: [("Title", "é"), ("a", "σ")])
    ) { bytes throws(FileError) in
      try PNGImage(bytes, file: "a").numbers()
    },
    Sample(name: "safetensors", bytes: `Safetensors files`.sample.encode()) {
      bytes throws(FileError) in
      try Safetensors.parse(bytes, file: "a").tensors.flatMap(\.tensor.values)
    },
    Sample(
      name: "model description",
      bytes: `Model descriptions`.all[1].encode(for: "m.json").json.dropLast()
    ) { bytes throws(FileError) in
      let model = try ModelDescription.parse(bytes, file: "m.json")
      guard case .mixture(let components) = model.kind else { return [] }
      return components.flatMap { $0.mean + [$0.weight] }.map { Float($0) }
    },
  ]

  @Test(arguments: samples)
  func `a sound file reads`(sample: Sample) throws {
    #expect(try !sample.numbers(sample.bytes).isEmpty)
  }

  @Test(arguments: samples)
  func `a file cut short at any byte is refused`(sample: Sample) {
    for length in 0..<sample.bytes.count {
      #expect(throws: FileError.self, "\(length) bytes") {
        try sample.numbers(Array(sample.bytes[..<length]))
      }
    }
  }

  @Test(arguments: samples)
  func `a file changed in a bit is refused or reads as finite numbers`(sample: Sample) {
    for bytes in damaged(sample.bytes) {
      if let numbers: [Float] = try? sample.numbers(bytes) {
        #expect(numbers.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test func `a table cut short or changed is refused or reads as finite numbers`() {
    // Cut between lines a table is sound, so here only finite numbers can be asked for.
    let table = Array("set,x,\"y\"\r\na,1.5,-2e3\r\nb,\"3\",4\r\n".utf8)
    for bytes in (0..<table.count).map({ Array(table[..<$0]) }) + damaged(table) {
      if let table = try? CSV.parse(bytes, file: "a.csv") {
        #expect(table.points.values.allSatisfy { $0.isFinite } && table.points.count > 0)
      }
    }
  }
}
