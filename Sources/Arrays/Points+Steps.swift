import CKernels

/// Numbers a thread takes at a time: large enough to hide the hand-over, small enough for caches.
private let stepBlock = 1 << 15

extension Points {
  /// self = a self + b y, row by row.
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, workers: Workers = .all
  ) {
    apply(nil, (a, b, .uniform(0)), y, nil, workers)
  }

  /// self = a self + b y + c z, row by row.
  ///
  /// - Parameters:
  ///   - a: Coefficient of these points.
  ///   - b: Coefficient of `y`.
  ///   - y: Points of this shape.
  ///   - c: Coefficient of `z`.
  ///   - z: Points of this shape.
  ///   - workers: The threads to use.
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, plus c: PerRow<Float>, _ z: Points,
    workers: Workers = .all
  ) {
    apply(nil, (a, b, c), y, z, workers)
  }

  /// self = a x + b y, row by row; what stood here before is not read.
  public mutating func set(
    _ a: PerRow<Float>, _ x: Points, plus b: PerRow<Float>, _ y: Points, workers: Workers = .all
  ) {
    apply(x, (a, b, .uniform(0)), y, nil, workers)
  }

  /// Multiplies each row by its factor.
  public mutating func scale(by factor: PerRow<Float>, workers: Workers = .all) {
    apply(nil, (factor, .uniform(0), .uniform(0)), nil, nil, workers)
  }

  /// The first row that holds a NaN or an infinity.
  public var firstNotFiniteRow: Int? {
    let row = kernels_first_not_finite(values, count, dimension)
    return row < count ? row : nil
  }

  /// self = a x + b y + c z; an absent x is self, an absent y or z is left out.
  private mutating func apply(
    _ x: Points?, _ coefficients: Coefficients, _ y: Points?, _ z: Points?, _ workers: Workers
  ) {
    let (count, dimension) = (count, dimension)
    for other in [x, y, z] {
      precondition(
        other.map { $0.count == count && $0.dimension == dimension } ?? true,
        "Points of one shape combine.")
    }
    values.withUnsafeMutableBufferPointer { out in
      withPointer(x) { x in
        withPointer(y) { y in
          withPointer(z) { z in
            let arrays = Shared((out.baseAddress, x ?? out.baseAddress.map { .init($0) }, y, z))
            workers.forEachBlock(of: count, size: max(1, stepBlock / dimension)) { _, rows in
              run(arrays.pointer, coefficients, rows, dimension)
            }
          }
        }
      }
    }
  }
}

private typealias Coefficients = (PerRow<Float>, PerRow<Float>, PerRow<Float>)
private typealias StepArrays = (
  UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?
)

/// The numbers of `points` during the call; null for none.
private func withPointer(_ points: Points?, _ body: (UnsafePointer<Float>?) -> Void) {
  guard let points else { return body(nil) }
  points.values.withUnsafeBufferPointer { body($0.baseAddress) }
}

/// One block of rows; the pointers span all rows and `rows` lies inside them.
private func run(
  _ arrays: StepArrays, _ coefficients: Coefficients, _ rows: Range<Int>, _ dimension: Int
) {
  // Rows with coefficients of their own go one by one.
  var size = 1
  if case (.uniform, .uniform, .uniform) = coefficients { size = rows.count }
  for first in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
    let at = first * dimension
    guard let out = arrays.0?.advanced(by: at), let x = arrays.1?.advanced(by: at) else { return }
    kernels_combine(
      out, x, coefficients.0[first], arrays.2?.advanced(by: at), coefficients.1[first],
      arrays.3?.advanced(by: at), coefficients.2[first], size * dimension)
  }
}
