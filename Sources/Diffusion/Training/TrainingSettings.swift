/// Everything that decides the bits of a training run, beside its data.
public struct TrainingSettings: Sendable, Equatable {
  /// Key of all random numbers.
  public var seed: UInt64 = 0
  /// What the output of the network means.
  public var target = Preconditioning.Target.edm
  /// λ(σ).
  public var weighting = Weighting.edm
  /// What a residual costs.
  public var loss = Loss.square
  /// How often each noise level is trained.
  public var noise = NoiseDistribution.both(center: -1.2, spread: 1.2, share: 0.75)
  /// Noise that the input alone gets, as a share γ of σ: the network learns to live with the errors
  /// of its own earlier steps (Ning et al. 2023, <https://arxiv.org/abs/2301.11706>, γ = 0.1).
  public var perturbation = 0.0
  /// Whether the label is mixed with x + σ² ∇ log p₀(x₀), whose mean given x is the same D and whose
  /// variance is small where that of x₀ is large (De Bortoli et al. 2024,
  /// <https://arxiv.org/abs/2402.08667>). Needs the clean score.
  public var usesCleanScore = false
  /// Rows of a step.
  public var batchSize = 1024
  /// Steps in all: the rate falls to zero at the last.
  public var steps = 20_000
  /// The highest step size of Adam.
  public var rate = 2e-3
  /// Steps over which the rate rises from zero.
  public var warmUp = 500
  /// Whether the rate falls along half a cosine after that; else it stays.
  public var cosine = true
  /// Decoupled weight decay a step, times the rate (Loshchilov, Hutter 2019,
  /// <https://arxiv.org/abs/1711.05101>).
  public var decay = 0.0
  /// The largest norm of a gradient; longer ones are scaled down.
  public var clip = 1.0
  /// Steps between reports, which also choose the best average so far.
  public var reportInterval = 400
  /// Reports without a better one after which training stops; nil for never.
  public var patience: Int?
  /// Half-lives in steps of the moving averages of the parameters.
  public var averages: [Double] = [200, 800, 3000]

  /// Settings that learn the toys of the plane.
  public init() {}

  /// β₁, β₂ and ε of Adam (Kingma, Ba 2015, <https://arxiv.org/abs/1412.6980>); β₂ shorter than
  /// usual, because σ changes the size of gradients little under EDM's weighting.
  static let (firstMoment, secondMoment, epsilon) = (0.9, 0.99, 1e-8)
}
