import CKernels

extension PointCloud {
  /// The nearest points of each row in rising order of distance; equal ones in the order of the
  /// data. Row r's stand from `r * stride` on in `nearest`; all −1 where the row is not finite.
  ///
  /// - Parameters:
  ///   - wanted: How many, 1 … N.
  ///   - x: Queries, B × d; row r goes on where row r of the history left off.
  ///   - nearest: Room for them.
  ///   - stride: From row to row.
  ///   - history: Memory made for this cloud.
  public func nearest(
    _ wanted: Int, to x: Points, into nearest: inout [Int32], stride: Int,
    history: ProductHistory
  ) {
    precondition(x.dimension == dimension, "Points and data have one dimension.")
    precondition((1...count).contains(wanted), "There are 1 … N nearest points.")
    precondition(nearest.count >= x.count * stride && stride >= wanted, "Room for all.")
    let rowCount = x.count
    nearest.withUnsafeMutableBufferPointer { nearest in
      withKernel { cloud in
        x.values.withUnsafeBufferPointer { x in
          guard let x = x.baseAddress, let nearest = nearest.baseAddress else { return }
          NeighborRun(
            at: RowAddresses(
              cloud: cloud, history: history, x: x, totalVariance: totalVariance),
            wanted: wanted,
            nearest: nearest, stride: stride
          ).run(rowCount)
        }
      }
    }
  }
}

/// One search: rows that anchors settle, then a pass over the data for the others.
private struct NeighborRun {
  let at: RowAddresses
  let wanted: Int
  let nearest: UnsafeMutablePointer<Int32>
  let stride: Int

  func run(_ count: Int) {
    let history = at.history
    for first in Swift.stride(from: 0, to: count, by: history.wave) {
      let rows = history.products(of: first..<min(count, first + history.wave))
      for (index, row) in rows.enumerated() {
        row.begin(
          at.x + (first + index) * at.dimension, center: at.cloud.pointee.center, sigma: 1,
          scale: 0, shifts: nil)
      }
      let found = at.found(rows) { index, room in
        guard rows[index].isInRange, rows[index].combineAnchors(caution: history.caution) else {
          return nil
        }
        return list(rows[index], first + index, room)
      }
      let passing = history.passing(found)
      let listed = rows.indices.filter { !passing.contains($0) }
      _ = at.left(of: listed) { _, index in
        order(history.list(index), found[index], first + index)
        return true
      }
      let near = passing.filter { rows[$0].isInRange }
      at.pass(rows, near, first: first)
      let wide = at.left(of: near) { _, index in
        rows[index].allow(error: rows[index].fineError)
        let room = history.list(index)
        let count = list(rows[index], first + index, room)
        if count <= history.reach { order(room, count, first + index) }
        return count <= history.reach
      }
      // Too many may be among the nearest, or no bound holds: every row is asked in Double.
      _ = at.left(of: wide + passing.filter { !rows[$0].isInRange }) { _, index in
        order(nil, 0, first + index)
        return true
      }
    }
  }

  /// Lists every point whose upper bound reaches what one of the `wanted` nearest has at least.
  private func list(
    _ row: RowProducts, _ index: Int, _ list: UnsafeMutablePointer<Int32>
  ) -> Int {
    row.setNearestThreshold(wanted, at.cloud, at.x + index * at.dimension)
    return row.list(into: list, capacity: at.history.reach)
  }

  private func order(_ list: UnsafePointer<Int32>?, _ count: Int, _ index: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: at.dimension + wanted) {
      kernels_nearest_of(
        at.cloud, list, count, at.x + index * at.dimension, wanted, nearest + index * stride,
        $0.baseAddress)
    }
  }
}
