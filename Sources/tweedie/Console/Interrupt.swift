import Dispatch
import Foundation
import Synchronization

/// Ctrl-C: the first asks the work to stop between two steps, and ends the process where no step
/// ends soon; the second ends it at once. A command may keep its work first. Outputs that are being
/// written are finished first.
enum Interrupt {
  /// Longer than most steps, shorter than a user's patience.
  private static let patience = DispatchTimeInterval.seconds(1)

  private static let requests = Atomic<Int>(0)
  private static let writing = Atomic<Bool>(false)
  private static let saving = Atomic<Bool>(false)

  /// Takes Ctrl-C over from the system, once for the whole process.
  static func install() {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      // The handler holds the source, which would end with its last reference.
      _ = source
      if requests.add(1, ordering: .sequentiallyConsistent).oldValue > 0 {
        leave()
      } else {
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
          // A command that keeps its work looks often enough by itself.
          if !saving.load(ordering: .sequentiallyConsistent) { leave() }
        }
      }
    }
    source.resume()
  }

  /// What an interrupted run says of what it leaves behind; set by commands that keep something.
  static var sentence: String {
    get { words.withLock { $0 } }
    set { words.withLock { $0 = newValue } }
  }

  private static let words = Mutex("Interrupted: nothing was written.")

  static var isRequested: Bool { requests.load(ordering: .sequentiallyConsistent) > 0 }

  /// From here on the first Ctrl-C does not end the process: the command sees it between two
  /// steps, keeps its work and leaves. The second still does.
  static func savesOnRequest() { saving.store(true, ordering: .sequentiallyConsistent) }

  /// The last chance to stop before files appear; from here on the process ends by itself.
  static func beginWriting() throws(Failure) {
    writing.store(true, ordering: .sequentiallyConsistent)
    if isRequested { throw .interrupted }
  }

  @Sendable private static func leave() {
    if writing.load(ordering: .sequentiallyConsistent) { return }
    Failure.report(.interrupted)
    // Not `exit`: other threads are at work and would see the process taken down around them.
    _exit(Failure.interrupted.exitCode)
  }
}
