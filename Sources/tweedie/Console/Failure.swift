import ArgumentParser
import Files
import Foundation

/// What ends a command other than success, with its exit code.
enum Failure: Error {
  /// The words of the command do not go together. Exit code 64.
  case usage(String)
  /// The input breaks a rule: the file, the place in it, the rule. Exit code 65.
  case data(file: String, place: String?, rule: String)
  /// The run went wrong. Exit code 1.
  case run(String)
  /// The user stopped it. Exit code 130.
  case interrupted

  var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .data: 65
    case .run: 1
    case .interrupted: 130
    }
  }

  var message: String {
    switch self {
    case .usage(let sentence), .run(let sentence): sentence
    case .data(let file, let place, let rule):
      FileError(.badData, file: file, place: place, rule: rule).message
    case .interrupted: Interrupt.sentence
    }
  }

  /// Says what went wrong in one sentence, as JSON too where that was asked for, and leaves.
  static func exit(with error: any Error) -> Never {
    switch error {
    case let error as FileError:
      report(error.message, file: error.file, place: error.place)
      Foundation.exit(error.exitCode)
    case let failure as Failure:
      report(failure)
      Foundation.exit(failure.exitCode)
    default:
      // Help, version, and words the parser did not take.
      let code = Tweedie.exitCode(for: error)
      if code == .success { Tweedie.exit(withError: error) }
      let message = Tweedie.message(for: error)
      let words = CommandLine.arguments.dropFirst()
      report(sentence(CommandWords.renamed(message, in: words) ?? message))
      Foundation.exit(code.rawValue)
    }
  }

  /// The parser's message as one sentence, with the way to more.
  private static func sentence(_ message: String) -> String {
    let words = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let isClosed = words.hasSuffix(".") || words.hasSuffix("?")
    return words + (isClosed ? "" : ".") + " See tweedie --help."
  }

  /// The parser may have failed before it knew; the word itself tells.
  private static var wantsJSON: Bool { CommandLine.arguments.contains("--json") }

  /// Says what went wrong, and leaves to the caller what to do.
  static func report(_ failure: Failure) {
    if case .data(let file, let place, _) = failure {
      report(failure.message, file: file, place: place)
    } else {
      report(failure.message)
    }
  }

  private static func report(_ message: String, file: String? = nil, place: String? = nil) {
    let sentence = Legible.sentence(message)
    if wantsJSON { printFailure(sentence, file: file, place: place) }
    Console.say("tweedie: \(sentence)")
  }

  private static func printFailure(_ message: String, file: String?, place: String?) {
    let error = JSONValue.object([
      JSONMember("message", .string(message)),
      JSONMember("file", file.map { .string($0) } ?? .null),
      JSONMember("place", place.map { .string($0) } ?? .null),
    ])
    let line = JSONValue.object([JSONMember("error", error)]).compact + "\n"
    // Unbuffered: an interrupted process flushes nothing.
    FileHandle.standardOutput.write(Data(line.utf8))
  }
}
