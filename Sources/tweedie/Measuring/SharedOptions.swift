import ArgumentParser

/// Options of `sample` that hold for every run of a measurement, passed on as they are.
struct SharedOptions: ParsableArguments {
  @Option(help: "karras, log-linear, process, cosine, as for sample.")
  var schedule: String?
  @Option(parsing: .unconditional, help: "The power of the karras schedule.")
  var rho: String?
  @Option(parsing: .unconditional, help: "The last positive level.")
  var sigmaMin: String?
  @Option(parsing: .unconditional, help: "The first level.")
  var sigmaMax: String?
  @Option(parsing: .unconditional, help: "The last positive time, in place of --sigma-min.")
  var timeEnd: String?
  @Option(help: "ve, ve-geometric, vp, sub-vp, cosine or line.")
  var process: String?
  @Option(parsing: .unconditional, help: "beta at t = 0 of vp and sub-vp.")
  var betaMin: String?
  @Option(parsing: .unconditional, help: "beta at t = 1 of vp and sub-vp.")
  var betaMax: String?
  @Option(help: "standard (as published) or matched (mean and covariance).")
  var prior: String?
  @Option(parsing: .unconditional, help: "Samples worked on together. Results do not depend on it.")
  var batch: String?

  /// The words given, as `sample` takes them; without those that change no result.
  func words(withBatch: Bool) -> [String] {
    let options = [
      ("--schedule", schedule), ("--rho", rho), ("--sigma-min", sigmaMin),
      ("--sigma-max", sigmaMax), ("--time-end", timeEnd), ("--process", process),
      ("--beta-min", betaMin), ("--beta-max", betaMax), ("--prior", prior),
      ("--batch", withBatch ? batch : nil),
    ]
    return options.flatMap { option, word in word.map { [option, $0] } ?? [] }
  }
}
