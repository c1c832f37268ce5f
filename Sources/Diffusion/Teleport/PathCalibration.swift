import Foundation
public import Arrays

/// Measures a ``PathDivergence`` on points of the model's own law.
///
/// Walks down from σ_T, four levels an octave, over a calibration batch: the same clean points and
/// the same normals at every level. It stops soon after the budget is spent, then takes more points
/// where most of it is spent, until the standard error at the budget is small enough.
///
/// Its random numbers are those of seed 0 and of samples far above any that are drawn: the answer
/// is a function of model and surrogate alone.
///
/// - Cost: some hundred to some thousand evaluations of the model at each of some ten levels,
///   counted in ``PathDivergence/evaluations``.
public struct PathCalibration: Sendable {
  /// Rows at each level to begin with.
  public static let firstRows = 256
  /// Rows at a level, at most: 4096 pictures, 32,768 points of the plane, where the few that lie
  /// far out decide.
  public static func rowLimit(dimension: Int) -> Int {
    max(1 << 12, min(1 << 15, (1 << 21) / dimension / firstRows * firstRows))
  }
  /// The relative standard error that is enough: what steep curves make of it in σ is less yet.
  public static let enough = 0.02
  /// Levels for a halving of σ.
  public static let levelsPerOctave = 4
  /// The walk ends where this many budgets are spent: the budget then lies well inside.
  public static let farEnough = 2.0
  /// Levels above which less than this share of the budget is spent keep their first rows.
  private static let matters = 0.05
  /// The first sample of a calibration.
  private static let firstSample = 1 << 55
  /// The first sample that a model without draws makes its clean points from: the noise on them is
  /// none that they were made of.
  private static let firstDrawn = firstSample + (1 << 54)

  /// How far a calibration is.
  public struct Progress: Sendable {
    /// The level evaluated last.
    public let sigma: Double
    /// Nats spent down to the lowest level so far.
    public let nats: Double
    /// Evaluations of the model so far.
    public let evaluations: Int
    /// Whether D − D_G was finite at all levels so far: squares of data beyond 10¹⁸ leave Float32.
    public let isFinite: Bool
  }

  /// σ_T.
  public let start: Double
  /// The level at which the walk ends, whatever has been spent.
  public let floor: Double
  /// Nats.
  public let budget: Double

  /// A calibration from σ_T down to where `budget` nats are spent, or to `floor`.
  public init(from start: Double, to floor: Double, budget: Double) {
    precondition(start > floor && floor > 0 && budget > 0, "A walk goes down, with a budget.")
    self.start = start
    self.floor = floor
    self.budget = budget
  }

  /// The divergence of `surrogate` from `model`.
  public func measure(
    _ model: any MomentScore, against surrogate: any Score, workers: Workers = .all
  ) -> PathDivergence {
    measure(model, against: surrogate, workers: workers) { _ in }
  }

  /// The divergence of `surrogate` from `model`, by a walk that tells how far it is.
  ///
  /// - Parameters:
  ///   - model: The model; points are its draws where it has them, else samples of its own.
  ///   - surrogate: The score that is to stand for it.
  ///   - workers: The threads to use.
  ///   - report: Told of each block of rows; may throw to stop.
  /// - Returns: The curve, down to where the budget is spent, to the floor, or to where the two
  ///   scores stop being finite in Float32; σ_T alone where they are not there.
  public func measure(
    _ model: any MomentScore, against surrogate: any Score, workers: Workers = .all,
    report: (Progress) throws -> Void
  ) rethrows -> PathDivergence {
    var table = Table(model, surrogate, self, workers)
    let limit = Self.rowLimit(dimension: model.dimension)
    var rows = Self.firstRows
    try table.descend(report)
    while true {
      let curve = table.curve
      let sigma = curve.sigma(spending: budget)
      let nats = curve.nats(at: sigma) ?? 0
      let error = (curve.standardError(at: sigma) ?? 0) / max(nats, .leastNormalMagnitude)
      // A curve that ends below the budget decides nothing that more rows could change.
      let isDecided = curve.highestNats <= budget && curve.highestNats * (1 + 5 * error) <= budget
      if error <= Self.enough || isDecided || rows >= limit { return curve }
      let wanted = Double(rows) * (error / Self.enough) * (error / Self.enough)
      let blocks = Int((min(wanted, 1e6) / Double(Self.firstRows)).rounded(.up))
      rows = min(limit, max(2 * rows, blocks * Self.firstRows))
      // From where the budget begins to go down to the first level past its end.
      let end = curve.nodes.first { $0.sigma <= sigma }?.sigma ?? floor
      try table.refine(
        to: rows,
        where: { ($0.nats >= Self.matters * budget || $0.sigma == end) && $0.sigma >= end }, report)
      try table.descend(report)
    }
  }

