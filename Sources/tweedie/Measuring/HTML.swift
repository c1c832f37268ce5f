import Foundation

/// Pieces of a page; every text goes through `escape`.
enum HTML {
  /// A text as it stands between tags or in a quoted attribute.
  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      // What HTML has no place for, even as a reference.
      case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  static func paragraph(_ text: String, kind: String? = nil) -> String {
    "<p\(kind.map { " class=\"\($0)\"" } ?? "")>\(escape(text))</p>\n"
  }

  /// Sentences one under the other; nothing where there are none.
  static func list(_ items: [String]) -> String {
    guard !items.isEmpty else { return "" }
    return "<ul>\n" + items.map { "<li>\(escape($0))</li>\n" }.joined() + "</ul>\n"
  }

  static func heading(_ text: String) -> String { "<h2>\(escape(text))</h2>\n" }

  /// A picture inside the page.
  static func image(_ png: [UInt8], width: Int, height: Int, text: String) -> String {
    "<img src=\"data:image/png;base64,\(Data(png).base64EncodedString())\" width=\"\(width)\" "
      + "height=\"\(height)\" alt=\"\(escape(text))\">"
  }

  /// A table that scrolls within itself; the first `words` columns and those named are words.
  static func table(_ table: WordTable, words: Int, wide: Set<String> = []) -> String {
    let kinds = table.headings.enumerated().map { index, heading in
      wide.contains(heading) ? " class=\"wide\"" : index < words ? "" : " class=\"number\""
    }
    let head = zip(table.headings, kinds).map { "<th scope=\"col\"\($1)>\(escape($0))</th>" }
      .joined()
    let body = table.rows.map { row in
      "<tr>" + zip(row, kinds).map { "<td\($1)>\(escape($0))</td>" }.joined() + "</tr>\n"
    }.joined()
    return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><table>\n"
      + "<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody>\n</table></div>\n"
  }

  /// A whole page without scripts and without anything to load.
  static func page(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escape(title))</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <main>
    \(body)</main>
    </body>
    </html>

    """
  }

  private static let style = """
    :root { --ground: #fff; --ink: #222; --quiet: #5c5c5c; --line: #ddd; --card: #f4f6f8; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #16181b; --ink: #e6e6e6; --quiet: #a6a6a6; --line: #3a3e44; --card: #20242a; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--ink);
      font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
    main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .75rem; }
    h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
    p, li { max-width: 46rem; overflow-wrap: anywhere; }
    .lead { font-size: 1.15rem; background: var(--card); border-left: 4px solid #0072b2;
      padding: .75rem 1rem; }
    .quiet { color: var(--quiet); font-size: .9rem; }
    figure { margin: 1rem 0; }
    figure img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: 6px;
      border: 1px solid var(--line); }
    figcaption { color: var(--quiet); font-size: .9rem; margin-top: .35rem; }
    .pictures { display: grid; gap: 1rem;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
    .pictures figure { margin: 0; }
    .pictures img { width: 100%; image-rendering: pixelated; }
    .pictures .plot img { image-rendering: auto; }
    .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
    table { border-collapse: collapse; width: 100%; font-size: .9rem;
      font-variant-numeric: tabular-nums; }
    th, td { padding: .3rem .7rem; text-align: left; white-space: nowrap; vertical-align: top;
      border-bottom: 1px solid var(--line); }
    tbody tr:last-child td { border-bottom: 0; }
    th { background: var(--card); }
    .number { text-align: right; }
    .wide { white-space: normal; min-width: 18rem; }
    code, pre { font-family: "DejaVu Sans Mono", monospace; font-size: .85rem; }
    pre { background: var(--card); padding: .75rem 1rem; overflow-x: auto; border-radius: 6px; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
    dt { color: var(--quiet); }
    dd { margin: 0; overflow-wrap: anywhere; }
    """
}
