import Arrays
import Diffusion
import Files
import Pictures

/// The page of a measurement: one file with everything in it.
struct Page {
  let report: Report
  let model: LoadedModel
  let figure: Raster
  let settings: [JSONMember]
  let command: String

  /// Images of a grid on the page.
  private static let imageCount = 36

  var html: String {
    let title = "Steps saved on \(model.name)"
    var body = "<h1>\(HTML.escape(title))</h1>\n"
    body += HTML.paragraph(report.recommendation.sentenceCase, kind: "lead")
    body += "<figure>" + Self.image(figure, "error against evaluations of every run")
    body += "</figure>\n"
    if !report.savings.isEmpty {
      body += HTML.heading("What teleportation saves")
      body += HTML.table(report.savingTable, words: 2)
      body += HTML.paragraph(Self.savingWords, kind: "quiet")
      body += HTML.list(report.remarks)
    }
    body += HTML.heading("Samples")
    body += pictures
    body += HTML.heading("All runs")
    body += HTML.table(report.runTable, words: 3)
    if !report.savings.isEmpty {
      body += HTML.heading("The saving at every error")
      body += HTML.table(report.readingTable, words: 2, wide: ["remark"])
    }
    body += HTML.heading("How to read this")
    body += explanation
    body += HTML.heading("How it was made")
    body += "<pre>\(HTML.escape(command))</pre>\n<dl>\n"
    body += (settings + [JSONMember("the model is", .string(model.summary))]).map { member in
      let words = member.value.text ?? member.value.compact
      return words.isEmpty
        ? "" : "<dt>\(HTML.escape(member.key))</dt><dd>\(HTML.escape(words))</dd>\n"
    }.joined()
    body += "</dl>\n"
    return HTML.page(title: title, body: body)
  }

  private static let savingWords = """
    The saving is the share of the evaluations that is not needed for the same error: 0.25 means \
    that 30 do what 40 did; a negative one that more are needed. Low and high bound 95 % of it over \
    rows drawn again. “Jump alone” is the error that remains when everything after the jump is exact. \
    The saving is told at the error of the longest run without teleportation that has one.
    """

  private var explanation: String {
    var text = HTML.paragraph(
      "An evaluation is one call of the model for one sample: what sampling costs. “most” is the "
        + "greatest number that any sample took.")
    for metric in Set(report.groups.map(\.metric)).sorted() {
      let words = metric == Report.trajectory ? Self.trajectoryWords : Self.lawWords
      text += HTML.paragraph(words)
    }
    var told: [String] = []
    for group in report.groups where !told.contains(group.truth.words) {
      told.append(group.truth.words)
      let alike = report.groups.filter { $0.truth.words == group.truth.words }.map(\.sampler)
      text += HTML.paragraph(
        "Reference of \(alike.joined(separator: ", ")): \(group.truth.words). Floor: "
          + "\(Shown(group.truth.floor).text).")
    }
    return text
  }

  private static let trajectoryWords = """
    The error of a deterministic sampler is the mean distance of its samples from where the exact \
    probability flow takes the same starts, divided by the deviation of the data, √(tr Cov[x₀]). \
    The number after ± is the standard error over the rows. The floor is how far the exact flow is \
    known: errors at it say nothing.
    """
  private static let lawWords = """
    The error of a sampler that draws noise is the energy distance between the law of its samples \
    and the law of the reference, divided by the deviation of the data. It is estimated without \
    bias, so that it may come out negative when it is small. The floor is twice its size between \
    two sets drawn from the reference: errors at it say nothing.
    """

  /// Samples of the setting recommended, and of the same with and without teleportation.
  private var pictures: String {
    let chosen = report.recommended
    guard let group = report.groups.first(where: { $0.sampler == chosen.sampler }) else {
      return ""
    }
    let alike = group.runs.filter {
      $0.setting.steps == chosen.steps && $0.setting.tolerance == chosen.tolerance
    }
    var shown = alike.map { run in (run.samples, caption(run.setting)) }
    switch group.truth.kind {
    case .flow(let solution): shown.append((solution, "The exact flow from the same starts."))
    case .law(_, let reference): shown.append((reference, "The reference."))
    }
    shown = shown.map { (model.frame.differences($0.0), $0.1) }
    let limits = limits(shown.map(\.0))
    let kind = model.image == nil ? " class=\"plot\"" : ""
    return "<div class=\"pictures\">\n"
      + shown.map { points, caption in
        let picture = Drawing.draw(
          points.rows(0..<min(points.count, model.image == nil ? points.count : Self.imageCount)),
          image: model.image, range: model.range, title: "", caption: "", limits: limits,
          about: model.frame.origin)
        return "<figure\(kind)>" + Self.image(picture.raster, caption)
          + "<figcaption>\(HTML.escape(caption))</figcaption></figure>\n"
      }.joined() + "</div>\n"
  }

  private func caption(_ setting: Setting) -> String {
    guard let row = report.rows.first(where: { $0.setting == setting }) else { return "" }
    return "\(setting.words): \(row.evaluations.text) evaluations, error \(row.error.cell)."
  }

  /// One box for all plots of points.
  private func limits(_ sets: [Points]) -> [ClosedRange<Double>]? {
    guard let last = sets.last, last.dimension <= 3, model.image == nil else { return nil }
    return (0..<last.dimension).map { axis in
      let values = (0..<last.count).map { Double(last[$0, axis]) }
      let (low, high) = (values.min() ?? 0, values.max() ?? 1)
      let margin = margin(high - low, at: high, share: 0.08)
      return low - margin...high + margin
    }
  }

  private static func image(_ raster: Raster, _ text: String) -> String {
    HTML.image(encodePNG(raster), width: raster.width, height: raster.height, text: text)
  }
}

extension String {
  /// The sentence as it begins a paragraph; names of samplers keep their letters.
  fileprivate var sentenceCase: String { "Recommended: " + self }
}
