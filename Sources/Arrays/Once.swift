import Synchronization

/// A value that is made when it is first asked for, and kept by all copies of its owner.
package final class Once<Value: Sendable>: Sendable {
  private let known = Mutex<Value?>(nil)

  package init() {}

  package func value(made make: () -> Value) -> Value {
    known.withLock { known in
      if let known { return known }
      let fresh = make()
      known = fresh
      return fresh
    }
  }
}
