import Diffusion

/// Words about the jump in front of a sampler turned into values.
extension Choices {
  /// Where a jump lands.
  enum TeleportTarget: Equatable {
    case off
    /// As far as the budget goes.
    case auto
    case sigma(Double)
  }

  static func teleportTarget(_ word: String) throws -> TeleportTarget {
    switch word {
    case "off": return .off
    case "auto": return .auto
    default:
      guard let sigma = Double(word), sigma > 0, sigma.isFinite else {
        throw Failure.usage(
          "--teleport takes off, auto or a positive noise level, not "
            + "\(word.isEmpty ? "\"\"" : word).")
      }
      return .sigma(sigma)
    }
  }

  /// The levels after a jump.
  enum TeleportGrid: String, CaseIterable {
    /// Those of the same grid.
    case tail
    /// As many as before, over the rest of the way.
    case respaced
  }

  static func teleportGrid(_ name: String) throws -> TeleportGrid {
    guard let grid = TeleportGrid(rawValue: name) else {
      throw unknown("teleport grid", name, TeleportGrid.allCases.map(\.rawValue))
    }
    return grid
  }

  /// Nats that `--teleport auto` spends unless told otherwise: by Pinsker laws that differ by at
  /// most 7 % in total variation, and as a rule by far less.
  static let defaultTeleportBudget = 0.01

  /// Each option of a jump only where it has an effect.
  static func checkTeleportOptions(
    _ options: SamplingOptions, _ target: TeleportTarget
  ) throws {
    if target != .off, holdsOneLevel(options.sampler) {
      throw Failure.usage(
        "--teleport goes with samplers that walk down the noise; \(options.sampler) moves at one "
          + "level.")
    }
    let given: [(option: String, isGiven: Bool)] = [
      ("--teleport-moments", options.teleportMoments != nil),
      ("--teleport-grid", options.teleportGrid != nil),
      ("--teleport-budget", options.teleportBudget != nil),
    ]
    for (option, isGiven) in given where isGiven && target == .off {
      throw Failure.usage("\(option) goes with --teleport auto or --teleport SIGMA.")
    }
    if options.teleportBudget != nil, target != .auto {
      throw Failure.usage("--teleport-budget goes with --teleport auto, which spends it.")
    }
    if options.teleportGrid != nil, isAdaptive(options.sampler) {
      throw Failure.usage(
        "--teleport-grid does not go with \(options.sampler), which chooses its own steps.")
    }
  }
}
