import Arrays
import Diffusion

/// All samples of a run, and what they took: sums, for a number a sample would outweigh a point.
struct Drawn {
  private(set) var samples: Points
  /// Denoiser evaluations of all samples together.
  private(set) var evaluations = 0
  /// Of the sample with the most.
  private(set) var mostEvaluations = 0
  /// Steps kept.
  private(set) var accepted = 0
  /// Steps taken back.
  private(set) var rejected = 0

  init(samples: Points) { self.samples = samples }

  /// Evaluations of a sample in the mean.
  var meanEvaluations: Double { Double(evaluations) / Double(max(1, samples.count)) }

  /// Puts the rows of one part in their place.
  mutating func add(_ part: SamplingResult, from first: Int) {
    samples.replaceRows(from: first, with: part.samples)
    evaluations += part.evaluations.reduce(0, +)
    mostEvaluations = max(mostEvaluations, part.evaluations.max() ?? 0)
    accepted += part.accepted.reduce(0, +)
    rejected += part.rejected.reduce(0, +)
  }
}
