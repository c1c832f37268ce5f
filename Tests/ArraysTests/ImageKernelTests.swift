import Arrays
import Foundation
import TestSupport
import Testing

/// What layers of pictures are made of, against plain formulas in Double.
@Suite struct ImageKernelTests {
  struct Size: Sendable {
    let images: Int
    let grid: PixelGrid
    let channels: Int
  }
  static let sizes = [
    Size(images: 1, grid: PixelGrid(width: 1, height: 1), channels: 1),
    Size(images: 3, grid: PixelGrid(width: 4, height: 6), channels: 3),
    Size(images: 2, grid: PixelGrid(width: 8, height: 2), channels: 24),
    Size(images: 2, grid: PixelGrid(width: 6, height: 4), channels: 40),
  ]
  static let evenSizes = Array(sizes.dropFirst())

  static func batch(_ size: Size, _ inputs: inout Inputs) -> StoreMatrix {
    ProductTests.filled(size.images * size.grid.count, size.channels, &inputs)
  }

  @Test(arguments: sizes, [false, true])
  func `a patch is the pixels about its centre, and zeros beyond the picture`(
    size: Size, mirrored: Bool
  ) {
    var inputs = Inputs(seed: 1)
    let (x, grid) = (Self.batch(size, &inputs), size.grid)
    // A window that begins inside a picture.
    let first = x.rows / 3
    let patches = StoreMatrix(rows: x.rows - first, columns: 9 * size.channels)
    patches.setPatches(of: x, grid, from: first, mirrored: mirrored)
    for row in first..<x.rows {
      let (image, place) = (row / grid.count, row % grid.count)
      for tap in 0..<9 {
        let sign = mirrored ? -1 : 1
        let line = place / grid.width + sign * (tap / 3 - 1)
        let column = place % grid.width + sign * (tap % 3 - 1)
        let isInside = (0..<grid.height).contains(line) && (0..<grid.width).contains(column)
        for channel in 0..<size.channels {
          let expected =
            isInside ? x[image * grid.count + line * grid.width + column, channel] : 0
          #expect(patches[row - first, tap * size.channels + channel] == expected)
        }
      }
    }
  }

  @Test(arguments: evenSizes)
  func `pooling sums squares of pixels, and spreading is its transpose`(size: Size) {
    var inputs = Inputs(seed: 2)
    let (x, grid) = (Self.batch(size, &inputs), size.grid)
    let pooled = StoreMatrix(rows: x.rows / 4, columns: size.channels)
    pooled.setPooled(x, grid, factor: 0.25)
    let half = grid.half
    for row in 0..<pooled.rows {
      let (image, place) = (row / half.count, row % half.count)
      let corner =
        image * grid.count + 2 * (place / half.width) * grid.width + 2 * (place % half.width)
      for channel in 0..<size.channels {
        let sum = [0, 1, grid.width, grid.width + 1].reduce(0.0) {
          $0 + Double(x[corner + $1, channel])
        }
        #expect(abs(Double(pooled[row, channel]) - sum / 4) < 1e-6)
      }
    }
    // ⟨pool x, y⟩ = ⟨x, spread y⟩.
    let y = ProductTests.filled(pooled.rows, size.channels, &inputs)
    let (spread, added) = (
      StoreMatrix(rows: x.rows, columns: size.channels), Self.batch(size, &inputs)
    )
    spread.setSpread(y, grid, factor: 0.25)
    let left = Self.product(pooled, y)
    #expect(abs(left - Self.product(x, spread)) < 1e-5 * Double(x.rows))
    let sum = StoreMatrix(rows: x.rows, columns: size.channels)
    sum.setSpread(y, grid, factor: 0.25, adding: added)
    for (index, value) in sum.values.enumerated() {
      #expect(value == spread.values[index] + added.values[index])
    }
  }

  @Test(arguments: sizes)
  func `rows of a picture are added to its pixels, and summed over them`(size: Size) {
    var inputs = Inputs(seed: 3)
    let x = Self.batch(size, &inputs)
    let (rows, sums) = (
      ProductTests.filled(size.images, size.channels, &inputs),
      StoreMatrix(rows: size.images, columns: size.channels)
    )
    sums.setSumsByImage(x)
    let before = x.values
    x.addByImage(rows)
    for image in 0..<size.images {
      for channel in 0..<size.channels {
        var sum = 0.0
        for row in image * size.grid.count..<(image + 1) * size.grid.count {
          let old = before[row * size.channels + channel]
          sum += Double(old)
          #expect(x[row, channel] == old + rows[image, channel])
        }
        #expect(abs(Double(sums[image, channel]) - sum) < 1e-6 * Double(size.grid.count))
      }
    }
  }

  static func product(_ a: StoreMatrix, _ b: StoreMatrix) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  // MARK: Normalisation

