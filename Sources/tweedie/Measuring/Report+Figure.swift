import Diffusion
import Files
import Pictures

extension Report {
  /// Error against evaluations: a colour a sampler, or a jump where there is one sampler; dashed
  /// without teleportation, solid with.
  func figure(title: String, caption: String) -> Picture {
    var curves = groups.enumerated().flatMap { index, group in
      jumps(of: group.sampler).enumerated().map { place, jump in
        curve(group.sampler, jump, color(sampler: index, jump: place), marker: place)
      }
    }
    curves += legend + floors
    var chart = LineChart(
      curves, x: Axis("evaluations a sample", scale: .logarithmic),
      y: Axis("error, in deviations of the data", scale: .logarithmic),
      text: PlotText(title: title, subtitle: subtitle, caption: caption))
    chart.height = 820
    return chart.draw()
  }

  private func color(sampler: Int, jump: Int) -> Color {
    .series(groups.count > 1 ? sampler : jump)
  }

  private var subtitle: String {
    savings.isEmpty
      ? "error against cost; bars are 95 % intervals"
      : "dashed without teleportation, solid with; bars are 95 % intervals"
  }

  /// Lines without places that say which colour is which sampler and which mark which jump: fewer
  /// than there are curves, so that they cover less.
  private var legend: [Curve] {
    let jumps = jumps(of: groups[0].sampler)
    let samplers = groups.enumerated().map { index, group in
      Curve(group.sampler, x: [], y: [], color: color(sampler: index, jump: 0))
    }
    guard jumps.count > 1 else { return samplers }
    return (groups.count > 1 ? samplers : [])
      + jumps.enumerated().map { place, jump in
        Curve(
          jump == Setting.noTeleport ? "no teleport" : "teleport \(jump)", x: [], y: [],
          marker: Curve.Marker.allCases[place % Curve.Marker.allCases.count],
          isDashed: jump == Setting.noTeleport,
          color: groups.count > 1 ? .frame : color(sampler: 0, jump: place))
      }
  }

  private func jumps(of sampler: String) -> [String] {
    var found: [String] = []
    for row in rows where row.setting.sampler == sampler {
      if !found.contains(row.setting.teleport) { found.append(row.setting.teleport) }
    }
    return found
  }

  private func curve(
    _ sampler: String, _ jump: String, _ color: Color, marker: Int
  ) -> Curve {
    let shown = rows.filter { $0.setting.sampler == sampler && $0.setting.teleport == jump }
      .sorted { $0.run.evaluations < $1.run.evaluations }
    let errors = shown.map(\.run.error)
    let bars = shown.map { 1.96 * ($0.standardError.json.double ?? 0) }
    let markers = Curve.Marker.allCases
    return Curve(
      "", x: shown.map(\.run.evaluations), y: errors,
      spread: .bars(
        low: zip(errors, bars).map { $0 - $1 }, high: zip(errors, bars).map { $0 + $1 }),
      marker: markers[marker % markers.count], isDashed: jump == Setting.noTeleport, color: color)
  }

  /// A line at each floor, over all of the cost.
  private var floors: [Curve] {
    let costs = rows.map(\.run.evaluations)
    guard let least = costs.min(), let most = costs.max() else { return [] }
    var levels: [Double] = []
    for group in groups where !levels.contains(group.truth.floor) {
      levels.append(group.truth.floor)
    }
    return levels.filter { $0 > 0 }.enumerated().map { index, level in
      Curve(
        index == 0 ? "floor" : "", x: [least, most], y: [level, level], isDashed: true,
        color: .reference)
    }
  }
}
