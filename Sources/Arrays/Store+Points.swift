import CKernels

extension StoreMatrix {
  /// Row i = factor_i (x_{first + i} − center).
  package func setRows(of x: Points, from first: Int, less center: [Float], factors: [Float]) {
    precondition(
      first >= 0 && first + rows <= x.count && columns == x.dimension && factors.count >= rows
        && center.count == columns, "Rows of a batch fill a matrix of its width.")
    let out = base
    // Indices stay below rows × stride and x.count × d, as checked.
    x.values.withUnsafeBufferPointer { x in
      for row in 0..<rows {
        let from = (first + row) * columns
        for column in 0..<columns {
          out[row * stride + column] = factors[row] * (x[from + column] - center[column])
        }
      }
    }
  }
}

extension Residuals {
  /// The first rows from the clean points that are picked: label = x₀ − μ, x = label + σ n, and the
  /// network's input c_in x.
  package func place(
    _ clean: Points, less center: [Float], plus normals: StoreMatrix, input: StoreMatrix
  ) {
    let (rows, d) = (input.rows, x.columns)
    precondition(
      rows <= loss.count && normals.rows >= rows && clean.dimension == d && normals.columns == d
        && input.columns == d && center.count == d, "Points of a batch have one dimension.")
    for row in 0..<rows {
      precondition((0..<clean.count).contains(picks[row]), "Points are picked among those given.")
    }
    var task = kernels_noised_task()
    (task.rows, task.dimension, task.picks) = (rows, d, .init(picks.base))
    (task.sigma, task.factor) = (.init(sigma.base), .init(factor.base))
    (task.normals, task.normals_row) = (.init(normals.base), normals.stride)
    (task.label, task.x) = (label.base, x.base)
    (task.input, task.input_row) = (input.base, input.stride)
    // Rows, columns and picks are checked above; the kernel returns before the arrays move.
    clean.values.withUnsafeBufferPointer { clean in
      center.withUnsafeBufferPointer { center in
        (task.clean, task.center) = (clean.baseAddress, center.baseAddress)
        kernels_noised(&task)
      }
    }
  }

  /// Row `row`: label = (1 − share) label + share (x + σ² s) with s a row of `scores`.
  package func mixLabel(_ row: Int, _ scores: Points, at pick: Int, share: Float, variance: Float) {
    for j in 0..<x.columns {
      let other = x[row, j] + variance * scores[pick, j]
      label[row, j] += share * (other - label[row, j])
    }
  }
}

/// The rows of points that tasks write, each its own.
package struct RowWriter: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Float>
  private let count: Int
  private let dimension: Int

  /// Row `first` + i = center + skip_i (x − center) + scale_i F_i; a difference of points is without
  /// the center in front.
  package func set(
    from first: Int, x: Points, less center: [Float], skip: [Float], scale: [Float],
    plus output: StoreMatrix, isDifference: Bool = false
  ) {
    precondition(
      first >= 0 && first + output.rows <= count && x.count == count && x.dimension == dimension
        && output.columns == dimension && center.count == dimension && skip.count >= output.rows
        && scale.count >= output.rows, "Rows are written inside their points.")
    let values = output.base
    // Indices stay below count × d and rows × stride, as checked.
    x.values.withUnsafeBufferPointer { x in
      for row in 0..<output.rows {
        let at = (first + row) * dimension
        for j in 0..<dimension {
          let away = skip[row] * (x[at + j] - center[j])
          let moved = away + scale[row] * values[row * output.stride + j]
          base[at + j] = isDifference ? moved : center[j] + moved
        }
      }
    }
  }

  fileprivate init(_ base: UnsafeMutablePointer<Float>, _ count: Int, _ dimension: Int) {
    (self.base, self.count, self.dimension) = (base, count, dimension)
  }
}

extension Points {
  /// Lets tasks write rows; the writer is valid during the call alone.
  package mutating func withRowWriter(_ body: (RowWriter) -> Void) {
    let (count, dimension) = (count, dimension)
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { body(RowWriter(base, count, dimension)) }
    }
  }
}

extension RandomStream {
  /// Fills rows of whole width with standard normals of consecutive samples.
  package func fillNormals(_ rows: StoreMatrix, first: UInt64, draw: UInt32) {
    precondition(rows.stride == rows.columns, "Rows of random numbers follow one another.")
    let count = rows.rows
    // The kernel writes rows × columns numbers, which is what the matrix holds.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, count)) { names in
      for row in 0..<count { names[row] = first + UInt64(row) }
      kernels_normals(
        rows.base, count, rows.columns, names.baseAddress, seed, purpose, draw)
    }
  }

  /// Calls `body(row, u, v)` with two uniforms of each of `count` consecutive samples.
  package func uniformPairs(
    first: UInt64, count: Int, draw: UInt32, _ body: (Int, Double, Double) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, count)) { names in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, 4 * count)) { words in
        for row in 0..<count { names[row] = first + UInt64(row) }
        // Four words a row.
        kernels_random_words(words.baseAddress, count, 4, names.baseAddress, seed, purpose, draw)
        for row in 0..<count {
          let own = 4 * row
          body(
            row, Self.uniform(words[own], words[own + 1]),
            Self.uniform(words[own + 2], words[own + 3]))
        }
      }
    }
  }
}
