import Diffusion

extension Choices {
  /// The lengths that a fit measures columns in: as given, else one for the pixels of a picture, one
  /// where the covariance asked for holds columns against one another, and else one for each.
  static func fitUnits(
    _ word: String?, isImage: Bool, covariance: String?
  ) throws -> FitUnits {
    let needsOne = covariance == "isotropic" || covariance == "low-rank"
    guard let word else { return isImage || needsOne ? .common : .columns }
    guard let units = FitUnits(rawValue: word) else {
      throw unknown("units", word, FitUnits.allCases.map(\.rawValue))
    }
    if let covariance, needsOne, units == .columns {
      throw Failure.usage(
        "--units columns goes with full and diagonal covariances: \(covariance) has one unit for "
          + "all columns.")
    }
    return units
  }
}
