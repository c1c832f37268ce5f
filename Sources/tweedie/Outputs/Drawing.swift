import Arrays
import Files
import Pictures

/// Points as a picture: a grid where they are images, a plot where they are not.
enum Drawing {
  static func draw(
    _ points: Points, image: ImageShape?, range: ClosedRange<Float>?, title: String,
    caption: String, limits: [ClosedRange<Double>]? = nil
  ) -> Picture {
    guard let image else {
      var plot = ScatterPlot(points, text: PlotText(title: title, caption: caption))
      plot.limits = limits
      return plot.draw()
    }
    return ImageGrid(
      width: image.width, height: image.height, channels: image.channels, range: range ?? -1...1
    ).draw(points)
  }
}
