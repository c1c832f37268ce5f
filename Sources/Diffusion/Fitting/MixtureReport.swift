import Foundation

/// What a mixture fit found.
public struct MixtureReport: Sendable, Equatable {
  /// How the fit ended.
  public enum End: String, Sendable {
    /// A step gained less than the tolerance.
    case converged
    /// The cap on steps was met.
    case cap
    /// The caller asked to stop.
    case stopped
    /// All points are equal: there was nothing to fit.
    case onePoint
  }

  /// A number of components that was tried on held-out points.
  public struct Trial: Sendable, Equatable {
    /// K.
    public let components: Int
    /// Which covariances were allowed.
    public let kind: MixtureFit.Kind
    /// The average log-likelihood of the held-out points, in nats.
    public let heldOut: Double
    /// The standard error of that average.
    public let standardError: Double
  }

  /// The number of points, N.
  public let count: Int
  /// The number of coordinates, d.
  public let dimension: Int
  /// K, as fitted.
  public let components: Int
  /// Which covariances were allowed.
  public let kind: MixtureFit.Kind
  /// The numbers of components tried, where K was left open.
  public let trials: [Trial]
  /// (1/N) Σ_i log p(x_i) at the start of the run that was kept and after each of its steps, in
  /// nats; it never falls. Empty where all points are equal.
  public let trace: [Double]
  /// How the fit ended.
  public let end: End
  /// Starts that were tried.
  public let restarts: Int
  /// The least variance allowed in any direction, in squared units of the columns.
  public let floor: Double
  /// Which lengths columns were measured in.
  public let units: FitUnits
  /// Their scales, in data units; zero for a column of equal numbers.
  public let scales: [Double]
  /// Components that the floor holds up in some direction.
  public let componentsAtFloor: Int
  /// What is worth knowing beside the numbers, a sentence each.
  public let notes: [String]

  /// Steps of the run that was kept.
  public var steps: Int { max(0, trace.count - 1) }
  /// (1/N) Σ_i log p(x_i) of the fitted mixture, in nats; nil where all points are equal.
  public var averageLogLikelihood: Double? { trace.last }

  init(
    _ data: StandardPoints, _ settings: MixtureFit.Settings, trials: [Trial],
    kind: MixtureFit.Kind, components: [StandardComponent], trace: [Double], end: End
  ) {
    count = data.count
    dimension = data.mean.count
    // All equal points are one component.
    let found = max(1, components.count)
    self.components = found
    self.kind = kind
    self.trials = trials
    self.trace = trace
    self.end = end
    restarts = found == 1 ? 1 : settings.restarts
    floor = end == .onePoint ? 0 : settings.floor
    units = settings.units
    var scales = [Double](repeating: 0, count: data.mean.count)
    if end != .onePoint {
      for (place, column) in data.columns.enumerated() { scales[column] = data.scales[place] }
    }
    self.scales = scales
    let floor = floor
    componentsAtFloor = components.count { $0.covariance.smallest <= floor * (1 + 1e-9) }
    var notes: [String] = []
    if end == .onePoint {
      notes.append("All \(data.count) points are equal: one component without width.")
    }
    if let wanted = settings.components, wanted > found {
      notes.append("\(found) of \(wanted) components found points to hold.")
    }
    if settings.components == nil && trials.isEmpty && end != .onePoint {
      notes.append("Too few points to compare numbers of components: one was taken.")
    }
    if componentsAtFloor > 0 && end != .onePoint {
      notes.append(
        "\(componentsAtFloor) of \(found) components rest on the floor: they are as "
          + "narrow as allowed in some direction.")
    }
    if settings.kind == nil && end != .onePoint {
      notes.append("The kind was chosen from N/K = \(data.count / found).")
    }
    if data.dimension < data.mean.count {
      let constant = data.mean.count - data.dimension
      notes.append(
        "\(constant) of \(data.mean.count) columns \(constant == 1 ? "is" : "are") constant and "
          + "stay so: the log-likelihood is that of the others.")
    }
    self.notes = notes
  }
}

extension MixtureReport: CustomStringConvertible {
  private var floorInWords: String {
    let varying = scales.filter { $0 > 0 }
    let (least, most) = (varying.min() ?? 0, varying.max() ?? 0)
    let low = inWords(floor * least * least)
    return least == most
      ? low : "\(low) to \(inWords(floor * most * most)), by the scales of the columns"
  }

  /// The report in words.
  public var description: String {
    var lines = [
      "\(count) points of \(dimension) coordinates, \(components) "
        + "\(kind.rawValue) \(components == 1 ? "component" : "components")."
    ]
    if let averageLogLikelihood {
      let ending =
        switch end {
        case .converged: "converged"
        case .cap: "not converged at the cap"
        case .stopped, .onePoint: "stopped"
        }
      lines.append(
        "Average log-likelihood \(inWords(averageLogLikelihood)) nats after \(steps) steps, "
          + "\(ending); best of \(restarts) \(restarts == 1 ? "start" : "starts").")
    }
    for trial in trials {
      lines.append(
        "Held out, K = \(trial.components): \(inWords(trial.heldOut)) ± "
          + "\(inWords(trial.standardError)) (\(trial.kind.rawValue)).")
    }
    if end != .onePoint { lines.append("Variances at least \(floorInWords).") }
    return (lines + notes).joined(separator: "\n")
  }
}

extension Covariance {
  /// The smallest eigenvalue.
  var smallest: Double {
    min(variances.min() ?? .infinity, variances.count < dimension ? rest : .infinity)
  }
}
