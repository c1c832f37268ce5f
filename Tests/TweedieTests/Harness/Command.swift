import Foundation
import Synchronization
import Testing

/// The command as a user meets it: words in, an exit code and two streams out.
struct Command: Sendable {
  /// What a run left behind.
  struct Outcome: Sendable {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Nothing here takes a tenth of this; a run that hangs must not hang the tests.
  static let secondsAllowed = 120.0

  /// The program, built in the folder of the tests or in one above it.
  static let executable: URL = {
    var folder = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    while folder.pathComponents.count > 1 {
      folder.deleteLastPathComponent()
      let candidate = folder.appendingPathComponent("tweedie")
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder),
        !isFolder.boolValue
      {
        return candidate
      }
    }
    return URL(fileURLWithPath: "tweedie")
  }()

  let process = Process()
  private let streams: Folder

  /// Starts the program with some words in a folder, and some variables beside those there are.
  init(_ words: [String], in folder: Folder, variables: [String: String] = [:]) throws {
    streams = try Folder()
    for name in ["output", "errors"] { try streams.write("", to: name) }
    process.executableURL = Self.executable
    process.arguments = words
    if !variables.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes: nothing blocks however much is said.
    process.standardOutput = FileHandle(forWritingAtPath: streams.path("output"))
    process.standardError = FileHandle(forWritingAtPath: streams.path("errors"))
    // One at a time: Foundation's own start of a process is not safe beside another.
    try Self.starting.withLock { _ in try process.run() }
  }

  private static let starting = Mutex(())

  /// Waits for the end, and ends it itself after so many seconds.
  func outcome(seconds: Double = secondsAllowed) throws -> Outcome {
    let process = process
    let watch = DispatchWorkItem { kill(process.processIdentifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watch)
    process.waitUntilExit()
    watch.cancel()
    return Outcome(
      // A signal is told as a shell tells it.
      code: process.terminationStatus + (process.terminationReason == .exit ? 0 : 128),
      output: try streams.text("output"), errors: try streams.text("errors"))
  }

  /// Runs the program to its end.
  static func run(
    _ words: [String], in folder: Folder, variables: [String: String] = [:],
    seconds: Double = secondsAllowed
  ) throws -> Outcome {
    try Command(words, in: folder, variables: variables).outcome(seconds: seconds)
  }

  /// Runs the program, which has to succeed and, being told to be quiet, to say nothing.
  static func succeed(
    _ words: [String], in folder: Folder, variables: [String: String] = [:],
    location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try run(words + ["--quiet"], in: folder, variables: variables)
    let told = words.joined(separator: " ")
    #expect(outcome.code == 0, "\(told): \(outcome.errors)", sourceLocation: location)
    #expect(outcome.output + outcome.errors == "", "\(told)", sourceLocation: location)
    try #require(outcome.code == 0, "\(told)", sourceLocation: location)
  }
}
