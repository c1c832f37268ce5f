import CKernels
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Threads that wait for work, awake for a while and then asleep.
///
/// To wake a thread takes tens of microseconds, as long as a pass over a small batch; passes that
/// follow one another find theirs awake.
package final class ThreadPool: Sendable {
  /// As many threads as processors, with the one that calls; nil while another thread makes it.
  ///
  /// A child of `fork` has the memory of the parent's pool and none of its threads, nor may it ever
  /// see a lock opened that one of them held. It forgets all of that and makes a pool of its own.
  static var shared: ThreadPool? {
    if let known = kernels_thread_pool() {
      return Unmanaged<ThreadPool>.fromOpaque(known).takeUnretainedValue()
    }
    guard kernels_claim_thread_pool() != 0 else { return nil }
    let made = ThreadPool(count: Workers.all.count)
    // Never released: its threads wait for work until the process ends.
    kernels_keep_thread_pool(Unmanaged.passRetained(made).toOpaque())
    return made
  }

  private let helpers: [Helper]
  /// Whether a caller has the helpers.
  private let isTaken = Atomic(false)

  package init(count: Int) {
    // Where the system grants fewer threads there are fewer helpers.
    helpers = (1..<max(1, count)).compactMap { _ in Helper() }
  }

  /// Calls `body` with 0 ..< team at the same time and returns when all are done; the caller is
  /// number 0. Does nothing and returns false where the pool is smaller or somebody else has it.
  package func run(_ team: Int, _ body: @Sendable (_ worker: Int) -> Void) -> Bool {
    guard team <= helpers.count + 1, !isTaken.exchange(true, ordering: .acquiring) else {
      return false
    }
    withoutActuallyEscaping(body) { body in
      var processors = [kernels_processor()]
      for (index, helper) in helpers.prefix(team - 1).enumerated() {
        processors.append(helper.start(besides: processors) { body(index + 1) })
      }
      body(0)
      for helper in helpers.prefix(team - 1) { helper.finish() }
    }
    isTaken.store(false, ordering: .releasing)
    return true
  }
}

/// One thread, and the one job that it may have.
private final class Helper: Sendable {
  private let job = Mutex<(@Sendable () -> Void)?>(nil)
  /// Where it was last.
  private let processor = Atomic<Int32>(-1)
  private let begin = Gate()
  private let end = Gate()

  /// A thread of its own, and no queue: queues are of no use in a child of `fork`.
  init?() {
    let own = Unmanaged.passRetained(self)
    let error = kernels_start_thread(
      { context in
        guard let context else { return }
        Unmanaged<Helper>.fromOpaque(context).takeUnretainedValue().serve()
      }, own.toOpaque())
    if error != 0 {
      own.release()
      return nil
    }
  }

  private func serve() -> Never {
    while true {
      begin.wait()
      job.withLock { $0 }?()
      processor.store(kernels_processor(), ordering: .relaxed)
      job.withLock { $0 = nil }
      end.open()
    }
  }

  /// Begins with `work` on none of `others`, if it can; returns where it was last.
  func start(besides others: [Int32], _ work: @escaping @Sendable () -> Void) -> Int32 {
    job.withLock {
      $0 = {
        // Threads that rest in between are not always parted by the system.
        kernels_step_aside(others, others.count)
        work()
      }
    }
    begin.open()
    return processor.load(ordering: .relaxed)
  }

  func finish() { end.wait() }
}

/// Lets one thread through for every time that another opens it.
private final class Gate: Sendable {
  private enum State {
    static let shut = 0
    static let open = 1
    static let asleep = 2
  }

  private let state = Atomic(State.shut)
  private let sleep = DispatchSemaphore(value: 0)

  /// Longer than what stands between the passes of a step.
  private static let patience = Duration.microseconds(200)
  /// Looks at the gate between looks at the clock.
  private static let looks = 32

  func open() {
    if state.exchange(State.open, ordering: .acquiringAndReleasing) == State.asleep {
      sleep.signal()
    }
  }

  func wait() {
    if !isOpened() {
      let (found, _) = state.compareExchange(
        expected: State.shut, desired: State.asleep, ordering: .acquiringAndReleasing)
      if found { sleep.wait() }
    }
    state.store(State.shut, ordering: .relaxed)
  }

  /// Whether it opens soon.
  private func isOpened() -> Bool {
    let start = ContinuousClock.now
    repeat {
      for _ in 0..<Self.looks {
        if state.load(ordering: .acquiring) == State.open { return true }
        kernels_pause()
      }
      // Where more threads than processors want to run, it may be the other's turn on this one.
      sched_yield()
    } while ContinuousClock.now - start < Self.patience
    return false
  }
}
