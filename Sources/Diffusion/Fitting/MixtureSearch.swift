import Foundation
import Arrays

/// Runs of EM from several starts, and the choice of K among several numbers.
struct MixtureSearch {
  let settings: MixtureFit.Settings
  let workers: Workers
  let progress: (FitProgress) -> Bool
  /// The numbers of components that were tried on held-out points.
  private(set) var trials: [MixtureReport.Trial] = []
  /// Whether `progress` asked to stop.
  private(set) var isStopped = false
  private var phase = FitProgress.Phase.fitting

  init(
    settings: MixtureFit.Settings, workers: Workers, progress: @escaping (FitProgress) -> Bool
  ) {
    self.settings = settings
    self.workers = workers
    self.progress = progress
  }

  /// A finished run.
  struct Outcome {
    let run: ExpectationMaximization
    let kind: MixtureFit.Kind
    let end: MixtureReport.End
  }

  /// The best of the starts, run until it has converged; at least one step even when stopped.
  mutating func fit(_ data: StandardPoints, components wanted: Int) -> Outcome {
    let count = min(wanted, data.count)
    let kind =
      settings.kind
      ?? MixtureFit.kind(count: data.count, dimension: data.dimension, components: count)
    let features = MixtureFeatures(kind: kind, dimension: data.dimension)
    let stream = RandomStream(seed: settings.seed, for: .fit)
    // One component has one maximum, whatever the start.
    let restarts = count == 1 ? 1 : settings.restarts
    var best: (run: ExpectationMaximization, restart: Int)?
    for restart in 0..<restarts {
      if isStopped && best != nil { break }
      let start = MixtureStart(
        data, count: count, restart: restart, floor: settings.floor, stream: stream)
      var run = ExpectationMaximization(
        from: start.components, features: features, floor: settings.floor, count: data.count,
        workers: workers)
      advance(&run, on: data, steps: MixtureFit.trialSteps, restart: restart)
      if (run.trace.last ?? 0) > (best?.run.trace.last ?? -.infinity) { best = (run, restart) }
    }
    // A log-likelihood is finite: the first start was taken.
    guard var best else { preconditionFailure("Points of a mixture are finite.") }
    advance(&best.run, on: data, steps: settings.steps, restart: best.restart)
    let isDone = best.run.hasConverged(to: tolerance(best.run, on: data))
    let end: MixtureReport.End = isDone ? .converged : isStopped ? .stopped : .cap
    return Outcome(run: best.run, kind: kind, end: end)
  }

  /// Advances a run to `steps` steps or to convergence, whichever comes first.
  private mutating func advance(
    _ run: inout ExpectationMaximization, on data: StandardPoints, steps: Int, restart: Int
  ) {
    let shift = data.logScale
    while run.trace.count < min(steps, settings.steps) {
      if run.hasConverged(to: tolerance(run, on: data)) { return }
      if isStopped && !run.trace.isEmpty { return }
      run.advance(on: data)
      isStopped =
        !progress(
          FitProgress(
            phase: phase, components: run.components.count, restart: restart,
            steps: run.trace.count, averageLogLikelihood: (run.trace.last ?? 0) - shift))
        || isStopped
    }
  }

  /// The least gain a point that counts as progress, in nats.
  private func tolerance(_ run: ExpectationMaximization, on data: StandardPoints) -> Double {
    // φ has as many numbers as a component: one weight less, for weights sum to one.
    let freedoms = run.components.count * run.features.count - 1
    return settings.tolerance * Double(freedoms) / Double(2 * data.count)
  }

  /// The sample of the split; restarts are far fewer.
  private static let splitSample: UInt64 = 1 << 32

  /// K by held-out likelihood: fits on four fifths of the points, compared on the other fifth.
  /// Of more than 20,000 points, 20,000 take part.
  ///
  /// K = 1, 2, 3, 4, 6, 8, 12, 16, … until two in a row are worse than the best so far by more
  /// than a standard error of the paired difference, or points are fewer than four a component.
  /// The smallest K within two standard errors of the best is taken: a component has to earn its
  /// place.
  mutating func chooseCount(_ data: StandardPoints) -> Int {
    // Below this the fifth says nothing.
    guard data.count >= 20 else { return 1 }
    phase = .choosing
    defer { phase = .fitting }
    let stream = RandomStream(seed: settings.seed, for: .fit)
    let used = min(data.count, MixtureFit.choicePoints)
    let order = shuffledRows(used, of: data.count, stream, sample: Self.splitSample)
    let (held, rest) = (order[..<(used / 5)].sorted(), order[(used / 5)...].sorted())
    let train = StandardPoints(
      data.points.rows(at: rest), units: settings.units, workers: workers)
    guard !train.isOnePoint else { return 1 }
    let test = StandardPoints(data.points.rows(at: held), as: train)
    let shift = train.logScale

    var densities: [[Double]] = []
    var (best, worse) = (0, 0)
    for count in Self.counts {
      if count > train.count / 4 || worse == 2 || isStopped { break }
      let outcome = fit(train, components: count)
      densities.append(outcome.run.logDensities(test).map { $0 - shift })
      let own = densities[densities.count - 1]
      trials.append(
        .init(
          components: count, kind: outcome.kind, heldOut: meanAndError(own).mean,
          standardError: meanAndError(own).error))
      let (gain, error) = difference(own, densities[best])
      worse = gain < -error ? worse + 1 : 0
      if gain > 0 { best = densities.count - 1 }
    }
    for index in densities.indices {
      let (gain, error) = difference(densities[index], densities[best])
      if gain >= -2 * error { return Self.counts[index] }
    }
    return 1
  }

  /// 1, 2, 3, 4, 6, 8, 12, 16, … 1024: each power of two and half as much again.
  static let counts = [1, 2, 3] + (2...10).flatMap { [1 << $0, 3 << ($0 - 1)] }.dropLast()
}

extension ExpectationMaximization {
  /// Whether the last step gained less than `tolerance` a point.
  func hasConverged(to tolerance: Double) -> Bool {
    trace.count >= 2 && trace[trace.count - 1] - trace[trace.count - 2] < tolerance
  }
}

/// The mean of a − b over pairs, and its standard error.
private func difference(_ a: [Double], _ b: [Double]) -> (mean: Double, error: Double) {
  meanAndError(zip(a, b).map { $0 - $1 })
}

/// The mean of numbers and its standard error √(variance/n).
func meanAndError(_ numbers: [Double]) -> (mean: Double, error: Double) {
  let n = Double(numbers.count)
  let mean = numbers.reduce(0, +) / n
  let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (mean, (squares / (max(1, n - 1) * n)).squareRoot())
}
