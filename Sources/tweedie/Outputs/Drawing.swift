import Arrays
import Files
import Pictures

/// Points as a picture: a grid where they are images, a plot where they are not.
enum Drawing {
  static func draw(
    _ points: Points, image: ImageShape?, range: ClosedRange<Float>?, title: String, caption: String
  ) -> Picture {
    guard let image else {
      return ScatterPlot(points, text: PlotText(title: title, caption: caption)).draw()
    }
    return ImageGrid(
      width: image.width, height: image.height, channels: image.channels, range: range ?? -1...1
    ).draw(points)
  }
}
