import Foundation
import Synchronization

/// The largest errors that a run of the tests met, printed where TWEEDIE_MEASURED is set.
public enum Measured {
  private static let worst = Mutex<[String: Double]>([:])

  /// Notes an error; a new largest one is printed.
  public static func record(_ name: String, _ error: Double) {
    guard ProcessInfo.processInfo.environment["TWEEDIE_MEASURED"] != nil else { return }
    worst.withLock {
      if error > $0[name, default: 0] {
        $0[name] = error
        print("measured \(name): \(error)")
      }
    }
  }
}
