import Diffusion

/// Why a saving is missing, or small, in words.
enum Explanation {
  static func words(_ reason: Saving.Reason) -> String {
    switch reason {
    case .baselineAtFloor(let floor):
      "without teleportation the error is not above the floor \(Shown(floor).text)"
    case .neverAsLow(let lowest):
      "with teleportation the error never falls below \(Shown(lowest).text)"
    case .shortestIsBetter(let evaluations):
      "the shortest run with teleportation, \(Shown(evaluations).text) evaluations, is better "
        + "already"
    }
  }

  /// Says why a sampler saves nothing, or less than another.
  static func add(
    to savings: inout Report.Savings, among all: [Report.Savings], _ rows: [Report.Row]
  ) {
    guard let share = savings.share else {
      savings.reason = savings.at.last.map { "at the longest run, " + $0.reason } ?? ""
      return
    }
    let last = savings.at.last
    let floorNote =
      last.flatMap { $0.reason.isEmpty ? nil : "; at the longest run, " + $0.reason } ?? ""
    let best = all.compactMap(\.share).max() ?? share
    guard share < best || !floorNote.isEmpty, let headline = savings.headline else { return }
    if share <= 0 {
      savings.reason =
        "at error \(headline.error.text) it needs \(headline.needed.text) evaluations against "
        + "\(headline.evaluations.text): the steps that the jump replaces add less error than the "
        + "jump" + floorNote
    } else if share < best {
      let ratio = steepness(rows, savings)
      savings.reason =
        "at error \(headline.error.text) it needs \(headline.needed.text) evaluations against "
        + "\(headline.evaluations.text); \(ratio)" + floorNote
    } else {
      savings.reason = String(floorNote.dropFirst(2))
    }
  }

  /// How fast the error falls without teleportation: where it falls fast, an error of the jump soon
  /// outweighs that of the steps.
  private static func steepness(_ rows: [Report.Row], _ savings: Report.Savings) -> String {
    let old = Report.curve(rows, savings.sampler, Setting.noTeleport).runs
    let new = Report.curve(rows, savings.sampler, savings.teleport).runs
    guard let lowest = new.map(\.error).min(), let other = old.map(\.error).min() else { return "" }
    return lowest > other
      ? "its longest runs with teleportation stay at \(Shown(lowest).text), where those without "
        + "come to \(Shown(other).text): the error of the jump outweighs that of the steps"
      : "the steps that the jump replaces are a smaller share of its error"
  }
}
