import CKernels

/// A vector whose products with all the data are wanted, and where they go.
struct ProductQuery {
  let vector: UnsafePointer<Float>
  let inverseStep: Float
  let high: UnsafeMutablePointer<Int16>
  let low: UnsafeMutablePointer<UInt8>
}

/// Up to 64 members of a list in the lanes of a panel.
struct Lanes {
  let members: Range<Int>
  let count: Int

  static func panels(of total: Int) -> [Lanes] {
    stride(from: 0, to: total, by: Int(kernels_widest_panel)).map { first in
      let members = first..<min(total, first + Int(kernels_widest_panel))
      return Lanes(
        members: members, count: members.count > 32 ? 64 : members.count > 16 ? 32 : 16)
    }
  }
}

extension ProductHistory {
  /// Takes the products of each query with every data row; a panel and a segment make a task.
  func take(
    _ queries: [ProductQuery], center: UnsafePointer<Float>, origin: UnsafePointer<Float>?,
    _ cloud: UnsafePointer<kernels_cloud>
  ) {
    let panels = Lanes.panels(of: queries.count)
    let d = cloud.pointee.dimension
    for (index, panel) in panels.enumerated() {
      // Packed by hand: the rows lie apart.
      let (packed, lanes) = (self.panel(index), panel.count)
      for lane in 0..<lanes {
        let member = panel.members.lowerBound + (lane < panel.members.count ? lane : 0)
        let vector = queries[member].vector
        if let origin {
          for i in 0..<d {
            let rest = Double(vector[i]) - Double(center[i]) - Double(origin[i])
            packed[i * lanes + lane] = Float(rest)
          }
        } else {
          for i in 0..<d { packed[i * lanes + lane] = vector[i] - center[i] }
        }
        packed[d * lanes + lane] = queries[member].inverseStep
      }
    }
    let all = Shared((self, cloud, queries, panels.indices.map { self.panel($0) }))
    workers.forEach(panels.count * segments.count) { worker, task in
      let (history, cloud, queries, packed) = all.pointer
      let (panel, index) = (panels[task / history.segments.count], task / history.segments.count)
      let rows = history.segments[task % history.segments.count]
      let lanes = panel.count
      var high = [UnsafeMutablePointer<Int16>?](repeating: nil, count: lanes)
      var low = [UnsafeMutablePointer<UInt8>?](repeating: nil, count: lanes)
      for (lane, member) in panel.members.enumerated() {
        (high[lane], low[lane]) = (queries[member].high, queries[member].low)
      }
      kernels_store_products(
        cloud, rows.lowerBound, rows.upperBound, packed[index], lanes,
        packed[index] + d * lanes, high, low, history.blocks[worker])
    }
  }

  /// Takes the products of the rows' shifts where they are not known yet.
  func takeShifts(
    of products: [RowProducts], first: Int, _ shifts: UnsafePointer<Float>,
    _ cloud: UnsafePointer<kernels_cloud>
  ) {
    let (d, stored) = (cloud.pointee.dimension, max(1, shiftCount - 1))
    var queries: [ProductQuery] = []
    for (index, row) in products.enumerated() where row.shiftNorms.isEmpty {
      let own = shifts + (first + index) * shiftCount * d
      row.shiftNorms = (0..<stored).map { m in length(own + m * d, d) }
      row.shiftRest = shiftCount == 1 ? 0 : restLength(own, d)
      for m in 0..<stored {
        queries.append(
          ProductQuery(
            vector: own + m * d, inverseStep: row.inverseStep(norm: row.shiftNorms[m]),
            high: row.shiftHigh + m * stride, low: row.shiftLow + m * stride))
      }
    }
    guard !queries.isEmpty else { return }
    zeros.withUnsafeBufferPointer { zeros in
      guard let zeros = zeros.baseAddress else { return }
      // A wave's worth of panels at a time.
      for first in Swift.stride(from: 0, to: queries.count, by: wave) {
        take(
          Array(queries[first..<min(queries.count, first + wave)]), center: zeros, origin: nil,
          cloud)
      }
    }
  }

  private func length(_ vector: UnsafePointer<Float>, _ d: Int) -> Double {
    (0..<d).reduce(0) { $0 + Double(vector[$1]) * Double(vector[$1]) }.squareRoot()
  }

  /// ‖Σ_m e_m‖.
  private func restLength(_ own: UnsafePointer<Float>, _ d: Int) -> Double {
    var square = 0.0
    for i in 0..<d {
      var sum = 0.0
      for m in 0..<shiftCount { sum += Double(own[m * d + i]) }
      square += sum * sum
    }
    return square.squareRoot()
  }
}
