import Diffusion
import Files
import Foundation
import Pictures

/// The picture beside a model in training: the excess of a few bands of σ, and the loss over its
/// floor, against steps.
enum LearningCurve {
  /// `moons.safetensors` → `moons.curve.png`.
  static func path(beside output: String) -> String {
    output.dropLast(".safetensors".count) + ".curve.png"
  }

  /// `moons.safetensors` → `moons.samples.png`.
  static func samplesPath(beside output: String) -> String {
    output.dropLast(".safetensors".count) + ".samples.png"
  }

  static func draw(_ history: [TrainingReport], title: String) -> Picture {
    let steps = history.map { Double($0.step) }
    guard let first = history.first else {
      return LineChart([], x: Axis("steps"), y: Axis("excess")).draw()
    }
    // Every other band: ten curves hide each other.
    var curves = stride(from: 1, to: first.excess.count, by: 2).map { index in
      let band = first.excess[index]
      let label =
        "sigma \(band.sigmaLow.formatted(digits: 2)) to \(band.sigmaHigh.formatted(digits: 2))"
      return Curve(label, x: steps, y: history.map { $0.excess[index].heldOut })
    }
    curves.append(Curve("worst band", x: steps, y: history.map(\.worstHeldOut), marker: .disc))
    if let floor = first.floor, floor > 0 {
      curves.append(
        Curve(
          "loss over its floor - 1", x: steps, y: history.map { $0.loss / floor - 1 },
          isDashed: true))
    }
    return LineChart(
      curves, x: Axis("steps"),
      y: Axis("held-out error / \(first.measure.rawValue)", scale: .logarithmic),
      text: PlotText(title: title, caption: "half-life \(Int(history[history.count - 1].halfLife))")
    ).draw()
  }

  /// Redraws the picture in place; a reader sees the old one or the new one.
  static func write(_ history: [TrainingReport], title: String, to path: String) throws {
    let picture = draw(history, title: title)
    try AtomicFile.write(
      encodePNG(picture.raster, texts: [("Comment", commandLine)]), to: path, overwrite: true)
  }
}
