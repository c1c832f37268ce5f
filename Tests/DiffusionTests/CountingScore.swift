import Arrays
import Diffusion
import Synchronization

/// A score that counts its calls and keeps what it said last.
final class CountingScore<Base: Score>: Score {
  private let base: Base
  private let state = Mutex<(calls: Int, last: Points?)>((0, nil))

  init(_ base: Base) { self.base = base }

  var dimension: Int { base.dimension }
  var calls: Int { state.withLock { $0.calls } }
  var last: Points? { state.withLock { $0.last } }

  func denoise(
    _ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace
  ) {
    base.denoise(x, at: noise, into: &clean, in: workspace)
    let result = clean
    state.withLock { $0 = ($0.calls + 1, result) }
  }
}
