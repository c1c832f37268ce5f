import Arrays

/// How far training is, held against the truth where that is known.
public struct TrainingReport: Sendable, Equatable {
  /// One band of noise levels.
  public struct Band: Sendable, Equatable {
    /// Its lowest σ, in data units.
    public let sigmaLow: Double
    /// Its highest σ.
    public let sigmaHigh: Double
    /// On points that training sees.
    public let train: Double
    /// On points that it does not.
    public let heldOut: Double

    /// A band from its parts.
    public init(sigmaLow: Double, sigmaHigh: Double, train: Double, heldOut: Double) {
      self.sigmaLow = sigmaLow
      self.sigmaHigh = sigmaHigh
      self.train = train
      self.heldOut = heldOut
    }
  }

  /// What the numbers of a band are shares of.
  public enum Measure: String, Sendable {
    /// E‖D − D*‖²/E‖x₀ − D*‖²: zero for the exact denoiser D*.
    case posteriorVariance = "posterior variance"
    /// E‖x₀ − D‖²/E‖x₀ − D_lin‖², with D_lin the denoiser of the data's mean and covariance: the
    /// truth is unknown, so zero is out of reach.
    case linearDenoiser = "error of the linear denoiser"
  }

  /// Steps that are done.
  public let step: Int
  /// The mean loss of the steps since the last report.
  public let loss: Double
  /// The loss of the exact denoiser; nil where it is not known.
  public let floor: Double?
  /// Band by band, σ rising: of the best average now.
  public let excess: [Band]
  /// What the numbers of the bands are shares of.
  public let measure: Measure
  /// The half-life of the average they are of, in steps.
  public let halfLife: Double
  /// Whether this average is the best met so far.
  public let isBest: Bool

  /// A report from its parts.
  public init(
    step: Int, loss: Double, floor: Double?, excess: [Band], measure: Measure, halfLife: Double,
    isBest: Bool
  ) {
    self.step = step
    self.loss = loss
    self.floor = floor
    self.excess = excess
    self.measure = measure
    self.halfLife = halfLife
    self.isBest = isBest
  }

  /// The largest number on held-out points.
  public var worstHeldOut: Double { excess.map(\.heldOut).max() ?? .nan }
}

extension TrainingRun {
  /// Holds every average against held-out points, keeps the best, and may stop the run.
  public func report() -> TrainingReport {
    var (chosen, least) = (0, Double.infinity)
    for (index, average) in averages.enumerated() {
      let excess = trial.heldOutExcess(of: score(of: average))
      if excess < least { (chosen, least) = (index, excess) }
    }
    let isBest = least < bestExcess
    if isBest {
      (bestExcess, bestAverage, reportsSinceBest) = (least, chosen, 0)
      best.values = averages[chosen].values
    } else {
      reportsSinceBest += 1
      if let patience = settings.patience, reportsSinceBest >= patience, status == .running {
        status = .stoppedEarly
      }
    }
    let report = measured(
      averages[chosen], settings.averages[chosen], loss: lossSum / Double(max(1, lossCount)),
      isBest: isBest)
    (lossSum, lossCount) = (0, 0)
    return report
  }

  /// The best average met, with a loss met before.
  public func finalReport(loss: Double) -> TrainingReport {
    measured(best, settings.averages[bestAverage], loss: loss, isBest: true)
  }

  private func measured(
    _ parameters: Store<Float>, _ halfLife: Double, loss: Double, isBest: Bool
  ) -> TrainingReport {
    let excess = trial.excess(of: score(of: parameters))
    return TrainingReport(
      step: step, loss: loss, floor: trial.floor,
      excess: zip(trial.bands, excess).map {
        TrainingReport.Band(
          sigmaLow: $0.low, sigmaHigh: $0.high, train: $1.train, heldOut: $1.heldOut)
      },
      measure: data.truth == nil ? .linearDenoiser : .posteriorVariance, halfLife: halfLife,
      isBest: isBest)
  }
}
