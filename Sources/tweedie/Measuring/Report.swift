import Arrays
import Diffusion
import Files

/// What a measurement found, in numbers as they are shown.
struct Report {
  /// A run with its error.
  struct Row {
    let setting: Setting
    let metric: String
    let evaluations: Shown
    let evaluationsMax: Shown
    let error: Shown
    let standardError: Shown
    let seedStandardError: Shown
    let floor: Shown
    let seconds: Shown
    let teleportSigma: Shown
    let nats: Shown
    let facts: JSONValue
    /// The run without rounding.
    let run: ErrorCurve.Run
  }

  /// A saving at one error of the baseline.
  struct Reading {
    let evaluations: Shown
    let error: Shown
    let needed: Shown
    let saving: Shown
    let low: Shown
    let high: Shown
    let reason: String
  }

  /// The savings of a sampler with a teleportation.
  struct Savings {
    let sampler: String
    let teleport: String
    /// At the error of the longest baseline run that has one.
    let headline: Reading?
    /// At the error of every baseline run.
    let at: [Reading]
    /// Why there is none, or why it is less than others'; empty where nothing is to be said.
    var reason: String
    /// The error that the jump alone leaves.
    let jumpError: Shown
    /// The headline without rounding.
    let share: Double?
  }

  /// Runs of one sampler and what they are held against.
  struct Group {
    let sampler: String
    let metric: String
    let truth: Truth
    /// The error of each jump alone, where it is known.
    let jumpErrors: [String: Double]
    let runs: [Measurement.Run]
  }

  let rows: [Row]
  let savings: [Savings]
  let recommendation: String
  /// The setting that is recommended.
  let recommended: Setting
  let groups: [Group]

  init(_ groups: [Group], seeds: Int, spread: Double, bootstrap: Bootstrap, workers: Workers) {
    self.groups = groups
    rows = groups.flatMap { group in
      group.runs.map { Self.row($0, group, seeds, spread, workers) }
    }
    let rows = rows
    var savings = groups.flatMap { Self.savings(of: $0, rows, bootstrap) }
    for index in savings.indices { Explanation.add(to: &savings[index], among: savings, rows) }
    self.savings = savings
    let recommendation = Recommendation(rows, floors: groups)
    self.recommendation = recommendation.sentence
    recommended = recommendation.setting
  }

  private static func row(
    _ run: Measurement.Run, _ group: Group, _ seeds: Int, _ spread: Double, _ workers: Workers
  ) -> Row {
    let measured = ErrorCurve.Run(
      evaluations: run.evaluations,
      errors: group.truth.errors(of: run.samples, spread: spread))
    let block = measured.errors.count / seeds
    let blocks = (0..<seeds).map { seed in
      measured.errors[seed * block..<(seed + 1) * block].reduce(0, +) / Double(block)
    }
    let overSeeds =
      seeds > 1 ? ErrorCurve.Run(evaluations: 1, errors: blocks).standardError : nil
    return Row(
      setting: run.setting, metric: group.metric, evaluations: Shown(run.evaluations, digits: 6),
      evaluationsMax: Shown(run.evaluationsMax), error: Shown(measured.error),
      standardError: Shown(
        group.truth.standardError(of: measured, run.samples, workers, spread: spread)),
      seedStandardError: Shown(overSeeds), floor: Shown(group.truth.floor),
      seconds: Shown(run.seconds, digits: 3),
      // Enough digits to give it to --teleport.
      teleportSigma: Shown(run.facts["teleportSigma"]?.double, digits: 6),
      nats: Shown(run.facts["nats"]?.double), facts: run.facts, run: measured)
  }

  /// The rows of a sampler with a teleportation as a curve.
  static func curve(_ rows: [Row], _ sampler: String, _ teleport: String) -> ErrorCurve {
    ErrorCurve(
      rows.filter { $0.setting.sampler == sampler && $0.setting.teleport == teleport }.map(\.run))
  }

  private static func savings(
    of group: Group, _ rows: [Row], _ bootstrap: Bootstrap
  ) -> [Savings] {
    let baseline = curve(rows, group.sampler, Setting.noTeleport)
    var jumps: [String] = []
    for run in group.runs where !jumps.contains(run.setting.teleport) {
      jumps.append(run.setting.teleport)
    }
    return jumps.filter { $0 != Setting.noTeleport }.map { jump in
      let found = Saving.read(
        of: curve(rows, group.sampler, jump), against: baseline, floor: group.truth.floor,
        bootstrap: bootstrap)
      return Savings(
        sampler: group.sampler, teleport: jump, headline: found.headline.map(reading),
        at: found.map(reading), reason: "", jumpError: Shown(group.jumpErrors[jump]),
        share: found.headline?.share)
    }
  }

  private static func reading(_ saving: Saving) -> Reading {
    let interval = saving.interval()
    return Reading(
      evaluations: Shown(saving.baseline), error: Shown(saving.error),
      needed: Shown(try? saving.needed.get()), saving: Shown(saving.share),
      low: Shown(interval.low), high: Shown(interval.high),
      reason: saving.reason.map { Explanation.words($0, baseline: saving.baseline) } ?? "")
  }
}
