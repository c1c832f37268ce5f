import Arrays

/// All of a run that the next steps depend on: with it they have the bits of a run that was never
/// broken off.
public struct TrainingState: Sendable, Equatable {
  /// Buffers by name: parameters, first and second moments, averages, the best so far.
  public var buffers: [(name: String, values: [Float])]
  /// Steps that are done. Random numbers are named by it, so it is their counter too.
  public var step: Int
  /// The held-out excess of the best; nil before the first report.
  public var bestExcess: Double?
  /// Which average the best was.
  public var bestAverage: Int
  /// Reports since the best.
  public var reportsSinceBest: Int
  /// The sum of losses since the last report, and of how many steps.
  public var lossSum: Double
  /// Steps since the last report.
  public var lossCount: Int

  /// A state from its parts.
  public init(
    buffers: [(name: String, values: [Float])], step: Int, bestExcess: Double?, bestAverage: Int,
    reportsSinceBest: Int, lossSum: Double, lossCount: Int
  ) {
    self.buffers = buffers
    self.step = step
    self.bestExcess = bestExcess
    self.bestAverage = bestAverage
    self.reportsSinceBest = reportsSinceBest
    self.lossSum = lossSum
    self.lossCount = lossCount
  }

  /// Whether all bits are the same.
  public static func == (a: TrainingState, b: TrainingState) -> Bool {
    a.step == b.step && a.bestExcess == b.bestExcess && a.bestAverage == b.bestAverage
      && a.reportsSinceBest == b.reportsSinceBest && a.lossSum == b.lossSum
      && a.lossCount == b.lossCount && a.buffers.count == b.buffers.count
      && zip(a.buffers, b.buffers).allSatisfy { $0.name == $1.name && $0.values == $1.values }
  }
}

extension TrainingRun {
  private var stores: [(name: String, store: Store<Float>)] {
    [
      ("parameters", weights.parameters), ("moments.first", moments.first),
      ("moments.second", moments.second), ("best", best),
    ]
      + averages.enumerated().map { ("averages.\($0)", $1) }
  }

  /// The state now.
  public var state: TrainingState {
    TrainingState(
      buffers: stores.map { ($0.name, $0.store.values) }, step: step,
      bestExcess: bestExcess.isFinite ? bestExcess : nil, bestAverage: bestAverage,
      reportsSinceBest: reportsSinceBest, lossSum: lossSum, lossCount: lossCount)
  }

  /// Goes on from `state`; says what does not fit this run, and then changes nothing.
  public func restore(_ state: TrainingState) -> String? {
    guard (0...settings.steps).contains(state.step) else {
      return "its step must be at most \(settings.steps), found \(state.step)"
    }
    guard averages.indices.contains(state.bestAverage) else {
      return "its best average must be one of \(averages.count), found \(state.bestAverage)"
    }
    var found: [(Store<Float>, [Float])] = []
    for (name, store) in stores {
      guard let values = state.buffers.first(where: { $0.name == name })?.values else {
        return "it must have a tensor \"\(name)\""
      }
      guard values.count == store.count else {
        return "its tensor \"\(name)\" must have \(store.count) numbers, found \(values.count)"
      }
      found.append((store, values))
    }
    for (store, values) in found { store.values = values }
    step = state.step
    bestExcess = state.bestExcess ?? .infinity
    (bestAverage, reportsSinceBest) = (state.bestAverage, state.reportsSinceBest)
    (lossSum, lossCount) = (state.lossSum, state.lossCount)
    if step == settings.steps { status = .finished }
    if let patience = settings.patience, reportsSinceBest >= patience { status = .stoppedEarly }
    weights.transpose(workers)
    return nil
  }
}
