import Files
import Foundation

/// Words to the user: results on standard output, everything else on standard error.
struct Console {
  /// Whether results are one JSON object.
  let json: Bool
  /// Whether only errors are said.
  let quiet: Bool
  private let showsProgress: Bool

  init(json: Bool, quiet: Bool, progress: Bool) {
    self.json = json
    self.quiet = quiet
    showsProgress = progress || (isatty(STDERR_FILENO) == 1 && !quiet)
  }

  /// One line to standard error, whatever the options and whatever words of others stand in it.
  static func say(_ line: String) {
    FileHandle.standardError.write(Data((Legible.sentence(line) + "\n").utf8))
  }

  /// Something the user should know, on standard error.
  func note(_ line: String) {
    if !quiet { Self.say(line) }
  }

  /// A line of the result, for people.
  func tell(_ line: String) {
    if json { return }
    if !quiet { print(Legible.escaped(line)) }
  }

  /// The result, for programs.
  func report(_ members: [JSONMember]) {
    if json { print(JSONValue.object(members).compact) }
  }

  /// Hands on what was told so far: a pipe would keep it until there is more.
  func flush() { fflush(nil) }

  /// Leaves with 130 if the user asked to stop.
  func checkInterrupt() throws(Failure) {
    if Interrupt.isRequested { throw .interrupted }
  }

  /// Whether the user asked to stop.
  var isInterrupted: Bool { Interrupt.isRequested }

  /// A line that tells how far a long piece of work is.
  func progress(_ what: String) -> ProgressLine { ProgressLine(what, isShown: showsProgress) }
}

/// One line on standard error, redrawn in place: what, how far, rate and time left.
struct ProgressLine {
  private let what: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant?

  init(_ what: String, isShown: Bool) {
    self.what = what
    self.isShown = isShown
  }

  /// Shows `done` of `total`, at most ten times a second.
  mutating func update(done: Int, total: Int, detail: @autoclosure () -> String = "") {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let last, now - last < .milliseconds(100), done < total { return }
    last = now
    let seconds = (now - start).seconds
    let rate = seconds > 0 ? Double(done) / seconds : 0
    let left = rate > 0 ? Double(total - done) / rate : 0
    let line =
      "\(Legible.value(what)) \(done)/\(total)  \(rate.formatted(digits: 3))/s  "
      + "\(left.formatted(digits: 2)) s left  \(detail())"
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
  }

  /// Clears the line.
  func end() {
    if isShown && last != nil { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}

extension Duration {
  /// The length in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension Double {
  /// The number in `digits` significant digits, without trailing zeros; whole where it has more
  /// digits than that before the point.
  func formatted(digits: Int) -> String {
    // 1160, where %g writes 1.16e+03.
    let isWhole = abs(self) >= pow(10, Double(digits)) && abs(self) < 1e6
    return String(format: isWhole ? "%.0f" : "%.\(digits)g", self)
  }
}
