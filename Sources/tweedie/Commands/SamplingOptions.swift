import ArgumentParser

/// How samples are drawn.
struct SamplingOptions: ParsableArguments {
  @Option(
    help: """
      The method; `tweedie list samplers` shows all. Names that other programs have for them, such \
      as ddim, dpmpp_2m and dopri5, are known too.
      """, transform: Choices.samplerName)
  var sampler = "heun"

  @Option(
    parsing: .unconditional, help: "Positive noise levels; the sampler's own number unless given.")
  var steps: Int?

  @Option(
    help:
      "karras, log-linear, process (or uniform: evenly in time), cosine, or a file of levels; by process, sampler and law unless given."
  )
  var schedule: String?

  @Option(parsing: .unconditional, help: "The power of the karras schedule; 7 unless given.")
  var rho: Double?

  @Option(
    parsing: .unconditional,
    help:
      "The last positive level; 0.004 deviations of the data, less for a narrower law, or the range of vp and sub-vp, unless given."
  )
  var sigmaMin: Double?

  @Option(
    parsing: .unconditional,
    help:
      "The first level; 160 deviations of the data, or the range of vp and sub-vp, unless given.")
  var sigmaMax: Double?

  @Option(
    parsing: .unconditional,
    help: """
      The last positive time of the process, in place of --sigma-min; 0 for steps that come to 0 \
      evenly.
      """)
  var timeEnd: Double?

  @Option(help: "ve, ve-geometric, vp, sub-vp, cosine or line.", transform: Choices.plain)
  var process = "ve"

  @Option(
    help:
      "What vp, sub-vp, cosine and line take for one: data (its deviation, about its mean) or one (about zero, as published)."
  )
  var processUnit = "data"

  @Option(
    help:
      "Noise of columns of different width: raw (the same), proportional (to each column's deviation), or auto (proportional where they differ tenfold)."
  )
  var columns = "auto"

  @Option(
    parsing: .unconditional,
    help: "beta at t = 0 of vp and sub-vp, dz = -beta/2 z dt + sqrt(beta) dw; 0.1 unless given.")
  var betaMin: Double?

  @Option(parsing: .unconditional, help: "beta at t = 1 of vp and sub-vp; 20 unless given.")
  var betaMax: Double?

  @Option(
    help:
      "Where trajectories start: standard (as published) or matched (mean and covariance, the default)."
  )
  var prior: String?

  @Option(
    parsing: .unconditional,
    help: "Share of the noise that ancestral, dpm++2m-sde and dpm++3m-sde draw; 1 unless given.")
  var eta: Double?

  @Option(parsing: .unconditional, help: "Noise that edm adds back in all (S_churn).")
  var churn: Double?

  @Option(
    parsing: .unconditional,
    help: "Langevin moves a step of predictor-corrector (1) and annealed-langevin (10).")
  var corrections: Int?

  @Option(
    parsing: .unconditional,
    help: "Signal-to-noise ratio r of predictor-corrector's moves, 2 r^2 sigma^2 long.")
  var snr: Double?

  @Option(
    parsing: .unconditional,
    help: "Langevin step in units of sigma^2 (0.1; mala: dimension^(-1/3)).")
  var stepSize: Double?

  @Option(
    parsing: .unconditional,
    help: "The level of langevin and mala, a move a step; 0.1 deviations of the data unless given."
  )
  var sigma: Double?

  @Option(help: "Where trajectories start: prior, or data (draws of the model's own data + noise).")
  var start = "prior"

  @Option(help: "Noise of steps addressed by step, or by path: one path however many steps.")
  var noise = "step"

  @Option(
    parsing: .unconditional,
    help: "Weight of the present noise estimate in gradient-estimation; 2 unless given.")
  var gamma: Double?

  @Option(
    parsing: .unconditional,
    help: "How far gradient-estimation aims below the next level; 0, no noise, unless given.")
  var mu: Double?

  @Option(parsing: .unconditional, help: "Order of unipc's predictor, 1 to 3; 2 unless given.")
  var order: Int?

  @Option(
    parsing: .unconditional, help: "B(h) of unipc: 1 for h, 2 for e^h - 1; 2 unless given.")
  var unipcB: Int?

  @Option(
    parsing: .unconditional,
    help: "Error of a step of an adaptive sampler; 0.001, for adaptive-sde 0.02, unless given.")
  var tolerance: Double?