  static let groupCounts =
    [(Size(images: 2, grid: PixelGrid(width: 3, height: 3), channels: 8), 2)]
    + [(Size(images: 3, grid: PixelGrid(width: 4, height: 2), channels: 24), 6)]
    + [(Size(images: 1, grid: PixelGrid(width: 5, height: 1), channels: 40), 8)]

  /// silu(γ x̂ + β) of one picture after another, in Double.
  static func norm(
    _ x: [Double], _ size: Size, groups: Int, gain: [Double], bias: [Double]
  ) -> [Double] {
    let (pixels, channels) = (size.grid.count, size.channels)
    let width = channels / groups
    var out = x
    for image in 0..<size.images {
      for group in 0..<groups {
        let places = (0..<pixels).flatMap { pixel in
          (0..<width).map { ((image * pixels + pixel) * channels) + group * width + $0 }
        }
        let mean = places.reduce(0) { $0 + x[$1] } / Double(places.count)
        let variance =
          places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / Double(places.count)
        let r = 1 / (variance + Double(NormPass.epsilon)).squareRoot()
        for place in places {
          let z = gain[place % channels] * (x[place] - mean) * r + bias[place % channels]
          out[place] = z / (1 + exp(-z))
        }
      }
    }
    return out
  }

  @Test(arguments: groupCounts.indices)
  func `a norm is its formula, and its way back the derivative`(index: Int) {
    let (size, groups) = Self.groupCounts[index]
    let error = Self.normErrors(size, groups, gainOfBack: 1)
    Measured.record("norm forward", error.forward)
    Measured.record("norm back", error.back)
    // Some tens of roundings of 6e-8 each way.
    #expect(error.forward < 5e-6)
    #expect(error.back < 2e-5)
  }

  @Test func `a wrong derivative of a norm is found`() {
    let (size, groups) = Self.groupCounts[1]
    #expect(Self.normErrors(size, groups, gainOfBack: 1.01).back > 1e-3)
  }

  /// Largest relative errors; `gainOfBack` other than 1 gives the way back another gain.
  static func normErrors(
    _ size: Size, _ groups: Int, gainOfBack: Float
  ) -> (forward: Double, back: Double) {
    var inputs = Inputs(seed: 4)
    let (x, outer, added) = (
      batch(size, &inputs), batch(size, &inputs), batch(size, &inputs)
    )
    let gain = ProductTests.filled(1, size.channels, &inputs)
    let bias = ProductTests.filled(1, size.channels, &inputs)
    let stats = StoreMatrix(rows: 2 * size.images, columns: size.channels)
    let (y, inner) = (
      StoreMatrix(rows: x.rows, columns: size.channels),
      StoreMatrix(rows: x.rows, columns: size.channels)
    )
    NormPass(x, images: size.images, groups: groups, gain: gain, bias: bias, stats: stats)
      .forward(into: y)
    let (xs, gains, biases) = (
      x.values.map(Double.init), gain.values.map(Double.init), bias.values.map(Double.init)
    )
    let expected = norm(xs, size, groups: groups, gain: gains, bias: biases)
    let forward = distance(y.values.map(Double.init), expected) / TestSupport.norm(expected)
    gain.values = gain.values.map { gainOfBack * $0 }
    let (ofGain, ofBias) = (
      StoreMatrix(rows: 1, columns: size.channels), StoreMatrix(rows: 1, columns: size.channels)
    )
    NormPass(x, images: size.images, groups: groups, gain: gain, bias: bias, stats: stats)
      .backward(
        outer, into: inner, adding: added, gainGradient: ofGain, biasGradient: ofBias,
        sums: StoreMatrix(rows: 2, columns: size.channels))
    let weights = outer.values.map(Double.init)
    func objective(_ x: [Double], _ gain: [Double], _ bias: [Double]) -> Double {
      zip(norm(x, size, groups: groups, gain: gain, bias: bias), weights)
        .reduce(0) { $0 + $1.0 * $1.1 }
    }
    /// Central differences; 1e-5 leaves errors of some 1e-10.
    func differences(_ at: [Double], _ value: ([Double]) -> Double) -> [Double] {
      at.indices.map { index in
        var (up, down) = (at, at)
        up[index] += 1e-5
        down[index] -= 1e-5
        return (value(up) - value(down)) / 2e-5
      }
    }
    let ofX = zip(differences(xs) { objective($0, gains, biases) }, added.values).map {
      $0 + Double($1)
    }
    let all =
      ofX + differences(gains) { objective(xs, $0, biases) }
      + differences(biases) { objective(xs, gains, $0) }
    let found = (inner.values + ofGain.values + ofBias.values).map(Double.init)
    return (forward, distance(found, all) / TestSupport.norm(all))
  }
}
