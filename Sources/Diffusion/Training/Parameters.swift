package import Arrays

/// One matrix of parameters: its name, its shape, and where it lies in the flat buffer.
package struct ParameterSlice: Sendable, Equatable {
  /// "hidden.1.weight".
  package let name: String
  package let rows: Int
  package let columns: Int
  /// The place of its first number; rows of whole vectors follow.
  package let offset: Int
  /// Where its transpose lies, in a buffer of transposes; nil where nothing goes back through it.
  package let transpose: Int?

  /// The matrix in a buffer of parameters, of gradients or of moments.
  package func matrix(in store: Store<Float>) -> StoreMatrix {
    StoreMatrix(
      store, at: offset, rows: rows, columns: columns, stride: StoreMatrix.padded(columns))
  }

  /// The transpose in a buffer of transposes.
  func transpose(in store: Store<Float>) -> StoreMatrix? {
    transpose.map {
      StoreMatrix(store, at: $0, rows: columns, columns: rows, stride: StoreMatrix.padded(rows))
    }
  }
}

/// All parameters of a network in one flat buffer, by name.
///
/// Rows are padded with zeros to whole vectors; their gradients are zero, so that an optimiser
/// that runs over the buffer leaves them zero.
package struct ParameterLayout: Sendable, Equatable {
  /// The slices, one after another.
  package private(set) var slices: [ParameterSlice] = []
  /// Numbers of the buffer.
  package private(set) var count = 0
  /// Numbers of the buffer of transposes.
  package private(set) var transposeCount = 0

  /// Numbers that are learned, without padding.
  package var learned: Int { slices.reduce(0) { $0 + $1.rows * $1.columns } }

  /// Adds a matrix.
  mutating func add(
    _ name: String, rows: Int, columns: Int, goesBack: Bool = false
  ) -> ParameterSlice {
    let slice = ParameterSlice(
      name: name, rows: rows, columns: columns, offset: count,
      transpose: goesBack ? transposeCount : nil)
    slices.append(slice)
    count += rows * StoreMatrix.padded(columns)
    if goesBack { transposeCount += columns * StoreMatrix.padded(rows) }
    return slice
  }
}

/// Parameters with the transposes that gradients go back through.
package struct Weights: Sendable {
  package let layout: ParameterLayout
  package let parameters: Store<Float>
  let transposes: Store<Float>

  /// Zeros.
  package init(_ layout: ParameterLayout) {
    self.layout = layout
    parameters = Store(count: layout.count)
    transposes = Store(count: layout.transposeCount)
  }

  /// Brings the transposes up to date with the parameters.
  package func transpose(_ workers: Workers) {
    workers.forEach(layout.slices.count) { _, index in
      let slice = layout.slices[index]
      slice.transpose(in: transposes)?.setTranspose(of: slice.matrix(in: parameters))
    }
  }
}
