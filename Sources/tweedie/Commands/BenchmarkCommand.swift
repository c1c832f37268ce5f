import ArgumentParser
import Files
import Foundation

/// `tweedie benchmark`: how fast, against what the machine can do.
struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure speed against the limits of the machine.",
    discussion: """
      EXAMPLE
        tweedie benchmark limits
        tweedie benchmark score digits.json x.npy --sigma 2 --repeats 9
        tweedie benchmark sample eight-gaussians --sampler euler-maruyama --count 100000

      Times are those of the work alone, files read and memory in place.
      """,
    subcommands: [
      BenchmarkLimitsCommand.self, BenchmarkScoreCommand.self, BenchmarkSampleCommand.self,
      BenchmarkTrainCommand.self,
    ])
}

/// Seconds that `work` takes.
func seconds(_ work: () throws -> Void) rethrows -> Double {
  let start = ContinuousClock.now
  try work()
  return (ContinuousClock.now - start).seconds
}

/// What pieces of work took: by the clock, and of all processors together.
struct Timings {
  private(set) var seconds: [Double] = []
  private(set) var processorSeconds: [Double] = []

  /// Does a piece of work and adds what it took.
  mutating func measure(_ work: () throws -> Void) rethrows {
    let used = clock()
    seconds.append(try tweedie.seconds(work))
    // Clocks are millionths of a second on every system of the POSIX kind.
    processorSeconds.append(Double(clock() - used) / 1e6)
  }

  /// For `--json`.
  var members: [JSONMember] {
    [
      JSONMember("seconds", .number(seconds.median)),
      JSONMember("processorSeconds", .number(processorSeconds.median)),
      JSONMember("times", .array(seconds.map { .number($0) })),
    ]
  }
}

extension [Double] {
  /// The middle of an odd number of values, or the mean of the two in the middle.
  var median: Double {
    let sorted = sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