  @Option(
    help: "Noise of steps that adaptive-sde takes back: bridge (kept) or redraw (as published).")
  var rejection: String?

  @Option(
    name: [.customShort("n"), .long], parsing: .unconditional,
    help: "Samples to draw: 2000 points, or 64 images, unless given.")
  var count: Int?

  @Option(parsing: .unconditional, help: "Samples worked on together. Results do not depend on it.")
  var batch: Int?

  @Option(
    parsing: .unconditional,
    help: "Index of the first sample: --first 10 --count 5 draws samples 10 to 14.")
  var first = 0

  @Option(
    help:
      "States at sigma-max, in data units, instead of random ones (.npy, .csv); row i is sample i.")
  var initial: String?

  @Option(
    parsing: .unconditional,
    help: "Jump over the first levels without the model: off, auto, or the level to land on.")
  var teleport = "off"

  @Option(
    help:
      "What to jump by: data, to which a Gaussian is fitted, or a model; the model's own mean and covariance unless given."
  )
  var teleportMoments: String?

  @Option(
    parsing: .unconditional,
    help: "Nats that --teleport auto may spend; 0.01 unless given.")
  var teleportBudget: Double?

  @Option(
    help: "Levels after the jump: tail (of the same grid, the default) or respaced (as many).")
  var teleportGrid: String?

  /// β at both ends of time, as published (Song et al. 2021, appendix C).
  static let usualBeta = 0.1...20.0

  /// Factors beyond this leave nothing of what they weigh against in Float32.
  private static let largest = 1e6

  /// β at both ends of time.
  var beta: ClosedRange<Double> {
    (betaMin ?? Self.usualBeta.lowerBound)...(betaMax ?? Self.usualBeta.upperBound)
  }

  func validate() throws {
    try require(
      steps.map { (1...1_000_000).contains($0) }, "--steps takes a number from 1 to 1000000")
    try require(
      count.map { (1...1_000_000_000).contains($0) },
      "--count takes a number from 1 to 1000000000")
    try require(batch.map { $0 >= 1 }, "--batch takes a number of at least 1")
    try require((0...(1 << 48)).contains(first), "--first takes an index from 0 on")
    try requireLevels([
      ("--sigma-max", sigmaMax), ("--sigma-min", sigmaMin), ("--sigma", sigma),
    ])
    try require(timeEnd.map { $0 >= 0 && $0 < 1 }, "--time-end takes a time from 0 to below 1")
    try require(
      timeEnd == nil || sigmaMin == nil, "--time-end and --sigma-min name the same level")
    try require(rho.map { $0 > 0 && $0.isFinite }, "--rho takes a positive number")
    try require(corrections.map { (0...10_000).contains($0) }, "--corrections takes 0 to 10000")
    try require(
      corrections != 0 || sampler != "annealed-langevin",
      "--corrections takes at least 1 with annealed-langevin")
    try require(snr.map { $0 > 0 && $0 < 1 }, "--snr takes a number between 0 and 1")
    try require(
      stepSize.map { $0 > 0 && ($0 < 2 || sampler == "mala") && $0.isFinite },
      "--step-size takes a number between 0 and 2, or any positive one with mala")
    try requireNumbers([
      ("--eta", eta, 0...Self.largest), ("--churn", churn, 0...Self.largest),
      ("--gamma", gamma, -Self.largest...Self.largest),
    ])
    try require(mu.map { $0 >= 0 && $0 < 1 }, "--mu takes a number from 0 to below 1")
    try require(order.map { (1...3).contains($0) }, "--order takes 1, 2 or 3")
    try require(unipcB.map { (1...2).contains($0) }, "--unipc-b takes 1 or 2")
    try requireNumbers([
      ("--tolerance", tolerance, usableNumbers),
      ("--teleport-budget", teleportBudget, usableNumbers),
    ])
    let beta = (betaMin ?? Self.usualBeta.lowerBound, betaMax ?? Self.usualBeta.upperBound)
    try require(
      beta.0 > 0 && beta.1 > beta.0 && beta.1.isFinite,
      "--beta-min and --beta-max take rising positive numbers")
  }

  private func require(_ holds: Bool?, _ rule: String) throws {
    if holds == false { throw ValidationError(rule + ".") }
  }
}
