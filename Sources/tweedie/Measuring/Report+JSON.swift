import Files

extension Report {
  /// What the program prints and keeps: runs, savings, the recommendation.
  var members: [JSONMember] {
    [
      JSONMember("runs", .array(rows.map(Self.object))),
      JSONMember("savings", .array(savings.map(Self.object))),
      JSONMember("recommendation", .string(recommendation)),
      JSONMember(
        "references",
        .array(
          groups.map { group in
            .object([
              JSONMember("sampler", .string(group.sampler)),
              JSONMember("metric", .string(group.metric)),
              JSONMember("words", .string(group.truth.words)),
              JSONMember("steps", group.truth.steps.map { .integer($0) } ?? .null),
              JSONMember("floor", Shown(group.truth.floor).json),
            ])
          })),
    ]
  }

  private static func object(_ row: Row) -> JSONValue {
    .object([
      JSONMember("sampler", .string(row.setting.sampler)),
      JSONMember("steps", row.setting.steps.map { .integer($0) } ?? .null),
      JSONMember("tolerance", row.setting.tolerance.map { .number($0) } ?? .null),
      JSONMember("teleport", .string(row.setting.teleport)),
      JSONMember("teleportSigma", row.teleportSigma.json),
      JSONMember("nats", row.nats.json),
      JSONMember("kind", row.facts["kind"] ?? .null),
      JSONMember("calibrationEvaluations", row.facts["calibrationEvaluations"] ?? .null),
      JSONMember("surrogateEvaluations", row.facts["surrogateEvaluations"] ?? .null),
      JSONMember("evaluations", row.evaluations.json),
      JSONMember("evaluationsMax", row.evaluationsMax.json),
      JSONMember("metric", .string(row.metric)),
      JSONMember("error", row.error.json),
      JSONMember("standardError", row.standardError.json),
      JSONMember("seedStandardError", row.seedStandardError.json),
      JSONMember("floor", row.floor.json),
      JSONMember("seconds", row.seconds.json),
    ])
  }

  private static func object(_ savings: Savings) -> JSONValue {
    let none = Shown(nil)
    return .object([
      JSONMember("sampler", .string(savings.sampler)),
      JSONMember("teleport", .string(savings.teleport)),
      JSONMember("saving", (savings.headline?.saving ?? none).json),
      JSONMember("low", (savings.headline?.low ?? none).json),
      JSONMember("high", (savings.headline?.high ?? none).json),
      JSONMember("evaluations", (savings.headline?.evaluations ?? none).json),
      JSONMember("needed", (savings.headline?.needed ?? none).json),
      JSONMember("error", (savings.headline?.error ?? none).json),
      JSONMember("jumpError", savings.jumpError.json),
      JSONMember("reason", savings.reason.isEmpty ? .null : .string(savings.reason)),
      JSONMember("at", .array(savings.at.map(object))),
    ])
  }

  private static func object(_ reading: Reading) -> JSONValue {
    .object([
      JSONMember("error", reading.error.json),
      JSONMember("evaluations", reading.evaluations.json),
      JSONMember("needed", reading.needed.json),
      JSONMember("saving", reading.saving.json),
      JSONMember("low", reading.low.json),
      JSONMember("high", reading.high.json),
      JSONMember("reason", reading.reason.isEmpty ? .null : .string(reading.reason)),
    ])
  }
}
