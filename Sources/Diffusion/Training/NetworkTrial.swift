import Foundation
import Arrays

/// Noised points in bands of σ that a network is held against the truth on.
///
/// In each band, ln σ is even. Where the exact denoiser D* is known, the excess of a band is
/// E‖D − D*‖²/E‖x₀ − D*‖²: the error that training could still take away, in units of the one that
/// nothing can. Where it is not, the number is E‖x₀ − D‖²/E‖x₀ − D_lin‖² with D_lin the denoiser of
/// the Gaussian that has the data's moments: below 1 where the network knows more than moments.
final class NetworkTrial {
  /// One band, low to high.
  typealias Band = (low: Double, high: Double)
  let bands: [Band]
  /// The loss of the exact denoiser; nil where it is unknown or the loss is no mean square.
  let floor: Double?
  private let training: Part
  private let heldOut: Part
  private let workers: Workers

  private static let bandCount = 10
  /// Rows of a band: the standard error of an excess of 2 % is some 0.1 % at 1024 points of the
  /// plane. Fewer where rows cost more or have more coordinates to average over.
  private let bandRows: Int
  /// Rows × multiply-adds of a row × coordinates, where the limits allow.
  private static let bandCost = 1 << 30
  private static let (leastBandRows, mostBandRows) = (64, 1024)

  /// Noised points, one band after another.
  private struct Part {
    let x: Points
    let noise: Noise
    /// D* where it is known, else x₀.
    let target: Points
    /// What each band's error is divided by.
    let scale: [Double]
  }

  init(
    _ data: TrainingData, _ preconditioning: Preconditioning, _ settings: TrainingSettings,
    rowCost: Int, _ workers: Workers
  ) {
    self.workers = workers
    bandRows = min(
      Self.mostBandRows, max(Self.leastBandRows, Self.bandCost / max(1, rowCost * data.dimension)))
    let range = preconditioning.range
    let ratio = log(range.upperBound / range.lowerBound) / Double(Self.bandCount)
    bands = (0..<Self.bandCount).map { band in
      (
        range.lowerBound * exp(Double(band) * ratio),
        range.lowerBound * exp(Double(band + 1) * ratio)
      )
    }
    let pool = data.pool(generation: 0, scores: false, workers: workers).points
    training = Self.part(pool, data, bands, bandRows, seed: settings.seed, first: 0, workers)
    heldOut = Self.part(
      data.heldOut, data, bands, bandRows, seed: settings.seed, first: 1 << 40, workers)
    floor = Self.floor(data, preconditioning, settings, workers)
  }

  /// Excess of each band on training and on held-out points.
  func excess(of score: NetworkScore) -> [(train: Double, heldOut: Double)] {
    zip(error(of: score, training), error(of: score, heldOut)).map { ($0, $1) }
  }

  /// The mean over bands of the held-out excess.
  func heldOutExcess(of score: NetworkScore) -> Double {
    error(of: score, heldOut).reduce(0, +) / Double(bands.count)
  }

  private func error(of score: NetworkScore, _ part: Part) -> [Double] {
    let workspace = Workspace(samples: Samples(seed: 0, count: part.x.count), workers: workers)
    let clean = score.denoised(part.x, at: part.noise, in: workspace)
    return bands.indices.map { band in
      Self.meanSquare(clean, part.target, band * bandRows..<(band + 1) * bandRows)
        / part.scale[band]
    }
  }

  private static func part(
    _ points: Points, _ data: TrainingData, _ bands: [Band], _ bandRows: Int, seed: UInt64,
    first: Int,
    _ workers: Workers
  ) -> Part {
    let count = bands.count * bandRows
    let samples = Samples(seed: seed, first: first, count: count)
    let picks = samples.uniforms(for: .evaluation, draw: 1)
    let clean = points.rows(at: picks.map { Int($0 * Double(points.count)) })
    let sigmas = (0..<count).map { row in
      let band = bands[row / bandRows]
      let share = (Double(row % bandRows) + 0.5) / Double(bandRows)
      return band.low * pow(band.high / band.low, share)
    }
    let noise = Noise.each(sigmas)
    let workspace = Workspace(samples: samples, workers: workers)
    var x = samples.normals(dimension: points.dimension, for: .evaluation, workers: workers)
    x.combine(noise.map { Float($0) }, plus: .uniform(1), clean, workers: workers)
    if let truth = data.truth {
      let variances = truth.jacobianTrace(x, at: noise, in: workspace).enumerated()
        .map { $1 * sigmas[$0] * sigmas[$0] }
      let scale = bands.indices.map { band in
        variances[band * bandRows..<(band + 1) * bandRows].reduce(0, +) / Double(bandRows)
      }
      let fresh = Workspace(samples: samples, workers: workers)
      return Part(x: x, noise: noise, target: truth.denoised(x, at: noise, in: fresh), scale: scale)
    }
    let linear = GaussianScore(mean: data.mean, covariance: data.covariance)
      .denoised(x, at: noise, in: workspace)
    let scale = bands.indices.map {
      max(meanSquare(linear, clean, $0 * bandRows..<($0 + 1) * bandRows), .leastNormalMagnitude)
    }
    return Part(x: x, noise: noise, target: clean, scale: scale)
  }

  /// E‖a − b‖² over some rows.
  private static func meanSquare(_ a: Points, _ b: Points, _ rows: Range<Int>) -> Double {
    var sum = 0.0
    for index in rows.lowerBound * a.dimension..<rows.upperBound * a.dimension {
      let away = Double(a.values[index]) - Double(b.values[index])
      sum += away * away
    }
    return sum / Double(rows.count)
  }

  /// E λ tr Cov[x₀ | x]/(d σ_d²) over the levels that are trained.
  private static func floor(
    _ data: TrainingData, _ preconditioning: Preconditioning, _ settings: TrainingSettings,
    _ workers: Workers
  ) -> Double? {
    guard let truth = data.truth, settings.loss == .square, !settings.usesCleanScore,
      settings.perturbation == 0
    else { return nil }
    let (count, deviation) = (data.heldOut.count, preconditioning.deviation)
    let table = settings.noise.table(deviation: deviation, range: preconditioning.range)
    let sigmas = (0..<count).map { row in
      exp(table[(2 * row + 1) * (table.count - 1) / (2 * count)])
    }
    let samples = Samples(seed: settings.seed, first: 1 << 41, count: count)
    var x = samples.normals(dimension: data.dimension, for: .evaluation, workers: workers)
    x.combine(.each(sigmas.map { Float($0) }), plus: .uniform(1), data.heldOut, workers: workers)
    let traces = truth.jacobianTrace(
      x, at: .each(sigmas), in: Workspace(samples: samples, workers: workers))
    let total = traces.enumerated().reduce(0) { sum, entry in
      let sigma = sigmas[entry.offset]
      let weight = settings.weighting.weight(at: sigma, deviation: deviation)
      return sum + weight * entry.element * (sigma / deviation) * (sigma / deviation)
    }
    return total / Double(count * data.dimension)
  }
}
