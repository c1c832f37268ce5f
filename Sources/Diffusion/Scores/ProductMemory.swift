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
    cloud.remembersProducts ? ProductHistory.rows(points: count, shifts: 0) : nil
  }
}

extension NearestNeighborScore: RememberingScore {
  /// Rows whose products with the data, and those of their shifts, are remembered.
  public var rememberedRows: Int? {
    remembersShifts
      ? ProductHistory.rows(points: exact.count, shifts: shifts) : exact.rememberedRows
  }
}

extension PointCloud {
  /// Whether products are worth remembering: where they cost more than the weights. A matter of
  /// the data alone, for rounding differs.
  var remembersProducts: Bool { dimension >= 32 }
}
