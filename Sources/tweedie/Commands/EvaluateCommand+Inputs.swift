import Arrays
import Diffusion
import Files

extension EvaluateCommand {
  /// The sets, checked against each other.
  struct Inputs {
    let samples: Points
    let reference: Points
    let heldOut: Points?
    let law: ReferenceLaw
    var notes: [String]

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

    /// The numbers of one metric.
    func measure(
      _ measure: Choices.Measure, seed: UInt64, workers: Workers
    ) -> [MeasuredMetric] {
      if measure == .modes, let mixture = law.mixture {
        let modes = ModeWeights(mixture)
        return [
          with(modes, measure, seed, workers, modes.test(samples, against: reference))
        ]
      }
      if measure == .novelty, case .data(let training) = law, let heldOut {
        // All of the training set: a copy of any of its points is one.
        let novelty = Novelty(
          of: samples, training: training.points, heldOut: heldOut, seed: seed, workers: workers)
        return [
          MeasuredMetric(
            name: "novelty", estimate: novelty.ratio, floor: novelty.ratioFloor,
            isDistance: false),
          MeasuredMetric(name: "copies", estimate: novelty.copies, floor: novelty.copiesFloor),
        ]
      }
      guard let metric = measure.metric(seed: seed) else { return [] }
      return [with(metric, measure, seed, workers, nil)]
    }

    private func with(
      _ metric: some SetMetric, _ measure: Choices.Measure, _ seed: UInt64, _ workers: Workers,
      _ test: ModeWeights.Result?
    ) -> MeasuredMetric {
      MeasuredMetric(
        name: measure.rawValue,
        estimate: metric.estimate(samples, against: reference, workers: workers),
        floor: law.floor(
          of: metric, count: samples.count, referenceCount: reference.count, seed: seed,
          workers: workers),
        isDistance: measure.isDistance, test: test)
    }
  }
}
