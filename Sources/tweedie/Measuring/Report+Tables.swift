/// Rows of words under headings, for the terminal, the CSV file and the page.
struct WordTable {
  let headings: [String]
  let rows: [[String]]

  /// The table with aligned columns, a line a row.
  var lines: [String] {
    let all = [headings] + rows
    let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      zip(row, widths).map { word, width in
        word + String(repeating: " ", count: width - word.count)
      }.joined(separator: "  ").trimmingTrailingSpaces
    }
  }

  /// The table in the words of RFC 4180.
  var csv: String {
    ([headings] + rows).map { row in
      row.map { word in
        word.contains(where: { ",\"\n".contains($0) })
          ? "\""
            + word.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\"" : word
      }.joined(separator: ",") + "\n"
    }.joined()
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}

extension Report {
  /// Runs as a reader wants them; columns that say nothing in this measurement are left out.
  var runTable: WordTable {
    let hasSeeds = rows.contains { !$0.seedStandardError.text.isEmpty }
    return WordTable(
      headings: ["sampler", "steps", "teleport", "sigma", "evaluations", "most", "error", "±"]
        + (hasSeeds ? ["± seeds"] : []) + ["floor", "seconds"],
      rows: rows.map { row in
        [
          row.setting.sampler, row.setting.size, row.setting.teleport,
          row.teleportSigma.cell, row.evaluations.cell,
          row.evaluationsMax.cell, row.error.cell, row.standardError.cell,
        ] + (hasSeeds ? [row.seedStandardError.cell] : []) + [row.floor.cell, row.seconds.cell]
      })
  }

  /// Runs with the keys of the JSON file for headings.
  var csv: String {
    WordTable(
      headings: [
        "sampler", "steps", "tolerance", "teleport", "teleportSigma", "nats", "evaluations",
        "evaluationsMax", "metric", "error", "standardError", "seedStandardError", "floor",
        "seconds",
      ],
      rows: rows.map { row in
        [
          row.setting.sampler, row.setting.steps.map { "\($0)" } ?? "",
          row.setting.tolerance.map { "\($0)" } ?? "", row.setting.teleport,
          row.teleportSigma.text,
          row.nats.text, row.evaluations.text,
          row.evaluationsMax.text, row.metric, row.error.text, row.standardError.text,
          row.seedStandardError.text, row.floor.text, row.seconds.text,
        ]
      }
    ).csv
  }

  /// The saving of every sampler and teleportation.
  var savingTable: WordTable {
    WordTable(
      headings: [
        "sampler", "teleport", "saving", "low", "high", "at error", "without", "with", "jump alone",
      ],
      rows: savings.map { savings in
        let none = Shown(nil)
        let headline = savings.headline
        return [
          savings.sampler, savings.teleport, (headline?.saving ?? none).cell,
          (headline?.low ?? none).cell, (headline?.high ?? none).cell,
          (headline?.error ?? none).cell, (headline?.evaluations ?? none).cell,
          (headline?.needed ?? none).cell, savings.jumpError.cell,
        ]
      })
  }

  /// Why savings are missing or smaller than others, a sentence each.
  var remarks: [String] {
    savings.filter { !$0.reason.isEmpty }.map {
      "\($0.sampler), teleport \($0.teleport): \($0.reason)."
    }
  }

  /// The savings at the error of every baseline run.
  var readingTable: WordTable {
    WordTable(
      headings: [
        "sampler", "teleport", "at error", "without", "with", "saving", "low", "high", "remark",
      ],
      rows: savings.flatMap { savings in
        savings.at.map { at in
          [
            savings.sampler, savings.teleport, at.error.cell, at.evaluations.cell, at.needed.cell,
            at.saving.cell, at.low.cell, at.high.cell, at.reason,
          ]
        }
      })
  }
}
