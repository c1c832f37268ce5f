import Foundation
import Synchronization
import Testing

/// Every option of every command, walked through numbers that nothing was made for.
///
/// The options are those that the program declares: a new one is walked without a word here, and
/// one that takes a number has to come as far as a run with one of the numbers.
@Suite struct NumberWalkTests {
  private static let numbers = [
    "0", "-1", "0.5", "1", "2", "1e-300", "1e-5", "0.004", "1e5", "100000", "1e16", "1e19", "1e300",
    "nan", "inf", "2147483648", "9223372036854775807",
  ]
  /// For options that were walked with another command.
  private static let few = ["0", "0.5", "1", "1e19", "nan", "9223372036854775807"]
  /// No number: parsers of numbers refuse it in words of their own.
  private static let word = "no-number"

  /// A small run of each command; `@` is a name that no other run writes to.
  private static let runs = [
    "sample": "ok.json --count 3 --steps 3 -o @.csv",
    "fit gaussian": "few.csv -o @.json",
    "fit mixture": "few.csv -o @.json --components 1 --restarts 1",
    "fit neighbors": "few.csv -o @.json",
    "train": "few.csv -o @.safetensors --steps 3 --width 4 --depth 1 --batch-size 4",
    "score": "ok.json few.csv --sigma 1 -o @.csv",
    "likelihood": "ok.json few.csv -o @.csv --steps 4",
    "measure": "ok.json -o @ --count 16 --steps 2,3 --samplers euler --seeds 2",
    "evaluate": "few.csv --reference few.csv",
    "diagnose": "ok.json --data points.csv --count 8 --levels 2 --components 1 --probes 2",
    "toy": "rings --count 4 -o @.csv", "show": "few.csv -o @.png", "list": "toys",
    "benchmark limits": "", "benchmark score": "ok.json few.csv --sigma 1 --repeats 1",
    "benchmark sample": "ok.json --count 3 --steps 3 --repeats 1",
    "benchmark train": "few.csv --repeats 1 --width 4 --depth 1 --batch-size 4",
  ]

  /// What else an option needs to mean anything.
  private static let company: [String: String] = {
    var company = [
      "--eta": "--sampler ancestral", "--churn": "--sampler edm",
      "--corrections": "--sampler predictor-corrector", "--snr": "--sampler predictor-corrector",
      "--step-size": "--sampler langevin", "--sigma": "--sampler langevin",
      "--gamma": "--sampler gradient-estimation", "--mu": "--sampler gradient-estimation",
      "--order": "--sampler unipc", "--unipc-b": "--sampler unipc",
      "--beta-min": "--process vp", "--beta-max": "--process vp", "--time-end": "--process vp",
      "--teleport-budget": "--teleport auto",
    ].flatMap { option, words in
      [("sample \(option)", words), ("benchmark sample \(option)", words)]
    }
    // A legitimate number that would take long.
    company.append(("train --steps", "--duration 0.5"))
    for option in ["--beta-min", "--beta-max", "--time-end"] {
      company.append(("measure \(option)", "--process vp"))
    }
    company += [
      "--huber-width": "--loss pseudo-huber", "--gamma": "--weighting soft-min-snr",
      "--noise-center": "--noise-distribution log-normal",
      "--noise-spread": "--noise-distribution log-normal", "--subspace": "--network subspace",
    ].flatMap { option, words in
      [("train \(option)", words), ("benchmark train \(option)", words)]
    }
    company += [
      ("fit gaussian --rank", "--covariance low-rank"),
      ("fit neighbors --remainder", "--neighbors 1"),
    ]
    return Dictionary(company) { first, _ in first }
  }()

  /// Runs of their own for options that the small run of their command has no use for.
  private static let own = [
    "sample --tolerance": "ok.json --count 3 --sampler dormand-prince -o @.csv",
    "benchmark sample --tolerance": "ok.json --count 3 --sampler dormand-prince --repeats 1",
    "train --blocks": "toy:glyphs:8 -o @.safetensors --steps 1 --batch-size 2 --channels 8,8",
    "benchmark train --blocks": "toy:glyphs:8 --repeats 1 --batch-size 2 --channels 8,8",
    "train --attention": "toy:glyphs:8 -o @.safetensors --steps 1 --batch-size 2 --channels 8,16",
    "benchmark train --attention": "toy:glyphs:8 --repeats 1 --batch-size 2 --channels 8,16",
    "likelihood --probes": "smooth.json few.csv -o @.csv --steps 2",
  ]

