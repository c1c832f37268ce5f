/// A batch on its way from σ_max to 0, whoever chooses the steps: what a driver needs to know.
public protocol SamplingLoop {
  /// Makes one step, or tries one of every row still on its way; false when there was none to make.
  mutating func advance() -> Bool
  /// How much of the way is behind, from 0 to 1.
  var progress: Double { get }
  /// Denoiser evaluations so far, the mean over the samples.
  var meanEvaluations: Double { get }
  /// What the run has come to.
  var result: SamplingResult { get }
}

extension SamplingRun: SamplingLoop {
  /// The share of the steps that are done.
  public var progress: Double { Double(walk.step) / Double(levels.steps) }
  /// The same for all samples.
  public var meanEvaluations: Double { Double(walk.evaluations) }
}
