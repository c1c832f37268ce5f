import CTestSupport
import Dispatch
import Synchronization
import Testing

import Arrays

/// What a child of fork(2) can do.
@Suite(.serialized) struct ForkTests {
  /// Σ of 0 … 63, by so many threads, a few hundred passes long.
  private static func isRight(threads: Int) -> Bool {
    let sum = Atomic(0)
    for _ in 0..<200 {
      Workers(count: threads).forEach(64) { _, task in sum.add(task, ordering: .relaxed) }
    }
    return sum.load(ordering: .relaxed) == 200 * 2016
  }

  @Test func `work is done in the child of a process that had threads`() {
    #expect(Self.isRight(threads: 2), "The threads of the parent are there and awake.")
    let code = run_in_child(
      {
        // Of one thread, of the pool's, and of more threads than processors.
        for threads in [1, 2, 16] where !ForkTests.isRight(threads: threads) { return 1 }
        return 0
      }, 20)
    #expect(code == 0)
    #expect(Self.isRight(threads: 2), "The parent has its threads still.")
  }

  @Test func `a pool that the child did not make hangs`() {
    // The control: threads of the parent, kept.
    let pool = ThreadPool(count: 2)
    #expect(pool.run(2) { _ in })
    Self.kept.withLock { $0 = pool }
    let code = run_in_child(
      {
        let pool = ForkTests.kept.withLock { $0 }
        return pool?.run(2) { _ in } == true ? 0 : 1
      }, 1)
    #expect(code == child_hung)
  }

  private static let kept = Mutex<ThreadPool?>(nil)

  @Test func `a grandchild makes a pool of its own again`() {
    #expect(Self.isRight(threads: 2))
    let code = run_in_child(
      {
        guard ForkTests.isRight(threads: 2) else { return 1 }
        return run_in_child({ ForkTests.isRight(threads: 2) ? 0 : 1 }, 10)
      }, 20)
    #expect(code == 0)
  }
}
