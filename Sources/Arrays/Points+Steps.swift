import CKernels

/// Numbers a thread takes at a time: large enough to hide the hand-over, small enough for caches.
private let stepBlock = 1 << 15

extension Points {
  /// self = a self + b y, row by row.
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, workers: Workers = .all
  ) {
    combine(a, plus: b, y, plus: .uniform(0), nil, workers: workers)
  }

  /// self = a self + b y + c z, row by row; a missing `z` is zero.
  ///
  /// - Parameters:
  ///   - a: Coefficient of these points.
  ///   - b: Coefficient of `y`, of the same shape.
  ///   - c: Coefficient of `z`, of the same shape.
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, plus c: PerRow<Float>, _ z: Points?,
    workers: Workers = .all
  ) {
    precondition(y.count == count && y.dimension == dimension, "Points of one shape combine.")
    precondition(z.map { $0.values.count == values.count } ?? true, "Points of one shape combine.")
    let (count, dimension) = (count, dimension)
    values.withUnsafeMutableBufferPointer { out in
      y.values.withUnsafeBufferPointer { y in
        // An absent z passes on as a null pointer; the kernel then leaves it out.
        let z = z?.values ?? []
        z.withUnsafeBufferPointer { z in
          let arrays = Shared((out.baseAddress, y.baseAddress, z.isEmpty ? nil : z.baseAddress))
          let size = max(1, stepBlock / dimension)
          workers.forEachBlock(of: count, size: size) { _, rows in
            run(arrays.pointer, (a, b, c), rows, dimension)
          }
        }
      }
    }
  }

  /// Multiplies each row by its factor.
  public mutating func scale(by factor: PerRow<Float>) {
    for row in 0..<count {
      let factor = factor[row]
      for index in row * dimension..<(row + 1) * dimension { values[index] *= factor }
    }
  }

  /// The first row that holds a NaN or an infinity.
  public var firstNotFiniteRow: Int? {
    let row = kernels_first_not_finite(values, count, dimension)
    return row < count ? row : nil
  }
}

private typealias StepArrays = (
  UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?
)

/// One block of rows; the pointers span all rows and `rows` lies inside them.
private func run(
  _ arrays: StepArrays, _ coefficients: (PerRow<Float>, PerRow<Float>, PerRow<Float>),
  _ rows: Range<Int>, _ dimension: Int
) {
  let at = rows.lowerBound * dimension
  guard let out = arrays.0?.advanced(by: at) else { return }
  let (y, z) = (arrays.1?.advanced(by: at), arrays.2?.advanced(by: at))
  if case (.uniform(var a), .uniform(var b), .uniform(var c)) = coefficients {
    kernels_combine(out, out, &a, y, &b, z, &c, 0, rows.count, dimension)
  } else {
    for (offset, row) in rows.enumerated() {
      var (a, b, c) = (coefficients.0[row], coefficients.1[row], coefficients.2[row])
      let skip = offset * dimension
      kernels_combine(
        out + skip, out + skip, &a, y?.advanced(by: skip), &b, z?.advanced(by: skip), &c, 0, 1,
        dimension)
    }
  }
}