  private struct Job: Sendable {
    let option: Declarations.Option
    let number: String
    let words: [String]
  }

  private static func jobs(_ options: [Declarations.Option]) -> [Job] {
    var seen: Set<String> = []
    return options.flatMap { option in
      let place = "\(option.command) \(option.name)"
      let isNew = seen.insert(option.name + option.help).inserted || option.command == "measure"
      return ((isNew ? numbers : few) + [word]).map { number in
        let given = own[place] ?? "\(runs[option.command] ?? "") \(company[place] ?? "")"
        var words = given.split(separator: " ").map(String.init)
        let spelled = option.name == "--output" ? ["--output", "-o"] : [option.name]
        if let index = words.firstIndex(where: spelled.contains) {
          words.removeSubrange(index...index + 1)
        }
        return Job(
          option: option, number: number,
          words: option.command.split(separator: " ").map(String.init) + words
            + [option.name, number, "--quiet"])
      }
    }
  }

  private static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(
      """
      {"kind": "mixture", "components": [{"weight": 1, "mean": [0, 0], "variance": 1}, \
      {"weight": 2, "mean": [3, 1], "variances": [0.5, 2]}]}
      """, to: "ok.json")
    try folder.write(
      #"{"kind": "neighbors", "data": "few.csv", "smoothing": 0.5}"#, to: "smooth.json")
    try folder.write("0.5,1.25\n-1,0.75\n2,-0.5\n0.25,0.125\n", to: "few.csv")
    var dice = Dice(state: 5)
    try folder.write(
      (0..<40).map { _ in "\(dice.normal()),\(2 * dice.normal())\n" }.joined(), to: "points.csv")
    return folder
  }

  /// What a run did that none may do; nil for good manners.
  private static func fault(_ outcome: Command.Outcome) -> String? {
    guard [0, 1, 64, 65, 66, 73].contains(outcome.code) else { return "ends with \(outcome.code)" }
    let lines = outcome.errors.split(separator: "\n")
    if outcome.code == 0 {
      if !lines.isEmpty { return "says something on standard error" }
      let told = outcome.output.lowercased()
      return told.contains("nan") ? "tells of nan" : nil
    }
    guard lines.count == 1, [".", "?"].contains(outcome.errors.dropLast().suffix(1)) else {
      return "does not say one sentence"
    }
    return nil
  }

  @Test func `any number in any option gives a result or one sentence`() throws {
    let folder = try Self.folder()
    let options = try Declarations(in: folder).options
    #expect(options.count > 200)
    for command in Set(options.map(\.command)) {
      #expect(Self.runs[command] != nil, "\(command) has no small run here")
    }
    let jobs = Self.jobs(options)
    let next = Atomic(0)
    let results = Mutex((faults: [String](), numeric: Set<String>(), reached: Set<String>()))
    // As many children as processors: each is a process of its own.
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < jobs.count else { return }
        let job = jobs[index]
        let words = job.words.map { $0.replacingOccurrences(of: "@", with: "run-\(index)") }
        let told = words.joined(separator: " ")
        do {
          let outcome = try Command.run(
            words, in: folder, variables: ["SWIFT_BACKTRACE": "enable=no"], seconds: 30)
          let place = "\(job.option.command) \(job.option.name)"
          results.withLock {
            if let fault = Self.fault(outcome) {
              $0.faults.append("\(told) \(fault): \(outcome.errors.suffix(300))")
            }
            if job.number == Self.word, outcome.errors.contains("is invalid for '--") {
              $0.numeric.insert(place)
            }
            if outcome.code == 0 { $0.reached.insert(place) }
          }
        } catch {
          results.withLock { $0.faults.append("\(told): \(error)") }
        }
      }
    }
    let (faults, numeric, reached) = results.withLock { $0 }
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    #expect(numeric.count > 100)
    let unreached = numeric.subtracting(reached).sorted()
    #expect(unreached.isEmpty, "no number comes as far as a run: \(unreached)")
  }
}
