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
  @Option(help: "What vp, sub-vp, cosine and line take for one: data or one, as for sample.")
  var processUnit: String?
  @Option(parsing: .unconditional, help: "beta at t = 0 of vp and sub-vp.")
  var betaMin: String?
  @Option(parsing: .unconditional, help: "beta at t = 1 of vp and sub-vp.")
  var betaMax: String?
  @Option(help: "standard (as published) or matched (mean and covariance).")
  var prior: String?
  @Option(help: "The model whose moments jumps are made by, as for sample.")
  var teleportMoments: String?
  @Option(parsing: .unconditional, help: "Nats that --teleport auto may spend.")
  var teleportBudget: String?
  @Option(help: "Levels after a jump: tail or respaced.")
  var teleportGrid: String?
  @Option(parsing: .unconditional, help: "Samples worked on together. Results do not depend on it.")
  var batch: String?

  /// The words given, as `sample` takes them; without those that change no result.
  func words(withBatch: Bool) -> [String] {
    let options = [
      ("--schedule", schedule), ("--rho", rho), ("--sigma-min", sigmaMin),
      ("--sigma-max", sigmaMax), ("--time-end", timeEnd), ("--process", process),
      ("--process-unit", processUnit),
      ("--beta-min", betaMin), ("--beta-max", betaMax), ("--prior", prior),
      ("--batch", withBatch ? batch : nil),
    ]
    return options.flatMap { option, word in word.map { [option, $0] } ?? [] }
  }

  /// The words for jumps that a run with one takes.
  func jumpWords(auto: Bool, adaptive: Bool) -> [String] {
    let options = [
      ("--teleport-moments", teleportMoments), ("--teleport-budget", auto ? teleportBudget : nil),
      ("--teleport-grid", adaptive ? nil : teleportGrid),
    ]
    return options.flatMap { option, word in word.map { [option, $0] } ?? [] }
  }

  /// Refuses words for jumps that no run takes.
  func check(_ settings: [Setting]) throws {
    let jumps = settings.filter { $0.teleport != Setting.noTeleport }
    let isAuto = jumps.contains { $0.teleport == Setting.autoTeleport }
    let unused: [(option: String, given: Bool, rule: String)] = [
      ("--teleport-moments", teleportMoments != nil && jumps.isEmpty, "a jump in --teleport"),
      ("--teleport-budget", teleportBudget != nil && !isAuto, "auto in --teleport"),
      (
        "--teleport-grid", teleportGrid != nil && !jumps.contains { $0.steps != nil },
        "a jump in --teleport and a sampler that takes --steps"
      ),
    ]
    for (option, given, rule) in unused where given {
      throw Failure.usage("\(option) goes with \(rule).")
    }
  }
}
