public import Arrays

/// The lengths that a fit measures columns in: where variances are pooled, held up by a floor or
/// drawn toward one another, somebody has to say what one is worth beside another.
public enum FitUnits: String, Sendable, CaseIterable {
  /// Each column in a unit of its own: metres beside micrometres, years beside Kelvin. A fit of
  /// a_j x_j + b_j is then the fit of x in the new units, whatever the a_j.
  case columns
  /// All columns in one unit: pixels of a picture, coordinates of a plane.
  case common

  /// Scales of columns that differ by less are taken to be of one kind.
  private static let likely = 10.0

  /// A sentence where `data` have columns whose scales differ more than one unit for all of them
  /// bears out; nil otherwise, and where each column has its own.
  public func warning(for data: Points, workers: Workers = .all) -> String? {
    guard self == .common, data.dimension > 1 else { return nil }
    let scales = ColumnScales(data, workers: workers).scales.filter { $0 > 0 }
    guard let least = scales.min(), let most = scales.max(), most > Self.likely * least else {
      return nil
    }
    return "Scales of columns go from \(inWords(least)) to \(inWords(most)), and here all are "
      + "measured in one unit: the widest decide, unless each is divided by its scale first."
  }
}
