import Diffusion
import Files
import Foundation

/// Why a saving is missing, or small, in words.
enum Explanation {
  static func words(_ reason: Saving.Reason, baseline: Double) -> String {
    switch reason {
    case .baselineAtFloor(let floor):
      "without teleportation the error is not above the floor \(Shown(floor).text)"
    case .neverAsLow(let lowest):
      "with teleportation the error never falls below \(Shown(lowest).text)"
    case .shortestIsBetter(let evaluations):
      "the shortest run with teleportation, \(Shown(evaluations).text) evaluations, is better "
        + "already: at least \(Shown(1 - evaluations / baseline).text) is saved"
    }
  }

  /// Says why a sampler saves nothing, or less than another.
  static func add(
    to savings: inout Report.Savings, among all: [Report.Savings], _ rows: [Report.Row]
  ) {
    let (sampler, jump) = (savings.sampler, savings.teleport)
    let own = rows.filter { $0.setting.sampler == sampler && $0.setting.teleport == jump }
    if own.allSatisfy({ $0.facts["teleportSigma"]?.double == nil }) {
      savings.reason = "no jump was made: none lies within the budget and below the first level"
      return
    }
    var parts: [String] = []
    let best = all.compactMap(\.share).max()
    if let share = savings.share, let headline = savings.headline, let best, share < best {
      parts.append(
        "at error \(headline.error.text) it needs \(headline.needed.text) evaluations against "
          + headline.evaluations.text)
      parts.append(
        share <= 0
          ? "the steps that the jump replaces were worth their evaluations"
          : "without teleportation its error \(steepness(rows, savings))")
    }
    if let last = savings.at.last, !last.reason.isEmpty {
      parts.append("at the longest run, " + last.reason + limit(savings, last))
    }
    savings.reason = parts.joined(separator: "; ")
  }

  /// Whether more steps could mend it.
  private static func limit(_ savings: Report.Savings, _ last: Report.Reading) -> String {
    guard last.needed.text.isEmpty, let alone = Double(savings.jumpError.text),
      let error = Double(last.error.text), last.reason.contains("never")
    else { return "" }
    return alone >= error
      ? ", and the jump alone leaves \(savings.jumpError.text), which no step takes back"
      : "; the jump alone leaves \(savings.jumpError.text), so that more steps would"
  }

  /// A slope that is none.
  private static let stalled = 0.05

  /// The slope of the last piece of the curve without teleportation: where it is steep, what is
  /// saved in evaluations is small.
  private static func steepness(_ rows: [Report.Row], _ savings: Report.Savings) -> String {
    let runs = Report.curve(rows, savings.sampler, Setting.noTeleport).runs.suffix(2)
    guard let a = runs.first, let b = runs.last, a.evaluations < b.evaluations, b.error > 0,
      a.error > 0
    else { return "falls slowly" }
    let power = -log(b.error / a.error) / log(b.evaluations / a.evaluations)
    return power < stalled
      ? "no longer falls between its longest runs"
      : "falls as evaluations to the power -\(power.formatted(digits: 2))"
  }
}
