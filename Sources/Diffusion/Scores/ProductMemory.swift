import Arrays

/// The history of products of a batch with the data, shared by whatever evaluates them.
final class ProductMemory: RowMemory {
  let history: ProductHistory

  init(_ history: ProductHistory) { self.history = history }

  func keep(_ rows: [Int]) { history.keep(rows) }
}

/// A score that remembers something of every row, within a fixed amount of memory.
///
/// Batches may be larger; rows beyond take longer, with the same result.
public protocol RememberingScore: Score {
  /// Rows of a batch that all find room; nil where nothing is remembered.
  var rememberedRows: Int? { get }
}

extension EmpiricalScore: RememberingScore {
  /// Rows whose products with the data are remembered.
  public var rememberedRows: Int? {
    cloud.remembersSoftmax ? cloud.rememberedRows(shifts: 0) : nil
  }
}

extension NearestNeighborScore: RememberingScore {
  /// Rows whose products with the data, and those of their shifts, are remembered.
  public var rememberedRows: Int? {
    if remembersShifts { return exact.cloud.rememberedRows(shifts: shifts) }
    guard case .nearest = neighbors, exact.cloud.remembersProducts else {
      return exact.rememberedRows
    }
    return exact.cloud.rememberedRows(shifts: 0)
  }
}

extension PointCloud {
  /// Whether products are worth remembering for shifts, which share them, and for the nearest
  /// points: where they cost more than going through them. A matter of the data alone, for rounding
  /// differs.
  var remembersProducts: Bool { dimension >= 32 }
  /// The same for one softmax, which takes two thirds of the time of a pass and its parts where all
  /// points matter and d = 64: what is left out later has to make up for that.
  var remembersSoftmax: Bool { dimension >= 128 }
}
