import Arrays
import Foundation
import Synchronization
import Testing

/// Threads that share work.
@Suite struct WorkersTests {
  /// What happened to a number of tasks.
  private final class Record: Sendable {
    private struct State {
      var times: [Int]
      var busy: [Bool]
      var overlaps = 0
    }

    private let state: Mutex<State>

    init(tasks: Int, workers: Int) {
      state = Mutex(
        State(
          times: [Int](repeating: 0, count: tasks), busy: [Bool](repeating: false, count: workers)))
    }

    func enter(_ worker: Int, _ task: Int) {
      state.withLock {
        if $0.busy[worker] { $0.overlaps += 1 }
        $0.busy[worker] = true
        $0.times[task] += 1
      }
      state.withLock { $0.busy[worker] = false }
    }

    func count(_ task: Int) { state.withLock { $0.times[task] += 1 } }

    var times: [Int] { state.withLock { $0.times } }
    /// Calls that met another of the same worker.
    var overlaps: Int { state.withLock { $0.overlaps } }
  }

  private func expectAllOnce(_ workers: Workers, tasks: Int) {
    let record = Record(tasks: tasks, workers: workers.count)
    workers.forEach(tasks) { record.enter($0, $1) }
    #expect(
      record.times == [Int](repeating: 1, count: tasks),
      "\(workers.count) threads, \(tasks) tasks")
    #expect(record.overlaps == 0)
  }

  @Test(arguments: [1, 2, 3, 16])
  func `every task is done once, by one worker at a time`(count: Int) {
    for tasks in [0, 1, 2, 7, 100] { expectAllOnce(Workers(count: count), tasks: tasks) }
  }

  @Test func `threads that fell asleep are woken`() {
    for pause in [0, 0.0001, 0.001, 0.02] {
      for _ in 0..<5 {
        expectAllOnce(.all, tasks: 20)
        Thread.sleep(forTimeInterval: pause)
      }
    }
  }

  @Test func `no task of passes that follow one another is lost`() {
    let record = Record(tasks: 8, workers: 1)
    for _ in 0..<2000 { Workers.all.forEach(8) { record.count($1) } }
    #expect(record.times == [Int](repeating: 2000, count: 8))
  }

  @Test func `work within work and from several threads at once is done`() async {
    let record = Record(tasks: 64, workers: 1)
    Workers(count: 2).forEach(8) { _, outer in
      Workers.all.forEach(8) { _, inner in record.count(8 * outer + inner) }
    }
    #expect(record.times == [Int](repeating: 1, count: 64))
    await withTaskGroup { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<50 { self.expectAllOnce(.all, tasks: 16) } }
      }
    }
  }
}
