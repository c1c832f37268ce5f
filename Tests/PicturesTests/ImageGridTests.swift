import Arrays
import Pictures
import Testing

@Suite struct ImageGridTests {
  /// Images whose every byte is known: pixel k of image i is the byte (37 i + 11 k) mod 256.
  static func images(count: Int, size: Int, channels: Int) -> (Points, [[UInt8]]) {
    let bytes = (0..<count).map { i in
      (0..<size * size * channels).map { UInt8(truncatingIfNeeded: 37 * i + 11 * $0) }
    }
    let values = bytes.joined().map { Float($0) / 255 * 2 - 1 }
    return (Points(count: count, dimension: size * size * channels, values: values), bytes)
  }

  @Test(arguments: [1, 2, 3, 5], [1, 3])
  func `pixels read back exactly at each scale`(scale: Int, channels: Int) {
    let (images, bytes) = ImageGridTests.images(count: 11, size: 6, channels: channels)
    var grid = ImageGrid(width: 6, height: 6, channels: channels)
    grid.scale = scale
    let layout = grid.layout(count: 11)
    let raster = grid.draw(images).raster
    #expect(layout.scale == scale && layout.columns == 4 && layout.rows == 3)
    #expect(raster.channels == channels)
    for index in 0..<11 {
      let origin = layout.origin(of: index)
      for y in 0..<6 * scale {
        for x in 0..<6 * scale {
          let k = (y / scale * 6 + x / scale) * channels
          #expect(raster.pixel(origin.x + x, origin.y + y) == Array(bytes[index][k..<k + channels]))
        }
      }
    }
  }

  @Test func `values are rounded to the nearest byte and clamped`() {
    let signed = ImageGrid(width: 1, height: 1)
    #expect(signed.byte(-1) == 0 && signed.byte(1) == 255 && signed.byte(0) == 128)
    #expect(signed.byte(-7) == 0 && signed.byte(7) == 255)
    #expect(signed.byte(-.infinity) == 0 && signed.byte(.infinity) == 255 && signed.byte(.nan) == 0)
    let unit = ImageGrid(width: 1, height: 1, range: 0...1)
    for byte in 0...255 {
      #expect(unit.byte(Float(byte) / 255) == UInt8(byte))
      #expect(unit.byte((Float(byte) + 0.4) / 255) == UInt8(byte))
      #expect(unit.byte((Float(byte) + 0.6) / 255) == UInt8(min(byte + 1, 255)))
    }
  }

  @Test func `images never touch, and the margin has one colour of its own`() {
    let dark = Points(count: 9, dimension: 16, values: [Float](repeating: -1, count: 144))
    let light = Points(count: 9, dimension: 16, values: [Float](repeating: 1, count: 144))
    for images in [dark, light] {
      let grid = ImageGrid(width: 4, height: 4)
      let raster = grid.draw(images).raster
      #expect(Set(raster.bytes).count == 2)
      #expect(!raster.bytes.prefix(raster.width).contains(grid.byte(images.values[0])))
    }
  }

  @Test func `a grid is nearly square, bounded, and says what it leaves out`() {
    let grid = ImageGrid(width: 28, height: 28)
    #expect(grid.layout(count: 64).columns == 8 && grid.layout(count: 64).scale == 3)
    for count in [0, 1, 2, 10, 64, 500, 100_000] {
      let layout = grid.layout(count: count)
      #expect(layout.width <= 2000 && layout.height <= 2000)
      #expect(layout.shown <= layout.columns * layout.rows && layout.shown <= grid.maximumCount)
    }
    let few = ImageGrid(width: 1, height: 1).draw(Points(count: 1025, dimension: 1))
    #expect(few.notes == ["The first 1024 of 1025 images are shown."])
    #expect(ImageGrid(width: 1, height: 1).draw(Points(count: 1024, dimension: 1)).notes == [])
  }

  @Test func `columns and scale can be given`() {
    var grid = ImageGrid(width: 5, height: 3)
    grid.columns = 7
    grid.scale = 4
    let layout = grid.layout(count: 20)
    #expect(layout.columns == 7 && layout.rows == 3 && layout.scale == 4)
    #expect(layout.width == 7 * 22 + 2 && layout.height == 3 * 14 + 2)
  }

  @Test func `values that are not finite are counted`() {
    let images = Points(count: 1, dimension: 4, values: [.nan, 0, .infinity, 1])
    #expect(ImageGrid(width: 2, height: 2).draw(images).notes.count == 1)
  }
}
