import Arrays
import Diffusion
import Synchronization

/// A score that adds up the time of its evaluations: what remains of a run is the sampler's.
final class TimedScore: Score {
  private let score: any Score
  private let elapsed = Mutex(0.0)

  init(_ score: any Score) { self.score = score }

  var dimension: Int { score.dimension }
  /// Seconds so far.
  var seconds: Double { elapsed.withLock { $0 } }

  func denoise(_ x: Points, at noise: Noise, into clean: inout Points, in workspace: Workspace) {
    let start = ContinuousClock.now
    score.denoise(x, at: noise, into: &clean, in: workspace)
    let time = (ContinuousClock.now - start).seconds
    elapsed.withLock { $0 += time }
  }
}
