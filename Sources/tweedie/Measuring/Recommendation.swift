import Diffusion

/// The cheapest setting that is as good as the longest run of the first sampler without
/// teleportation, in one sentence.
struct Recommendation {
  let setting: Setting
  let sentence: String

  init(_ rows: [Report.Row], floors groups: [Report.Group]) {
    let first = rows[0].setting.sampler
    let metric = rows[0].metric
    let usual = rows.filter {
      $0.setting.sampler == first && $0.setting.teleport == Setting.noTeleport
    }
    // What the measure cannot tell apart is equally good: nothing below the floor is asked for.
    let goal = usual.map { max($0.run.error, groups[0].truth.floor) }.min() ?? .infinity
    let good = rows.filter { $0.metric == metric && $0.run.error <= goal }
    let best =
      good.min { ($0.run.evaluations, $0.run.error) < ($1.run.evaluations, $1.run.error) }
      ?? usual[usual.count - 1]
    setting = best.setting
    let floor = groups[0].truth.floor
    // Below the floor one number is as good as another, and an unbiased one may be negative.
    let words = { (row: Report.Row) in
      row.run.error > floor
        ? "error \(row.error.text)" : "an error not above the floor \(Shown(floor).text)"
    }
    let taken = "\(best.evaluations.text) evaluations for \(words(best))"
    // The shortest of the usual runs that is as good as the goal.
    let needed =
      usual.filter { $0.run.error <= goal }.min { $0.run.evaluations < $1.run.evaluations }
    guard let needed, needed.run.evaluations > best.run.evaluations else {
      sentence = "\(setting.words): \(taken); nothing else measured has as low an error for less."
      return
    }
    sentence =
      "\(setting.words): \(taken), where \(first) without needs \(needed.evaluations.text) for "
      + "\(words(needed))."
  }
}
