import Arrays

/// The history of products of a batch with the data, shared by whatever evaluates them.
final class ProductMemory: RowMemory {
  let history: ProductHistory

  init(_ history: ProductHistory) { self.history = history }

  func keep(_ rows: [Int]) { history.keep(rows) }
}

extension PointCloud {
  /// Whether products are worth remembering: where they cost more than the weights. A matter of
  /// the data alone, for rounding differs.
  var remembersProducts: Bool { dimension >= 32 }
}
