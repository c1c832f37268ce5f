import Arrays
import Files
import Testing

@Suite struct `Folders of pictures` {
  private func grey(_ values: [UInt8], width: Int = 2) -> [UInt8] {
    var raster = Raster(width: width, height: values.count / width, channels: 1)
    raster.bytes = values
    return encodePNG(raster)
  }

  @Test func `pictures become rows in the order of their names`() throws {
    try withFolder { folder in
      try put(grey([0, 255, 0, 255]), folder + "/b.png")
      try put(grey([255, 255, 255, 255]), folder + "/a.PNG")
      try put(grey([0, 0, 0, 0]), folder + "/B.png")
      try put("not a picture", folder + "/notes.txt")
      let data = try DataFile.read(folder)
      #expect(data.points == Points(rows: [[-1, -1, -1, -1], [1, 1, 1, 1], [-1, 1, -1, 1]]))
      #expect(data.image == ImageShape(width: 2, height: 2, channels: 1))
      #expect(data.range == -1...1 && data.notes.isEmpty)
      #expect(try DataFile.read(folder + "/", range: 0...1).points[2, 1] == 1)
      #expect(try DataFile.read(folder + "/b.png").points == Points(rows: [[-1, 1, -1, 1]]))
    }
  }

  @Test func `16 bits reach both ends, colour stays colour, alpha is noted once`() throws {
    try withFolder { folder in
      let wide = HandmadePNG(height: 1, depth: 16, color: 4, rows: [0, 0, 0, 0, 0, 255, 255, 0, 0])
      try put(wide.bytes, folder + "/a.png")
      try put(wide.bytes, folder + "/b.png")
      let data = try DataFile.read(folder)
      #expect(data.points == Points(rows: [[-1, 1], [-1, 1]]))
      #expect(data.notes == ["dropped the alpha of 2 of 2 pictures"])
    }
    try withFolder { folder in
      try put(encodePNG(Raster(width: 1, height: 1, channels: 3)), folder + "/a.png")
      #expect(try DataFile.read(folder).image == ImageShape(width: 1, height: 1, channels: 3))
    }
  }

  @Test func `the first picture that differs is named`() throws {
    try withFolder { folder in
      try put(grey([0, 0, 0, 0]), folder + "/a.png")
      try put(grey([0, 0, 0, 0]), folder + "/b.png")
      try put(grey([0, 0, 0], width: 3), folder + "/c.png")
      try put(grey([0], width: 1), folder + "/d.png")
      let text = sentence { () throws(FileError) in try DataFile.read(folder) }
      #expect(text.contains("c.png") && text.contains("2 × 2 × 1 in a.png"))
      #expect(text.contains("found 3 × 1 × 1"))
    }
    try withFolder { folder in
      #expect(
        sentence { () throws(FileError) in try DataFile.read(folder) }.contains("PNG pictures"))
      #expect(
        sentence { () throws(FileError) in try DataFile.read(folder + ":x") }.contains("selector"))
    }
  }
}
