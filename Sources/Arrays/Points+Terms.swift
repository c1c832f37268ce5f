import CKernels
import Synchronization

/// Numbers a thread takes at a time: enough to hide the hand-over, and normals drawn for them still
/// lie in the nearest cache when they are added.
private let stepBlock = 1 << 12

/// Up to five points and what each is multiplied by; the first is the result itself where none is
/// named, and others that are not there are left out.
struct Terms {
  let points: (Points?, Points?, Points?, Points?, Points?)
  let factors: (PerRow<Float>, PerRow<Float>, PerRow<Float>, PerRow<Float>, PerRow<Float>)

  init(
    _ x: Points?, _ a: PerRow<Float>, _ y: Points? = nil, _ b: PerRow<Float> = .uniform(0),
    _ z: Points? = nil, _ c: PerRow<Float> = .uniform(0), _ u: Points? = nil,
    _ e: PerRow<Float> = .uniform(0), _ v: Points? = nil, _ f: PerRow<Float> = .uniform(0)
  ) {
    points = (x, y, z, u, v)
    factors = (a, b, c, e, f)
  }
}

/// Where the normals of a step are drawn to; the pointers span all rows.
struct NormalsTarget {
  let values: UnsafeMutablePointer<Float>?
  let samples: UnsafePointer<UInt64>?
  let stream: RandomStream
  let draw: UInt32
}

/// The arrays of a combination, over all rows; what is absent is nil.
private struct TermArrays: @unchecked Sendable {
  let out: UnsafeMutablePointer<Float>?
  let terms:
    (
      UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?,
      UnsafePointer<Float>?
    )
  let factors: (PerRow<Float>, PerRow<Float>, PerRow<Float>, PerRow<Float>, PerRow<Float>)
  let normals: NormalsTarget?
  let ofNormals: PerRow<Float>
}

extension Points {
  /// self = Σ factor · term, the normals last; returns whether all of it is finite.
  @discardableResult
  mutating func apply(
    _ terms: Terms, _ workers: Workers, _ normals: NormalsTarget? = nil,
    _ ofNormals: PerRow<Float> = .uniform(0)
  ) -> Bool {
    let (count, dimension) = (count, dimension)
    let (p, f) = (terms.points, terms.factors)
    for other in [p.0, p.1, p.2, p.3, p.4] {
      precondition(
        other.map { $0.count == count && $0.dimension == dimension } ?? true,
        "Points of one shape combine.")
    }
    return values.withUnsafeMutableBufferPointer { out in
      withPointers(p) { x, y, z, u, v in
        let first = x ?? out.baseAddress.map { UnsafePointer($0) }
        let arrays = TermArrays(
          out: out.baseAddress, terms: (first, y, z, u, v), factors: f, normals: normals,
          ofNormals: ofNormals)
        let spoiled = Atomic<Bool>(false)
        workers.forEachBlock(of: count, size: max(1, stepBlock / dimension)) { _, rows in
          if !arrays.combine(rows, dimension) { spoiled.store(true, ordering: .relaxed) }
        }
        return !spoiled.load(ordering: .relaxed)
      }
    }
  }
}

extension TermArrays {
  /// One block of rows, which lies inside the arrays; whether it is finite.
  func combine(_ rows: Range<Int>, _ dimension: Int) -> Bool {
    if let normals {
      kernels_normals(
        normals.values?.advanced(by: rows.lowerBound * dimension), rows.count, dimension,
        normals.samples?.advanced(by: rows.lowerBound), normals.stream.seed,
        normals.stream.purpose, normals.draw)
    }
    // Rows with factors of their own go one by one.
    let size = isUniform ? rows.count : 1
    var isFinite = true
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
      let at = first * dimension
      var sum = sum(of: first, at: at)
      if kernels_combine(out?.advanced(by: at), &sum, size * dimension) == 0 { isFinite = false }
    }
    return isFinite
  }

  private var isUniform: Bool {
    func isUniform(_ factor: PerRow<Float>) -> Bool {
      if case .uniform = factor { true } else { false }
    }
    return isUniform(factors.0) && isUniform(factors.1) && isUniform(factors.2)
      && isUniform(factors.3) && isUniform(factors.4) && isUniform(ofNormals)
  }

  /// What the kernel adds up from row `row` on, the terms that are there one after the other.
  private func sum(of row: Int, at place: Int) -> kernels_sum {
    var sum = kernels_sum()
    func add(_ term: UnsafePointer<Float>?, _ factor: PerRow<Float>) {
      guard let term = term?.advanced(by: place) else { return }
      let factor = factor[row]
      if sum.terms.0 == nil {
        (sum.terms.0, sum.factors.0) = (term, factor)
      } else if sum.terms.1 == nil {
        (sum.terms.1, sum.factors.1) = (term, factor)
      } else if sum.terms.2 == nil {
        (sum.terms.2, sum.factors.2) = (term, factor)
      } else if sum.terms.3 == nil {
        (sum.terms.3, sum.factors.3) = (term, factor)
      } else {
        (sum.terms.4, sum.factors.4) = (term, factor)
      }
    }
    add(terms.0, factors.0)
    add(terms.1, factors.1)
    add(terms.2, factors.2)
    add(terms.3, factors.3)
    // Normals come with four others at most.
    if let normals {
      add(UnsafePointer(normals.values), ofNormals)
    } else {
      add(terms.4, factors.4)
    }
    return sum
  }
}

/// The numbers of each during the call; nil for none.
private func withPointers<Result>(
  _ points: (Points?, Points?, Points?, Points?, Points?),
  _ body: (
    UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?,
    UnsafePointer<Float>?
  ) -> Result
) -> Result {
  withPointer(points.0) { x in
    withPointer(points.1) { y in
      withPointer(points.2) { z in
        withPointer(points.3) { u in withPointer(points.4) { v in body(x, y, z, u, v) } }
      }
    }
  }
}

/// The numbers of `points` during the call; null for none.
private func withPointer<Result>(
  _ points: Points?, _ body: (UnsafePointer<Float>?) -> Result
) -> Result {
  guard let points else { return body(nil) }
  return points.values.withUnsafeBufferPointer { body($0.baseAddress) }
}
