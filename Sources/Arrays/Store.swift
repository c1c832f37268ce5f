/// Numbers that stay at one place for good: parameters, gradients, activations of a network.
///
/// A reference: several tasks may read it at once and write parts of their own. Zero at first.
package final class Store<Element: BitwiseCopyable & Numeric>: @unchecked Sendable {
  /// How many numbers.
  package let count: Int
  private let memory: UnsafeMutableRawPointer?
  /// Whose memory this is a part of; kept alive.
  private let whole: Store?
  @usableFromInline let base: UnsafeMutablePointer<Element>

  /// Vectors of every kernel start on such a boundary.
  private static var alignment: Int { 64 }

  /// `count` zeros.
  package init(count: Int) {
    self.count = count
    // The block is fresh, aligned and long enough for `count` elements.
    let block = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Element>.stride, alignment: Self.alignment)
    base = block.bindMemory(to: Element.self, capacity: count)
    base.initialize(repeating: 0, count: count)
    (memory, whole) = (block, nil)
  }

  private init(part index: Int, of count: Int, in whole: Store) {
    precondition(index >= 0 && (index + 1) * count <= whole.count, "A part lies inside.")
    (self.count, self.whole, memory) = (count, whole, nil)
    base = whole.base + index * count
  }

  /// The `index`-th part of `count` numbers, in the same memory.
  package func part(_ index: Int, of count: Int) -> Store {
    Store(part: index, of: count, in: self)
  }

  deinit { memory?.deallocate() }

  /// One number.
  @inlinable package subscript(index: Int) -> Element {
    get {
      precondition(0 <= index && index < count, "A store is read inside its bounds.")
      return base[index]
    }
    set {
      precondition(0 <= index && index < count, "A store is written inside its bounds.")
      base[index] = newValue
    }
  }

  /// A copy of all numbers.
  package var values: [Element] {
    get { Array(UnsafeBufferPointer(start: base, count: count)) }
    set {
      precondition(newValue.count == count, "A store keeps its size.")
      // The array holds exactly the numbers that fit.
      newValue.withUnsafeBufferPointer { values in
        if let start = values.baseAddress { base.update(from: start, count: count) }
      }
    }
  }

  /// Sets `range` to zero.
  package func clear(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "A part lies inside.")
    // Zero bits are zero in every kind of number; the bytes lie inside the block, as checked.
    UnsafeMutableRawPointer(base + range.lowerBound).initializeMemory(
      as: UInt8.self, repeating: 0, count: range.count * MemoryLayout<Element>.stride)
  }
}

/// A matrix inside a store, row-major, its rows `stride` apart.
///
/// The stride is a multiple of ``lanes`` wherever a product reads whole vectors; what lies between
/// `columns` and `stride` stays zero.
package struct StoreMatrix: Sendable {
  /// Where the numbers are.
  package let store: Store<Float>
  /// The place of the first number.
  package let offset: Int
  package let rows: Int
  package let columns: Int
  package let stride: Int

  /// Numbers of a vector.
  package static let lanes = 16

  /// `columns` rounded up to whole vectors.
  package static func padded(_ columns: Int) -> Int { (columns + lanes - 1) / lanes * lanes }

  /// A part of `store`.
  package init(_ store: Store<Float>, at offset: Int, rows: Int, columns: Int, stride: Int) {
    precondition(
      offset >= 0 && rows >= 0 && columns <= stride
        && (rows == 0 || offset + (rows - 1) * stride + columns <= store.count),
      "A matrix lies inside its store.")
    self.store = store
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// A matrix with a store of its own, rows of whole vectors.
  package init(rows: Int, columns: Int) {
    let stride = Self.padded(columns)
    self.init(Store(count: rows * stride), at: 0, rows: rows, columns: columns, stride: stride)
  }

  /// The first rows.
  package func first(_ rows: Int) -> StoreMatrix {
    precondition(rows <= self.rows, "A part has at most all rows.")
    return StoreMatrix(store, at: offset, rows: rows, columns: columns, stride: stride)
  }

  /// Some rows.
  package func rows(_ range: Range<Int>) -> StoreMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "Rows lie inside.")
    return StoreMatrix(
      store, at: offset + range.lowerBound * stride, rows: range.count, columns: columns,
      stride: stride)
  }

  /// Some columns of every row; a window that is the right side of a product only where
  /// it begins and ends with whole vectors.
  package func columns(_ range: Range<Int>) -> StoreMatrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= stride, "Columns lie inside.")
    return StoreMatrix(window: self, range)
  }

  private init(window outer: StoreMatrix, _ range: Range<Int>) {
    store = outer.store
    offset = outer.offset + range.lowerBound
    rows = outer.rows
    columns = range.count
    stride = outer.stride
  }

  /// One number.
  @inlinable package subscript(row: Int, column: Int) -> Float {
    get { store[offset + row * stride + column] }
    nonmutating set { store[offset + row * stride + column] = newValue }
  }

  /// The numbers without what lies between the rows.
  package var values: [Float] {
    get { (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } } }
    nonmutating set {
      precondition(newValue.count == rows * columns, "A matrix keeps its size.")
      for row in 0..<rows {
        for column in 0..<columns { self[row, column] = newValue[row * columns + column] }
      }
    }
  }

  /// Its first number; rows × stride numbers follow, as far as the last row's columns go.
  var base: UnsafeMutablePointer<Float> { store.base + offset }
}
