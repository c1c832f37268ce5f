import CKernels
import Dispatch
import Synchronization

/// The threads that share a piece of work.
///
/// Work is cut into tasks whose sizes depend on the data alone, never on the number of threads,
/// so that every thread count gives the same bits.
public struct Workers: Sendable, Equatable {
  /// How many threads at most.
  public let count: Int

  /// A team of `count` threads; at least one.
  public init(count: Int) {
    precondition(count >= 1, "At least one thread does the work.")
    self.count = count
  }

  /// One thread for each processor that the process may use, as it was when first asked: what its
  /// affinity and the limits of its control groups leave.
  public static let all = Workers(count: ProcessorLimits.available)

  /// Calls `body(worker, task)` once for each task, in any order; `worker` is below `count` and
  /// no two calls with the same worker overlap, so it may index scratch memory.
  package func forEach(_ tasks: Int, _ body: @Sendable (_ worker: Int, _ task: Int) -> Void) {
    let team = min(count, tasks)
    guard team > 1 else {
      let state = kernels_flush_denormals()
      for task in 0..<max(0, tasks) { body(0, task) }
      kernels_restore_denormals(state)
      return
    }
    let shares = (0..<team).map { Share(tasks * $0 / team..<tasks * ($0 + 1) / team) }
    @Sendable func work(_ worker: Int) {
      let state = kernels_flush_denormals()
      // Its own share first: the rows that the same share held last time lie in this processor's
      // cache. Then what others have left.
      for offset in 0..<team {
        let share = shares[(worker + offset) % team]
        while let task = share.next() { body(worker, task) }
      }
      kernels_restore_denormals(state)
    }
    if let pool = ThreadPool.shared, pool.run(team, work) { return }
    if kernels_is_child() != 0 {
      // The queues' threads did not come along. One worker does what is left by all.
      work(0)
    } else {
      DispatchQueue.concurrentPerform(iterations: team, execute: work)
    }
  }

  /// Consecutive tasks, each given away once.
  private final class Share: Sendable {
    private let place: Atomic<Int>
    private let end: Int

    init(_ tasks: Range<Int>) {
      place = Atomic(tasks.lowerBound)
      end = tasks.upperBound
    }

    func next() -> Int? {
      let task = place.add(1, ordering: .relaxed).oldValue
      return task < end ? task : nil
    }
  }

  /// Calls `body(worker, rows)` for consecutive blocks of at most `size` rows.
  package func forEachBlock(
    of count: Int, size: Int, _ body: @Sendable (_ worker: Int, _ rows: Range<Int>) -> Void
  ) {
    forEach((count + size - 1) / size) { worker, block in
      body(worker, block * size..<min(count, (block + 1) * size))
    }
  }
}

/// Carries a pointer into a task. The tasks of one call write disjoint memory that outlives it.
struct Shared<Pointer>: @unchecked Sendable {
  let pointer: Pointer
  init(_ pointer: Pointer) { self.pointer = pointer }
}
