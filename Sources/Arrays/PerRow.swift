/// One number for every row of a batch, or one for each row.
public enum PerRow<Value: Sendable & Equatable>: Sendable, Equatable {
  /// The same for all rows.
  case uniform(Value)
  /// One a row, in the order of the rows.
  case each([Value])

  /// The number of row `row`.
  public subscript(row: Int) -> Value {
    switch self {
    case .uniform(let value): value
    case .each(let values): values[row]
    }
  }

  /// The number of each row after `transform`.
  public func map<Result>(_ transform: (Value) -> Result) -> PerRow<Result> {
    switch self {
    case .uniform(let value): .uniform(transform(value))
    case .each(let values): .each(values.map(transform))
    }
  }

  /// The numbers of chosen rows.
  func rows(at indices: [Int]) -> PerRow {
    switch self {
    case .uniform: self
    case .each(let values): .each(indices.map { values[$0] })
    }
  }

  /// The numbers of consecutive rows.
  public func rows(_ range: Range<Int>) -> PerRow {
    switch self {
    case .uniform: self
    case .each(let values): .each(Array(values[range]))
    }
  }
}