  /// g of every row at every level.
  private struct Table {
    let model: any MomentScore
    let surrogate: any Score
    let settings: PathCalibration
    let workers: Workers
    var sigmas: [Double]
    /// ‖D − D_G‖²/σ² by level and row; levels may have different numbers of rows.
    var rates: [[Double]] = [[]]
    var clean: [Points] = []
    var evaluations = 0

    init(
      _ model: any MomentScore, _ surrogate: any Score, _ settings: PathCalibration,
      _ workers: Workers
    ) {
      (self.model, self.surrogate, self.settings) = (model, surrogate, settings)
      self.workers = workers
      sigmas = [settings.start]
    }

    /// New levels with the first rows, until enough is spent.
    mutating func descend(_ report: (Progress) throws -> Void) rethrows {
      try fill(0, PathCalibration.firstRows, report)
      while sigmas[sigmas.count - 1] > settings.floor,
        spent < PathCalibration.farEnough * settings.budget
      {
        let ratio = exp2(-Double(sigmas.count) / Double(PathCalibration.levelsPerOctave))
        let next = settings.start * ratio
        // No last stretch of next to nothing.
        sigmas.append(next < 1.05 * settings.floor ? settings.floor : next)
        rates.append([])
        try fill(sigmas.count - 1, PathCalibration.firstRows, report)
      }
    }

    /// More rows at the levels that matter.
    mutating func refine(
      to rows: Int, where matters: (PathDivergence.Node) -> Bool,
      _ report: (Progress) throws -> Void
    ) rethrows {
      for (level, node) in curve.nodes.enumerated() where matters(node) {
        try fill(level, rows, report)
      }
    }

    private mutating func fill(
      _ level: Int, _ rows: Int, _ report: (Progress) throws -> Void
    ) rethrows {
      while rates[level].count < rows {
        let first = rates[level].count
        let samples = Samples(
          seed: 0, first: PathCalibration.firstSample + first, count: PathCalibration.firstRows)
        let clean = clean(first / PathCalibration.firstRows, samples)
        rates[level] += gaps(clean, samples, at: sigmas[level])
        evaluations += samples.count
        try report(
          Progress(
            sigma: sigmas[level], nats: spent, evaluations: evaluations,
            isFinite: rates.allSatisfy { $0.allSatisfy(\.isFinite) }))
      }
    }

    private func gaps(_ clean: Points, _ samples: Samples, at sigma: Double) -> [Double] {
      batches(of: samples, most: Self.panel).flatMap { rows, batch in
        gaps(rows: clean.rows(rows), batch, at: sigma)
      }
    }

    /// Samples in batches of which a model remembers every row; all at once where it remembers
    /// nothing.
    private func batches(of samples: Samples, most: Int) -> [(Range<Int>, Samples)] {
      let remembered = (model as? any RememberingScore)?.rememberedRows
      let size = remembered.map { max(1, min($0, most)) } ?? samples.count
      return stride(from: 0, to: samples.count, by: size).map { first in
        let rows = first..<min(samples.count, first + size)
        return (rows, Samples(seed: samples.seed, indices: Array(samples.indices[rows])))
      }
    }

    /// Rows that the kernels go through data with.
    private static let panel = 64

