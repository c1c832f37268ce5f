import Foundation
import Arrays

/// One Gaussian.
struct GaussianLaw: ToyLaw {
  let gaussian: GaussianScore
  var dimension: Int { gaussian.dimension }
  var score: any DensityScore & MomentScore { gaussian }
  func draws(_ samples: Samples) -> Points {
    gaussianDraws(
      mean: gaussian.mean, covariance: gaussian.covariance, noise: 0, samples: samples,
      purpose: .toy)
  }
}

/// A law that is a Gaussian mixture as it stands.
struct MixtureLaw: ToyLaw {
  let mixture: MixtureScore
  var dimension: Int { mixture.dimension }
  var score: any DensityScore & MomentScore { mixture }
  func draws(_ samples: Samples) -> Points { mixture.draws(samples) }
}

/// A law that fills boxes evenly.
struct BoxLaw: ToyLaw {
  let boxes: BoxMixtureScore
  var dimension: Int { boxes.dimension }
  var score: any DensityScore & MomentScore { boxes }
  func draws(_ samples: Samples) -> Points { boxes.draws(samples) }
}

extension Toy {
  /// One Gaussian in the plane, deviations 1.5 and 0.5, its long axis turned by 30°.
  ///
  /// Its score is a ``GaussianScore``, whose probability flow has a closed form. Deviation 1.12.
  public static let gaussian: Toy = {
    let (c, s) = (cos(Double.pi / 6), sin(Double.pi / 6))
    let (long, short) = (1.5 * 1.5, 0.5 * 0.5)
    let matrix = Matrix(
      rows: 2, columns: 2,
      values: [
        long * c * c + short * s * s, (long - short) * c * s,
        (long - short) * c * s, long * s * s + short * c * c,
      ])
    guard let covariance = Covariance.full(matrix) else { preconditionFailure("V is positive.") }
    return Toy(
      "gaussian", "one correlated Gaussian in the plane",
      GaussianLaw(gaussian: GaussianScore(mean: [0, 0], covariance: covariance)))
  }()

  /// Eight Gaussians of width 0.2 on a circle of radius 2. Deviation 1.43.
  public static let eightGaussians = Toy(
    "eight-gaussians", "eight round Gaussians on a circle",
    MixtureLaw(
      mixture: roundGaussians(
        (0..<8).map { (index: Int) -> (weight: Double, mean: [Double]) in
          let angle = Double.pi / 4 * Double(index)
          return (1, [2 * cos(angle), 2 * sin(angle)])
        }, width: 0.2)))

  /// Twenty-five Gaussians of width 0.05 at whole coordinates from −2 to 2. Deviation 1.42.
  public static let grid = Toy(
    "grid", "twenty-five narrow Gaussians on a square grid",
    MixtureLaw(
      mixture: roundGaussians(
        cells(of: 5).map { (weight: 1, mean: [Double($0.column - 2), Double($0.row - 2)]) },
        width: 0.05)))

  /// Five bent arms: at radius r an arm is turned by e^r/4, with r ~ N(1, 0.283²), all doubled, and
  /// noise of 0.2 about it.
  ///
  /// Johnson et al. 2016 stretch a Gaussian of deviations 0.3 and 0.1 and turn its points
  /// (<https://arxiv.org/abs/1603.06277>); 0.283² + 0.1² = 0.3². Here the arm is a mixture by
  /// definition: 41 Gaussians at r = 1 + 0.283 z with z from −4 to 4, weighted by exp(−z²/2).
  /// Deviation 1.48.
  public static let pinwheel: Toy = {
    var parts: [(weight: Double, mean: [Double])] = []
    for arm in 0..<5 {
      for step in -20...20 {
        let z = Double(step) / 5
        let radius = 1 + (0.3 * 0.3 - 0.1 * 0.1).squareRoot() * z
        let angle = 2 * Double.pi / 5 * Double(arm) + exp(radius) / 4
        parts.append((exp(-z * z / 2), [2 * radius * cos(angle), 2 * radius * sin(angle)]))
      }
    }
    let mixture = roundGaussians(parts, width: 0.2)
    return Toy("pinwheel", "five bent arms around a middle", MixtureLaw(mixture: mixture))
  }()

  /// Eight unit squares, every other one of the sixteen in [−2, 2]², filled evenly.
  /// Deviation 1.15.
  public static let checkerboard = Toy(
    "checkerboard", "every other square of a four by four board",
    BoxLaw(
      boxes: BoxMixtureScore(
        cells(of: 4).filter { ($0.column + $0.row) % 2 == 0 }.map { cell in
          let corner = [Double(cell.column - 2), Double(cell.row - 2)]
          return .init(weight: 1, lower: corner, upper: corner.map { $0 + 1 })
        })))
}

/// Every cell of a square board.
private func cells(of side: Int) -> [(column: Int, row: Int)] {
  (0..<side).flatMap { column in (0..<side).map { (column: column, row: $0) } }
}

/// Isotropic components of one width.
func roundGaussians(_ parts: [(weight: Double, mean: [Double])], width: Double) -> MixtureScore {
  MixtureScore(
    parts.map {
      .init(
        weight: $0.weight, mean: $0.mean,
        covariance: .isotropic(width * width, dimension: $0.mean.count))
    })
}
