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
    /// What columns are divided by; nil of raw ones.
    private let units: ColumnUnits?
    /// Points of the two sets.
    let counts: (samples: Int, reference: Int)

    init(_ command: EvaluateCommand) throws {
      let range = try Choices.range(command.range, option: "--range")
      let columns = try Choices.columns(command.columns)
      let (most, seed) = (command.countLimit, command.common.seed)
      let law = try ReferenceLaw.read(command.reference, range: range)
      // All sets are told from the origin of the reference.
      let read = { (word: String, dimension: Int?, least: Int) throws -> DataSource in
        let data = try DataSource.read(word, range: range, about: .given(law.origin))
        try Self.check(data.points, of: word, dimension: dimension, least: least)
        return data
      }
      let own = try read(command.samples, nil, 2)
      let d = own.points.dimension
      guard law.dimension == d else {
        throw Failure.data(
          file: command.reference, place: nil,
          rule: "a reference must have the \(d) coordinates of the samples, found \(law.dimension)")
      }
      if case .data(let data) = law {
        try Self.check(data.points, of: command.reference, dimension: d, least: 4)
      }
      let held = try command.heldOut.map { try read($0, d, 4) }
      try Self.checkRows(own, command.samples)
      if case .data(let data) = law { try Self.checkRows(data, command.reference) }
      samples = own.points.randomRows(most, seed: seed)
      reference = law.points(samples.count, atMost: most, seed: seed)
      counts = (samples.count, reference.count)
      heldOut = held?.points.randomRows(most, seed: seed)
      self.law = law
      let found = ColumnUnits(of: reference, workers: command.common.workers)
      units = columns == .proportional ? found : nil
      notes = own.notes + law.notes + (held?.notes ?? [])
      if columns == .raw && !law.isPicture, let note = Self.note(on: found) { notes.append(note) }
      if own.points.count > most {
        notes.append("\(own.points.count) samples are thinned to \(most) (--count-limit).")
      }
      if case .data(let data) = law, data.points.count > most {
        notes.append("\(data.points.count) references are thinned to \(most) (--count-limit).")
      }
    }

    /// Columns whose deviations differ by more than this are no longer alike.
    private static let alike = 10.0

    /// That one column decides, where it does.
    private static func note(on units: ColumnUnits) -> String? {
      guard let (least, most) = units.extremes, most > alike * least else { return nil }
      return "Columns have deviations from \(least.formatted(digits: 3)) to "
        + "\(most.formatted(digits: 3)), and in distances the largest column decides; "
        + "--columns proportional gives each its part."
    }

    /// Refuses numbers that stand for none.
    private static func checkRows(_ data: DataSource, _ word: String) throws {
      // Pictures have none.
      guard data.image == nil,
        let (row, units) = FarRow(from: data.points).beyond(in: data.points)
      else { return }
      throw Failure.data(
        file: word, place: "point \(row + 1)",
        rule: "a point must lie within \(FarRow.farthest.formatted(digits: 1)) times the usual "
          + "distance from the median, found \(units.formatted(digits: 3)) times")
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

    /// Coordinates of a point.
    var dimension: Int { law.dimension }

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
      guard let metric = modes ?? inUnits(measure.metric(seed: seed), workers) else { return nil }
      return Estimated(
        measure: measure, metric: metric,
        estimate: metric.estimate(samples, against: reference, workers: workers),
        test: modes?.test(samples, against: reference))
    }

    /// A metric in the units of columns, with what it takes from the reference.
    private func inUnits(_ metric: (any SetMetric)?, _ workers: Workers) -> (any SetMetric)? {
      guard let metric else { return nil }
      let own: any SetMetric = units.map { ColumnMetric(metric, in: $0) } ?? metric
      return own.settled(on: reference, workers: workers)
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
      guard var heldOut, var training = law.takePoints() else { return [] }
      if let units {
        samples = units.apply(to: samples)
        (training, heldOut) = (units.apply(to: training), units.apply(to: heldOut))
      }
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
