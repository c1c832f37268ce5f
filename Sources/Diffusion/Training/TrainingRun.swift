import Foundation
public import Arrays

/// Denoising score matching: fits D(x; σ) to x₀ over noised data, step by step.
///
///     E λ(σ) ‖D(x₀ + σ n; σ) − x₀‖²
///
/// The minimiser is E[x₀ | x]. A batch is cut into blocks of rows; blocks are joined into groups
/// whose gradients are summed in order, so that the bits do not depend on the number of threads.
/// Adam and the moving averages run over one flat buffer.
///
/// - Reference: Vincent 2011, <https://doi.org/10.1162/NECO_a_00142>; Karras et al. 2022,
///   <https://arxiv.org/abs/2206.00364>; averages: Polyak, Juditsky 1992.
public final class TrainingRun {
  /// What decides the bits.
  public let settings: TrainingSettings
  /// Steps that are done.
  public internal(set) var step = 0
  /// How it stands.
  public internal(set) var status = TrainingStatus.running
  /// What the network's output means.
  public let preconditioning: Preconditioning
  /// The data.
  public let data: TrainingData

  let network: any Network
  let weights: Weights
  let moments: (first: Store<Float>, second: Store<Float>)
  let averages: [Store<Float>]
  /// The best parameters by held-out excess, and which average they were.
  let best: Store<Float>
  var bestExcess = Double.infinity
  var bestAverage = 0
  var reportsSinceBest = 0
  /// Sum of the losses of the steps since the last report, and how many they are.
  var lossSum = 0.0
  var lossCount = 0

  let workers: Workers
  private let plan: TrainingBlock.Plan
  private let blocks: [TrainingBlock]
  private let gradients: Store<Float>
  private let gradient: Store<Float>
  private let partials: Store<Double>
  private let groups: [Range<Int>]
  private var pool: (generation: Int, points: TrainingPool)?
  lazy var trial = NetworkTrial(
    data, preconditioning, settings, rowCost: network.cost, workers)

  /// A run before its first step.
  public convenience init(
    _ data: TrainingData, _ shape: NetworkShape, _ settings: TrainingSettings = TrainingSettings(),
    workers: Workers = .all
  ) {
    precondition(shape.dimension == data.dimension, "A network has the data's dimension.")
    self.init(data, network: shape.network, settings, workers: workers)
  }

  package init(
    _ data: TrainingData, network: any Network, _ settings: TrainingSettings, workers: Workers
  ) {
    precondition(settings.batchSize > 0 && settings.steps > 0, "A run has rows and steps.")
    (self.data, self.network, self.settings, self.workers) = (data, network, settings, workers)
    preconditioning = Preconditioning(
      target: settings.target, mean: data.mean, deviation: data.deviation)
    plan = TrainingBlock.Plan(
      network: network, settings: settings, preconditioning: preconditioning,
      table: settings.noise.table(
        deviation: data.deviation, range: preconditioning.range),
      center: data.mean.map { Float($0) })
    let blockCount = (settings.batchSize + network.blockRows - 1) / network.blockRows
    groups = rowGroups(of: blockCount, most: Self.groupLimit, least: 1)
    blocks = (0..<min(workers.count, groups.count)).map { _ in TrainingBlock(network) }
    let count = network.layout.count
    weights = Weights(network.layout)
    moments = (Store(count: count), Store(count: count))
    gradients = Store(count: count * groups.count)
    gradient = Store(count: count)
    partials = Store(count: max(groups.count, (count + Self.chunk - 1) / Self.chunk))
    averages = settings.averages.map { _ in Store(count: count) }
    best = Store(count: count)
    network.start(weights.parameters, seed: settings.seed)
    weights.transpose(workers)
    for average in averages { average.values = weights.parameters.values }
    best.values = weights.parameters.values
  }

  /// Gradients kept apart until they are summed: enough for many processors, few enough to sum.
  private static let groupLimit = 8
  /// Parameters that a thread takes at a time.
  private static let chunk = 1 << 13

  /// Bytes that a run keeps for the parameters of a network: themselves, their transposes, their
  /// gradients by groups and in all, two moments, averages and the best of them.
  public static func bytesOfParameters(
    _ shape: NetworkShape, _ settings: TrainingSettings
  ) -> Double {
    let copies = 6 + groupLimit + settings.averages.count
    return Double(copies * MemoryLayout<Float>.size) * Double(shape.network.layout.count)
  }

  /// Multiply-adds of a step: forward, back to the weights and back to what they were given.
  package var stepCost: Int { 3 * network.cost * settings.batchSize }

  /// Whether a report belongs here.
  public var isReportDue: Bool {
    step > 0 && lossCount > 0
      && (step % settings.reportInterval == 0 || step == settings.steps || status != .running)
  }

  /// Whether steps were made since the last report.
  public var hasUnreportedSteps: Bool { lossCount > 0 }

