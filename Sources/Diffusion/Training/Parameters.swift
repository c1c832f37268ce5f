package import Arrays

/// One matrix of parameters: its name, its shape, and where it lies in the flat buffer.
///
/// The matrix of a convolution is its taps one below another, inputs × outputs each.
package struct ParameterSlice: Sendable, Equatable {
  /// "hidden.1.weight".
  package let name: String
  package let rows: Int
  package let columns: Int
  /// 9 for a convolution, else 1.
  package let taps: Int
  /// The place of its first number; rows of whole vectors follow.
  package let offset: Int
  /// Where its transpose lies, tap by tap, in a buffer of transposes; nil where nothing goes back
  /// through it.
  package let transpose: Int?

  /// The matrix in a buffer of parameters, of gradients or of moments.
  package func matrix(in store: Store<Float>) -> StoreMatrix {
    StoreMatrix(
      store, at: offset, rows: rows, columns: columns, stride: StoreMatrix.padded(columns))
  }

  /// Sizes as a file has them: 3 × 3 × inputs × outputs of a convolution, one of a bias or gain.
  package var sizes: [Int] {
    if taps == 9 { return [3, 3, rows / taps, columns] }
    return name.hasSuffix(".bias") || name.hasSuffix(".gain") ? [columns] : [rows, columns]
  }

  /// The transposes of all taps, one below another, in a buffer of transposes.
  package func transpose(in store: Store<Float>) -> StoreMatrix? {
    transpose.map {
      StoreMatrix(
        store, at: $0, rows: taps * columns, columns: rows / taps,
        stride: StoreMatrix.padded(rows / taps))
    }
  }

  /// Brings the transposes up to date.
  func setTransposes(in transposes: Store<Float>, of parameters: Store<Float>) {
    guard let transpose = transpose(in: transposes) else { return }
    let matrix = matrix(in: parameters)
    for tap in 0..<taps {
      transpose.rows(tap * columns..<(tap + 1) * columns).setTranspose(
        of: matrix.rows(tap * rows / taps..<(tap + 1) * rows / taps))
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

  /// No parameters.
  package init() {}

  /// Numbers that are learned, without padding.
  package var learned: Int { slices.reduce(0) { $0 + $1.rows * $1.columns } }

  /// Adds a matrix, or one for each tap.
  mutating func add(
    _ name: String, rows: Int, columns: Int, taps: Int = 1, goesBack: Bool = false
  ) -> ParameterSlice {
    let slice = ParameterSlice(
      name: name, rows: taps * rows, columns: columns, taps: taps, offset: count,
      transpose: goesBack ? transposeCount : nil)
    slices.append(slice)
    count += taps * rows * StoreMatrix.padded(columns)
    if goesBack { transposeCount += taps * columns * StoreMatrix.padded(rows) }
    return slice
  }
}

/// Parameters with the transposes that gradients go back through.
package struct Weights: Sendable {
  package let layout: ParameterLayout
  package let parameters: Store<Float>
  package let transposes: Store<Float>

  /// Zeros.
  package init(_ layout: ParameterLayout) {
    self.layout = layout
    parameters = Store(count: layout.count)
    transposes = Store(count: layout.transposeCount)
  }

  /// Brings the transposes up to date with the parameters.
  package func transpose(_ workers: Workers) {
    workers.forEach(layout.slices.count) { _, index in
      layout.slices[index].setTransposes(in: transposes, of: parameters)
    }
  }
}
