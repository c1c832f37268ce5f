import Arrays
import Synchronization

extension Workers {
  /// What `body` returns for each task, in the order of the tasks.
  func results<Result: Sendable>(
    of tasks: Int, _ body: @Sendable (_ task: Int) -> Result
  ) -> [Result] {
    let slots = Mutex([Result?](repeating: nil, count: tasks))
    forEach(tasks) { _, task in
      let result = body(task)
      slots.withLock { $0[task] = result }
    }
    return slots.withLock { $0.compactMap { $0 } }
  }
}

/// Rows cut into at most `most` groups of at least `least` rows.
///
/// The cut depends on its arguments alone: sums made group by group and joined in order are the
/// same bits on every number of threads.
func rowGroups(of count: Int, most: Int, least: Int) -> [Range<Int>] {
  let groups = max(1, min(most, count / max(1, least)))
  return (0..<groups).map { $0 * count / groups..<($0 + 1) * count / groups }
}
