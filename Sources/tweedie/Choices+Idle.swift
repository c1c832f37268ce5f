import Diffusion

/// Options that would change nothing.
extension Choices {
  /// Refuses numbers of a schedule, a process or a start that the run does not have.
  static func refuseIdleOptions(_ options: SamplingOptions, _ schedule: Schedule) throws {
    if options.rho != nil {
      guard !holdsOneLevel(options.sampler) else {
        throw Failure.usage(
          "--rho belongs to the schedule karras; \(options.sampler) moves at one level.")
      }
      // An adaptive sampler takes the ends of any schedule.
      guard case .karras = schedule else {
        throw Failure.usage(
          "--rho belongs to the schedule karras, not to \(options.schedule ?? "process").")
      }
    }
    for (option, given) in [("--beta-min", options.betaMin), ("--beta-max", options.betaMax)]
    where given != nil && !["vp", "sub-vp"].contains(options.process) {
      throw Failure.usage(
        "\(option) belongs to the processes vp, sub-vp, not to \(options.process).")
    }
    guard let prior = options.prior else { return }
    if options.initial != nil {
      throw Failure.usage("--prior \(prior) and --initial both say where to start; give one.")
    }
    if options.start == Start.data.rawValue {
      throw Failure.usage("--prior \(prior) and --start data both say where to start; give one.")
    }
  }
}
