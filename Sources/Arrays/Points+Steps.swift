import CKernels

extension Points {
  /// self = a self + b y, row by row; returns whether all of it is finite.
  @discardableResult
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, workers: Workers = .all
  ) -> Bool {
    apply(Terms(nil, a, y, b), workers)
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
  /// - Returns: Whether all of it is finite.
  @discardableResult
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, plus c: PerRow<Float>, _ z: Points,
    workers: Workers = .all
  ) -> Bool {
    apply(Terms(nil, a, y, b, z, c), workers)
  }

  /// self = a self + b y + c z + e u + f v in one pass, row by row, what is nil being left out;
  /// returns whether all of it is finite.
  @discardableResult
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, plus c: PerRow<Float>, _ z: Points?,
    plus e: PerRow<Float>, _ u: Points?, plus f: PerRow<Float> = .uniform(0), _ v: Points? = nil,
    workers: Workers = .all
  ) -> Bool {
    apply(Terms(nil, a, y, b, z, c, u, e, v, f), workers)
  }

  /// self = a x + b y, row by row; what stood here before is not read. Returns whether all of it is
  /// finite.
  @discardableResult
  public mutating func set(
    _ a: PerRow<Float>, _ x: Points, plus b: PerRow<Float>, _ y: Points, workers: Workers = .all
  ) -> Bool {
    apply(Terms(x, a, y, b), workers)
  }

  /// self = a x + b y + c z + e u in one pass, row by row, what is nil being left out; what stood
  /// here before is not read. Returns whether all of it is finite.
  @discardableResult
  public mutating func set(
    _ a: PerRow<Float>, _ x: Points, plus b: PerRow<Float>, _ y: Points, plus c: PerRow<Float>,
    _ z: Points?, plus e: PerRow<Float> = .uniform(0), _ u: Points? = nil,
    workers: Workers = .all
  ) -> Bool {
    apply(Terms(x, a, y, b, z, c, u, e), workers)
  }

  /// self = a self + b y + c z + e u + f n in one pass, row by row, what is nil being left out, with
  /// fresh normals n that come to stand in `normals`: each block of rows draws its own. Returns
  /// whether all of it is finite.
  @discardableResult
  public mutating func combine(
    _ a: PerRow<Float>, plus b: PerRow<Float>, _ y: Points, plus c: PerRow<Float>, _ z: Points?,
    plus e: PerRow<Float>, _ u: Points?, plus f: PerRow<Float>, drawing rows: RandomRows,
    into normals: inout Points, workers: Workers = .all
  ) -> Bool {
    precondition(
      normals.count == count && normals.dimension == dimension && rows.samples.count == count,
      "Points of one shape combine.")
    return normals.values.withUnsafeMutableBufferPointer { normals in
      rows.samples.withUnsafeBufferPointer { samples in
        let target = NormalsTarget(
          values: normals.baseAddress, samples: samples.baseAddress, stream: rows.stream,
          draw: rows.draw)
        return apply(Terms(nil, a, y, b, z, c, u, e), workers, target, f)
      }
    }
  }

  /// Multiplies each row by its factor.
  public mutating func scale(by factor: PerRow<Float>, workers: Workers = .all) {
    apply(Terms(nil, factor), workers)
  }

  /// The first row that holds a NaN or an infinity.
  public var firstNotFiniteRow: Int? {
    let row = kernels_first_not_finite(values, count, dimension)
    return row < count ? row : nil
  }
}

/// Normals by their address: one row of a stream for each sample.
public struct RandomRows: Sendable {
  /// The numbers of a purpose under a seed.
  public let stream: RandomStream
  /// Whose rows these are.
  public let samples: [UInt64]
  /// Which of a sample's rows of numbers.
  public let draw: UInt32

  /// Row r is the row of sample `samples[r]`.
  public init(_ stream: RandomStream, samples: [UInt64], draw: UInt32) {
    self.stream = stream
    self.samples = samples
    self.draw = draw
  }
}
