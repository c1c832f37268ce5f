import Arrays
import Diffusion

/// A sampler of either kind, ready to run.
enum Method {
  /// Walks down a grid.
  case fixed(any Sampler)
  /// Chooses its steps between the ends of a grid.
  case adaptive(any AdaptiveSampler)

  var facts: SamplerFacts {
    switch self {
    case .fixed(let method): method.facts
    case .adaptive(let method): method.facts
    }
  }

  /// The loop that takes `start` down to zero noise.
  func run(
    from start: Points, down levels: NoiseLevels, with score: any Score, samples: Samples,
    increments: any Increments, origin: RunOrigin, workers: Workers
  ) -> any SamplingLoop {
    switch self {
    case .fixed(let method):
      SamplingRun(
        from: start, down: levels, by: method, with: score, samples: samples,
        increments: increments, origin: origin, workers: workers)
    case .adaptive(let method):
      AdaptiveRun(
        from: start, down: levels, by: method, with: score, samples: samples, origin: origin,
        workers: workers)
    }
  }
}
