import ArgumentParser
import Arrays
import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Key of all random numbers.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: "Threads to use; all processors unless given. Results do not depend on it.")
  var threads: Int?

  @Flag(help: "Print the result as one JSON object on standard output.")
  var json = false

  @Flag(name: [.short, .long], help: "Say nothing but errors.")
  var quiet = false

  @Flag(help: "Show progress even where standard error is not a terminal.")
  var progress = false

  @Flag(help: "Replace output files that exist.")
  var overwrite = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes a number from 1 to 1024, not \(threads).")
    }
  }

  var workers: Workers { threads.map { Workers(count: $0) } ?? .all }

  var console: Console { Console(json: json, quiet: quiet, progress: progress) }
}

/// The words that made an output, as one would type them.
var commandLine: String {
  CommandLine.arguments.enumerated().map { index, word in
    if index == 0 { return "tweedie" }
    let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,+@%".contains($0) }
    return plain && !word.isEmpty ? word : "'\(word.replacingOccurrences(of: "'", with: "'\\''"))'"
  }.joined(separator: " ")
}
