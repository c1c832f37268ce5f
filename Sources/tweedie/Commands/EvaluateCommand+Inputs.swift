import Arrays
import Diffusion
import Files

extension EvaluateCommand {
  /// The sets, checked against each other.
  struct Inputs {
    private(set) var samples: Points
    private(set) var reference: Points
    private(set) var heldOut: Points?
    private(set) var law: ReferenceLaw
    private(set) var notes: [String]
    /// Points of the two sets.
    let counts: (samples: Int, reference: Int)

    init(_ command: EvaluateCommand) throws {
      let range = try Choices.range(command.range, option: "--range")
      let (most, seed) = (command.countLimit, command.common.seed)
      let read = { (word: String, dimension: Int?, least: Int) throws -> DataSource in
        let data = try DataSource.read(word, range: range)
        try Self.check(data.points, of: word, dimension: dimension, least: least)
        return data
      }
      let own = try read(command.samples, nil, 2)
      let d = own.points.dimension
      law = try ReferenceLaw.read(command.reference, range: range)
      guard law.dimension == d else {
        throw Failure.data(
          file: command.reference, place: nil,
          rule: "a reference must have the \(d) coordinates of the samples, found \(law.dimension)")
      }
      if case .data(let data) = law {
        try Self.check(data.points, of: command.reference, dimension: d, least: 4)
      }
      let held = try command.heldOut.map { try read($0, d, 4) }
      samples = own.points.randomRows(most, seed: seed)
      reference = law.points(samples.count, atMost: most, seed: seed)
      counts = (samples.count, reference.count)
      heldOut = held?.points.randomRows(most, seed: seed)
      notes = own.notes + law.notes + (held?.notes ?? [])
      if own.points.count > most {
        notes.append("\(own.points.count) samples are thinned to \(most) (--count-limit).")
      }
      if case .data(let data) = law, data.points.count > most {
        notes.append("\(data.points.count) references are thinned to \(most) (--count-limit).")
      }
    }

    private static func check(
      _ points: Points, of word: String, dimension: Int?, least: Int
    ) throws {
      if let dimension, points.dimension != dimension {
        throw Failure.data(
          file: word, place: nil,
          rule: "points must have the \(dimension) coordinates of the samples, "
            + "found \(points.dimension)")
      }
      if points.count < least {
        throw Failure.data(
          file: word, place: nil,
          rule: "a set to measure must have at least \(least) points, found \(points.count)")
      }
    }

    /// Whether a metric can be measured on these.
    func defines(_ measure: Choices.Measure) -> Bool {
      switch measure {
      case .modes: return law.mixture != nil
      case .novelty:
        if case .data = law { return heldOut != nil }
        return false
      default: return true
      }
    }

    /// One metric between the two sets; nil of novelty, which is more than that.
    func estimate(_ measure: Choices.Measure, seed: UInt64, workers: Workers) -> Estimated? {
      let modes = measure == .modes ? law.mixture.map { ModeWeights($0) } : nil
      guard let metric: any SetMetric = modes ?? measure.metric(seed: seed) else { return nil }
      return Estimated(
        measure: measure, metric: metric,
        estimate: metric.estimate(samples, against: reference, workers: workers),
        test: modes?.test(samples, against: reference))
    }

    /// The metric beside its floor.
    func measured(_ found: Estimated, seed: UInt64, workers: Workers) -> MeasuredMetric {
      MeasuredMetric(
        name: found.measure.rawValue, estimate: found.estimate,
        floor: law.floor(
          of: found.metric, count: counts.samples, referenceCount: counts.reference, seed: seed,
          workers: workers),
        isDistance: found.measure.isDistance, test: found.test)
    }

    /// Lets go of what floors do not need, which are made of sets as large; novelty keeps the
    /// samples.
    mutating func releaseSets(keepingSamples: Bool) {
      reference = Points(count: 0, dimension: reference.dimension)
      if !keepingSamples { samples = reference }
    }

    /// The numbers of novelty, the last: the training set is then gone.
    mutating func novelty(seed: UInt64, workers: Workers) -> [MeasuredMetric] {
      guard let heldOut, let training = law.takePoints() else { return [] }
      // All of the training set: a copy of any of its points is one.
      let novelty = Novelty(
        of: samples, training: training, heldOut: heldOut, seed: seed, workers: workers)
      return [
        MeasuredMetric(
          name: "novelty", estimate: novelty.ratio, floor: novelty.ratioFloor, isDistance: false),
        MeasuredMetric(name: "copies", estimate: novelty.copies, floor: novelty.copiesFloor),
      ]
    }
  }

  /// A metric between the two sets, without its floor.
  struct Estimated {
    let measure: Choices.Measure
    let metric: any SetMetric
    let estimate: Estimate
    /// χ² alone has it.
    let test: ModeWeights.Result?
  }
}
