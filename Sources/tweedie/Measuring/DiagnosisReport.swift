import Diffusion
import Files
import Pictures

/// A diagnosis as table, JSON, CSV and figure.
struct DiagnosisReport {
  let levels: [ScoreDiagnosis.Level]
  let field: Choices.DiagnosedField
  let model: String
  let data: String
  let count: Int
  /// Components of the mixture.
  let components: Int
  let evaluations: Int
  let seed: UInt64

  /// The simpler scores, in the order of the shares.
  static let references = ["gaussian", "mixture", "neighbors"]

  // MARK: Words

  var lines: [String] {
    let head = ["sigma"] + Self.references + ["asymmetry", "its floor", "excess"]
    let rows = levels.map { level in
      [level.sigma.formatted(digits: 3)]
        + level.shares.map { Self.words(unexplained($0)) }
        + [
          Self.words(level.asymmetry), Shown(level.asymmetryFloor.value, digits: 2).cell,
          level.excess.map(Self.words) ?? Shown(nil).cell,
        ]
    }
    return [
      "\(model) at \(count) points of \(data): shares of the \(field.rawValue) that simpler scores "
        + "leave unexplained,",
      "asymmetry of the denoiser's Jacobian, excess over the exact denoiser; +- standard errors",
    ] + table([head] + rows)
  }

  private static func words(_ estimate: Estimate) -> String {
    guard estimate.value.isFinite else { return Shown(nil).cell }
    return
      "\(estimate.value.formatted(digits: 3)) +- \(estimate.standardError.formatted(digits: 1))"
  }

  private func unexplained(_ share: ScoreDiagnosis.Share) -> Estimate {
    let explained = field == .score ? share.ofScore : share.ofDenoiser
    return Estimate(value: 1 - explained.value, standardError: explained.standardError)
  }

  // MARK: Programs

  var members: [JSONMember] {
    [
      JSONMember("model", .string(model)), JSONMember("data", .string(data)),
      JSONMember("count", .integer(count)), JSONMember("seed", JSONValue(seed)),
      JSONMember("mixtureComponents", .integer(components)),
      JSONMember("evaluations", .integer(evaluations)),
      JSONMember("levels", .array(levels.map(Self.json))),
    ]
  }

  private static func json(_ level: ScoreDiagnosis.Level) -> JSONValue {
    let shares = zip(references, level.shares).map { name, share in
      JSONMember(
        name,
        .object([
          JSONMember("score", json(share.ofScore)), JSONMember("denoiser", json(share.ofDenoiser)),
        ]))
    }
    return .object(
      [JSONMember("sigma", .number(level.sigma))] + shares + [
        JSONMember("asymmetry", json(level.asymmetry)),
        JSONMember("asymmetryFloor", json(level.asymmetryFloor)),
        JSONMember("excess", level.excess.map(json) ?? .null),
      ])
  }

  private static func json(_ estimate: Estimate) -> JSONValue {
    .object([
      JSONMember("value", .number(estimate.value)),
      JSONMember("standardError", .number(estimate.standardError)),
    ])
  }

  /// One line a level; a number that does not exist is left empty.
  var csv: String {
    let names =
      Self.references.flatMap { ["\($0)Score", "\($0)Denoiser"] }
      + ["asymmetry", "asymmetryFloor", "excess"]
    let head = (["sigma"] + names.flatMap { [$0, "\($0)Error"] }).joined(separator: ",")
    let rows = levels.map { level in
      let estimates =
        level.shares.flatMap { [$0.ofScore, $0.ofDenoiser] }
        + [level.asymmetry, level.asymmetryFloor]
      let numbers =
        estimates.flatMap { [$0.value, $0.standardError] }
        + [level.excess?.value ?? .nan, level.excess?.standardError ?? .nan]
      return (["\(level.sigma)"] + numbers.map { $0.isFinite ? "\($0)" : "" })
        .joined(separator: ",")
    }
    return ([head] + rows).joined(separator: "\n") + "\n"
  }

  // MARK: Figure

  /// Shares left unexplained against sigma; dashed, what else is a share.
  var figure: Picture {
    var curves = Self.references.enumerated().map { index, name in
      curve(name, levels.map { unexplained($0.shares[index]) }, marker: .disc)
    }
    curves.append(
      curve("asymmetry of the Jacobian", levels.map(\.asymmetry), marker: .diamond, isDashed: true))
    let excesses = levels.compactMap(\.excess)
    if excesses.count == levels.count {
      curves.append(
        curve("excess over the exact denoiser", excesses, marker: .square, isDashed: true))
    }
    return LineChart(
      curves, x: Axis("sigma", scale: .logarithmic),
      y: Axis("share not explained", scale: .logarithmic),
      text: PlotText(
        title: model,
        subtitle: "share of the \(field.rawValue) that simpler scores leave unexplained",
        caption: "\(data), n = \(count); bars are 95 % intervals")
    ).draw()
  }

  private func curve(
    _ label: String, _ estimates: [Estimate], marker: Curve.Marker, isDashed: Bool = false
  ) -> Curve {
    let values = estimates.map(\.value)
    let bars = estimates.map { $0.standardError.isFinite ? 1.96 * $0.standardError : 0 }
    return Curve(
      label, x: levels.map(\.sigma), y: values,
      spread: .bars(
        low: zip(values, bars).map { $0 - $1 }, high: zip(values, bars).map { $0 + $1 }),
      marker: marker, isDashed: isDashed)
  }
}