    private func gaps(rows clean: Points, _ samples: Samples, at sigma: Double) -> [Double] {
      var x = samples.normals(dimension: clean.dimension, for: .start, workers: workers)
      x.combine(.uniform(Float(sigma)), plus: .uniform(1), clean, workers: workers)
      var gap = model.denoised(
        x, at: .uniform(sigma), in: Workspace(samples: samples, workers: workers))
      let other = surrogate.denoised(
        x, at: .uniform(sigma), in: Workspace(samples: samples, workers: workers))
      gap.combine(.uniform(1), plus: .uniform(-1), other, workers: workers)
      return (0..<gap.count).map { row in
        gap.row(row).reduce(0) { $0 + Double($1) * Double($1) } / (sigma * sigma)
      }
    }

    /// Clean points of a block of samples: draws are made again, samples of a model kept.
    private mutating func clean(_ block: Int, _ samples: Samples) -> Points {
      if let drawable = model as? any DrawableScore {
        return drawable.draws(samples, purpose: .data)
      }
      if block < clean.count { return clean[block] }
      let points = drawn(
        Samples(
          seed: samples.seed,
          indices: samples.indices.map {
            $0 - UInt64(PathCalibration.firstSample) + UInt64(PathCalibration.firstDrawn)
          }))
      clean.append(points)
      return points
    }

    /// Levels that a model's own samples are drawn down.
    private static let steps = 32

    /// Samples of a model that has no draws, their evaluations counted.
    private mutating func drawn(_ samples: Samples) -> Points {
      let levels = NoiseLevels(steps: Self.steps, from: settings.start, to: settings.floor)
      var points = Points(count: samples.count, dimension: model.dimension)
      for (rows, batch) in batches(of: samples, most: samples.count) {
        let start = model.matchedStart(at: settings.start, samples: batch, workers: workers)
        var run = SamplingRun(
          from: start, down: levels, by: Heun(), with: model, samples: batch, workers: workers)
        while run.advance() {}
        evaluations += run.result.evaluations.reduce(0, +)
        points.replaceRows(from: rows.lowerBound, with: run.result.samples)
      }
      return points
    }

    private var means: [Double] { rates.map { $0.reduce(0, +) / Double(max(1, $0.count)) } }

    /// Nats down to the lowest level.
    private var spent: Double {
      let means = means
      return sigmas.indices.dropFirst().reduce(0) { sum, level in
        let width = log(sigmas[level - 1] / sigmas[level])
        return sum
          + Stretch(means[level - 1], means[level], width: width).nats(along: width)
      }
    }

    var curve: PathDivergence {
      let means = means
      var weights = [Double](repeating: 0, count: sigmas.count)
      var nodes = [
        PathDivergence.Node(
          sigma: sigmas[0], rate: means[0].isFinite ? means[0] : 0, nats: 0, standardError: 0)
      ]
      // What is not finite at one level is not known at those below.
      for level in sigmas.indices.prefix(while: { means[$0].isFinite }).dropFirst() {
        let width = log(sigmas[level - 1] / sigmas[level])
        let stretch = Stretch(means[level - 1], means[level], width: width)
        weights[level - 1] += stretch.slopes.upper
        weights[level] += stretch.slopes.lower
        nodes.append(
          PathDivergence.Node(
            sigma: sigmas[level], rate: means[level],
            nats: nodes[level - 1].nats + stretch.nats(along: width),
            standardError: standardError(weights[...level], means)))
      }
      return PathDivergence(nodes: nodes, evaluations: evaluations)
    }

    /// Of Σ_j w_j ḡ_j, rows being independent and each the same point at every level.
    private func standardError(_ weights: ArraySlice<Double>, _ means: [Double]) -> Double {
      let most = weights.indices.reduce(0) { max($0, rates[$1].count) }
      var square = 0.0
      for row in 0..<most {
        var share = 0.0
        for level in weights.indices where row < rates[level].count {
          share += weights[level] * (rates[level][row] - means[level]) / Double(rates[level].count)
        }
        square += share * share
      }
      return square.squareRoot()
    }
  }
}