  /// Makes one step; false once there is none left to make.
  public func advance() -> Bool {
    guard status == .running, step < settings.steps else { return false }
    let loss = addGradients()
    let norm = sumGradients()
    guard loss.isFinite, norm.isFinite else {
      status = .notFinite(step: step)
      return false
    }
    descend(norm)
    lossSum += loss
    lossCount += 1
    step += 1
    if step == settings.steps { status = .finished }
    return true
  }

  /// The gradient of each group; the mean loss of the batch.
  private func addGradients() -> Double {
    let (step, partials) = (step, partials)
    let generation = data.stepsPerPool(batchSize: settings.batchSize).map { step / $0 } ?? 0
    if pool?.generation != generation {
      pool = (
        generation,
        data.pool(
          generation: generation, scores: settings.usesCleanScore, workers: workers)
      )
    }
    guard let points = pool?.points else { return 0 }
    let count = network.layout.count
    workers.forEach(groups.count) {
      [groups, gradients, blocks, plan, network, settings, weights] worker, group in
      // A part of the store as long as the parameters.
      let own = gradients.part(group, of: count)
      var sum = 0.0
      for block in groups[group] {
        let first = block * network.blockRows
        sum += blocks[worker].pass(
          plan, pool: points, rows: first..<min(settings.batchSize, first + network.blockRows),
          step: step, weights: weights, gradient: own,
          adds: block > groups[group].lowerBound)
      }
      partials[group] = sum
    }
    let sum = (0..<groups.count).reduce(0) { $0 + partials[$1] }
    return sum / Double(settings.batchSize * data.dimension)
  }

  /// Sums the groups in order; the norm of the sum.
  private func sumGradients() -> Double {
    let count = network.layout.count
    let partials = partials
    workers.forEachBlock(of: count, size: Self.chunk) {
      [groups, gradient, gradients] _, range in
      partials[range.lowerBound / Self.chunk] = gradient.setSum(
        of: gradients, count: groups.count, range)
    }
    let chunks = (count + Self.chunk - 1) / Self.chunk
    return (0..<chunks).reduce(0) { $0 + partials[$1] }.squareRoot()
  }

  /// One step of Adam and of every average.
  private func descend(_ norm: Double) {
    var adam = AdamStep(settings, step: step)
    if norm > settings.clip { adam.clip = Float(settings.clip / norm) }
    let shares = settings.averages.map { Self.share(halfLife: $0, step: step) }
    let adamStep = adam
    workers.forEachBlock(of: network.layout.count, size: Self.chunk) {
      [weights, gradient, moments, averages] _, range in
      adamStep.apply(
        to: weights.parameters, gradient: gradient, first: moments.first, second: moments.second,
        range)
      for (average, share) in zip(averages, shares) {
        average.approach(weights.parameters, share: Float(share), range)
      }
    }
    weights.transpose(workers)
  }

  /// How far an average moves in a step: 1 − 2^(−1/h), and while it is young as the plain mean.
  package static func share(halfLife: Double, step: Int) -> Double {
    max(1 - exp2(-1 / halfLife), 1 / Double(step + 1))
  }

  /// The parameters of an average, or of the best so far, as a score.
  func score(of parameters: Store<Float>) -> NetworkScore {
    let copy = Weights(network.layout)
    copy.parameters.values = parameters.values
    return NetworkScore(network, copy, preconditioning, data.covariance)
  }

  /// The best score so far by held-out excess; the start before the first report.
  public var bestScore: NetworkScore { score(of: best) }
}

/// How a run stands.
public enum TrainingStatus: Sendable, Equatable {
  /// There are steps left.
  case running
  /// Every step is made.
  case finished
  /// Held-out excess has not fallen for as many reports as patience allows.
  case stoppedEarly
  /// Loss or gradient is not finite after so many steps.
  case notFinite(step: Int)
}

extension AdamStep {
  /// Rate and corrections of a step, counted from 0.
  package init(_ settings: TrainingSettings, step: Int) {
    let (beta1, beta2) = (TrainingSettings.firstMoment, TrainingSettings.secondMoment)
    let time = Double(step + 1)
    // m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), over one √(1 − β₂ᵗ).
    let (first, second) = (1 - pow(beta1, time), (1 - pow(beta2, time)).squareRoot())
    let rate = settings.rate(at: step)
    self.init(
      firstShare: Float(1 - beta1), secondShare: Float(1 - beta2),
      rate: Float(rate * second / first), epsilon: Float(TrainingSettings.epsilon * second),
      decay: Float(rate * settings.decay))
  }
}

extension TrainingSettings {
  /// The step size: up linearly over the warm-up, then down to zero along half a cosine.
  package func rate(at step: Int) -> Double {
    if step < warmUp { return rate * Double(step + 1) / Double(warmUp) }
    guard cosine else { return rate }
    let share = Double(step - warmUp) / Double(max(1, steps - warmUp))
    return rate * (1 + cos(Double.pi * min(1, share))) / 2
  }
}
