/// The error a coordinate may have, from its own size.
public enum Tolerance: Sendable, Equatable {
  /// absolute + relative · max(|a|, |b|).
  case sum(absolute: Double, relative: Double)
  /// max(absolute, relative · max(|a|, |b|)).
  case greater(absolute: Double, relative: Double)
}

/// Numbers a thread takes at a time.
private let errorBlock = 1 << 15

extension Points {
  /// self = x + h Σ_i w_i y_i, with a step h for each row; sums in Double.
  ///
  /// - Parameters:
  ///   - x: What is added to; nil for zero.
  ///   - steps: h of each row.
  ///   - weights: w, at most as many as `parts`; the parts beyond are not read.
  ///   - parts: y, of this shape.
  ///   - workers: The threads to use.
  public mutating func setSum(
    _ x: Points?, plus steps: [Double], times weights: [Double], of parts: [Points],
    workers: Workers = .all
  ) {
    let (count, dimension) = (count, dimension)
    precondition(steps.count == count && weights.count <= parts.count, "One step a row.")
    for other in parts.prefix(weights.count) + (x.map { [$0] } ?? []) {
      precondition(
        other.count == count && other.dimension == dimension, "Points of one shape add up.")
    }
    // Tableaux have many zeros.
    let used = weights.indices.filter { weights[$0] != 0 }
    values.withUnsafeMutableBufferPointer { out in
      withPointers(([x ?? parts[0]] + used.map { parts[$0] })[...]) { pointers in
        let shared = Shared((out.baseAddress, pointers))
        let start: Double = x == nil ? 0 : 1
        workers.forEachBlock(of: count, size: Swift.max(1, errorBlock / dimension)) { _, rows in
          guard let out = shared.pointer.0 else { return }
          let pointers = shared.pointer.1
          for row in rows {
            for index in row * dimension..<(row + 1) * dimension {
              var sum = 0.0
              for (place, part) in used.enumerated() {
                sum += weights[part] * Double(pointers[place + 1][index])
              }
              out[index] = Float(start * Double(pointers[0][index]) + steps[row] * sum)
            }
          }
        }
      }
    }
  }

  /// √(mean_j (self_j/δ_j)²) of each row, with δ_j by `tolerance` from the sizes of a_j and b_j.
  public func errors(
    against a: Points, _ b: Points, _ tolerance: Tolerance, workers: Workers = .all
  ) -> [Double] {
    let (count, dimension) = (count, dimension)
    for other in [a, b] {
      precondition(
        other.count == count && other.dimension == dimension, "Points of one shape compare.")
    }
    var errors = [Double](repeating: 0, count: count)
    errors.withUnsafeMutableBufferPointer { errors in
      withPointers([self, a, b]) { pointers in
        let shared = Shared((errors.baseAddress, pointers))
        workers.forEachBlock(of: count, size: Swift.max(1, errorBlock / dimension)) { _, rows in
          let (errors, pointers) = shared.pointer
          for row in rows {
            var sum = 0.0
            for index in row * dimension..<(row + 1) * dimension {
              let size = Double(Swift.max(abs(pointers[1][index]), abs(pointers[2][index])))
              let ratio = Double(pointers[0][index]) / tolerance.width(at: size)
              sum += ratio * ratio
            }
            errors?[row] = (sum / Double(dimension)).squareRoot()
          }
        }
      }
    }
    return errors
  }
}

extension Tolerance {
  /// δ of a coordinate of this size.
  @inline(__always)
  fileprivate func width(at size: Double) -> Double {
    switch self {
    case .sum(let absolute, let relative): absolute + relative * size
    case .greater(let absolute, let relative): Swift.max(absolute, relative * size)
    }
  }
}

/// The numbers of all `points` at once, valid during the call; empty ones have none.
private func withPointers(
  _ points: ArraySlice<Points>, _ found: [UnsafePointer<Float>] = [],
  _ body: ([UnsafePointer<Float>]) -> Void
) {
  guard let first = points.first else { return body(found) }
  first.values.withUnsafeBufferPointer { buffer in
    guard let pointer = buffer.baseAddress else { return }
    withPointers(points.dropFirst(), found + [pointer], body)
  }
}
