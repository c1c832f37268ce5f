import Arrays
import Files
import Pictures

/// Points as a picture: a grid where they are images, a plot where they are not.
enum Drawing {
  /// A plot of origin + points says at its axes what was taken off.
  static func draw(
    _ points: Points, image: ImageShape?, range: ClosedRange<Float>?, title: String,
    caption: String, limits: [ClosedRange<Double>]? = nil, about origin: [Double] = []
  ) -> Picture {
    guard let image else {
      var plot = ScatterPlot(points, text: PlotText(title: title, caption: caption))
      plot.limits = limits
      if points.dimension <= 3 { plot.axisLabels = labels(of: origin) }
      return plot.draw()
    }
    return ImageGrid(
      width: image.width, height: image.height, channels: image.channels, range: range ?? -1...1
    ).draw(points)
  }

  /// "x₁ − 1700000000" where data are held about an origin; the usual labels otherwise.
  private static func labels(of origin: [Double]) -> [String] {
    guard origin.contains(where: { $0 != 0 }) else { return [] }
    return zip(["x₁", "x₂", "x₃"], origin).map { name, origin in
      if origin == 0 { return name }
      // The shortest decimals, without the ".0" of a whole number.
      let size = Int(exactly: abs(origin)).map(String.init) ?? "\(abs(origin))"
      return "\(name) \(origin < 0 ? "+" : "−") \(size)"
    }
  }
}
