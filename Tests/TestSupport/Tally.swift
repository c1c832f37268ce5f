import Synchronization

/// Counts from many threads.
public final class Tally: Sendable {
  private let state: Mutex<[Int]>

  /// `count` zeros.
  public init(_ count: Int) { state = Mutex([Int](repeating: 0, count: count)) }

  /// Counts `index` once more.
  public func add(_ index: Int) { state.withLock { $0[index] += 1 } }

  /// How often each was counted.
  public var counts: [Int] { state.withLock { $0 } }
}
