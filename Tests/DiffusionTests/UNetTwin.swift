import Diffusion
import Foundation

/// A convolutional network written out in Double for one picture.
struct UNetTwin: NetworkFormula {
  let shape: UNetShape
  var parameters: [String: [Double]]

  /// Numbers of a picture, pixel by pixel.
  struct Layer {
    var width: Int
    var height: Int
    var channels: Int
    var values: [Double]
  }

  init(_ shape: UNetShape, parameters: [String: [Double]]) {
    (self.shape, self.parameters) = (shape, parameters)
  }

  static func network(_ shape: UNetShape) -> any Network { UNet(shape) }

  private func named(_ name: String) -> [Double] { parameters[name] ?? [] }

  func output(_ u: [Double], code: Double) -> [Double] {
    var e = waves(code, 6, from: 0.125)
    let width = 4 * shape.channels[0]
    e = dense(e, "code.0", width).map(silu)
    e = dense(e, "code.1", width).map(silu)
    let codes = dense(e, "code.2", named("code.2.bias").count)
    var used = 0
    func run(_ name: String, _ x: Layer, _ channels: Int) -> Layer {
      (0..<shape.blocks).reduce(x) { x, index in
        defer { used += channels }
        return block(x, "\(name).\(index)", channels, Array(codes[used..<used + channels]))
      }
    }
    var x = Layer(
      width: shape.width, height: shape.height, channels: shape.pixelChannels, values: u)
    x = Self.convolve(x, named("input.weight"), named("input.bias"), shape.channels[0])
    var skips: [Layer] = []
    for (level, channels) in shape.channels.enumerated() {
      if level > 0 { x = pooled(x) }
      x = run("down.\(level)", x, channels)
      skips.append(x)
    }
    if shape.attention > 0 { x = attended(x) }
    for (level, channels) in shape.channels.enumerated().reversed() {
      if level + 1 < shape.channels.count { x = joined(x, skips[level]) }
      x = run("up.\(level)", x, channels)
    }
    x = norm(x, "output.norm")
    return Self.convolve(
      x, named("output.weight"), named("output.bias"), shape.pixelChannels
    ).values
  }

  private func block(_ x: Layer, _ name: String, _ channels: Int, _ code: [Double]) -> Layer {
    var h = Self.convolve(
      norm(x, name + ".norm.0"), named(name + ".convolution.0.weight"), code, channels)
    h = Self.convolve(
      norm(h, name + ".norm.1"), named(name + ".convolution.1.weight"),
      named(name + ".convolution.1.bias"), channels)
    for pixel in 0..<x.width * x.height {
      let own = Array(x.values[pixel * x.channels..<(pixel + 1) * x.channels])
      let skip = x.channels == channels ? own : dense(own, name + ".skip", channels)
      for channel in 0..<channels { h.values[pixel * channels + channel] += skip[channel] }
    }
    return h
  }

  /// Σ over taps, pixel by pixel.
  static func convolve(
    _ x: Layer, _ weight: [Double], _ bias: [Double], _ channels: Int
  ) -> Layer {
    var y = Layer(width: x.width, height: x.height, channels: channels, values: [])
    y.values.reserveCapacity(x.width * x.height * channels)
    for line in 0..<x.height {
      for column in 0..<x.width {
        var sums = bias
        for tap in 0..<9 {
          let (there, across) = (line + tap / 3 - 1, column + tap % 3 - 1)
          guard (0..<x.height).contains(there), (0..<x.width).contains(across) else { continue }
          for input in 0..<x.channels {
            let value = x.values[(there * x.width + across) * x.channels + input]
            let row = (tap * x.channels + input) * channels
            for channel in 0..<channels { sums[channel] += value * weight[row + channel] }
          }
        }
        y.values += sums
      }
    }
    return y
  }

  private func norm(_ x: Layer, _ name: String) -> Layer {
    let (gain, bias) = (named(name + ".gain"), named(name + ".bias"))
    let groups = min(8, x.channels / 4)
    let width = x.channels / groups
    var y = x
    for group in 0..<groups {
      let places = x.values.indices.filter { $0 % x.channels / width == group }
      let mean = places.reduce(0) { $0 + x.values[$1] } / Double(places.count)
      let variance =
        places.reduce(0) { $0 + pow(x.values[$1] - mean, 2) } / Double(places.count)
      for place in places {
        let channel = place % x.channels
        y.values[place] = silu(
          gain[channel] * (x.values[place] - mean) / (variance + 1e-5).squareRoot()
            + bias[channel])
      }
    }
    return y
  }

  /// x + what its pixels read from each other, head by head.
  private func attended(_ x: Layer) -> Layer {
    let (count, c) = (x.width * x.height, x.channels)
    let size = c / shape.attention
    let normal = norm(x, "attention.norm")
    let parts = (0..<count).map {
      dense(Array(normal.values[$0 * c..<($0 + 1) * c]), "attention.input", 3 * c)
    }
    var y = x
    for pixel in 0..<count {
      var read: [Double] = []
      for first in stride(from: 0, to: c, by: size) {
        let weights = parts.map { other in
          exp(
            (first..<first + size).reduce(0) { $0 + parts[pixel][$1] * other[c + $1] }
              / Double(size).squareRoot())
        }
        let sum = weights.reduce(0, +)
        read += (2 * c + first..<2 * c + first + size).map { channel in
          parts.indices.reduce(0) { $0 + weights[$1] * parts[$1][channel] } / sum
        }
      }
      for (channel, value) in dense(read, "attention.output", c).enumerated() {
        y.values[pixel * c + channel] += value
      }
    }
    return y
  }

  private func pooled(_ x: Layer) -> Layer {
    var y = Layer(width: x.width / 2, height: x.height / 2, channels: x.channels, values: [])
    y.values = [Double](repeating: 0, count: y.width * y.height * x.channels)
    for (place, value) in x.values.enumerated() {
      let (pixel, channel) = (place / x.channels, place % x.channels)
      let target = pixel / x.width / 2 * y.width + pixel % x.width / 2
      y.values[target * x.channels + channel] += value / 4
    }
    return y
  }

  /// Each pixel of `below` four times, beside `skip`.
  private func joined(_ below: Layer, _ skip: Layer) -> Layer {
    var y = skip
    y.channels = below.channels + skip.channels
    y.values = []
    for pixel in 0..<skip.width * skip.height {
      let (line, column) = (pixel / skip.width / 2, pixel % skip.width / 2)
      let source = (line * below.width + column) * below.channels
      y.values += below.values[source..<source + below.channels]
      y.values += skip.values[pixel * skip.channels..<(pixel + 1) * skip.channels]
    }
    return y
  }
}

/// A small convolutional network.
typealias UNetCase = NetworkCase<UNetTwin>
