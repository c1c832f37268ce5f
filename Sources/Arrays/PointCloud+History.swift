import CKernels

/// Where rounding moves logits by no more than this, Float32 sums serve however few points matter.
private let harmless = 4e-6

extension PointCloud {
  /// (1/M) Σ_m Σ_i softmax_i(−‖x + a e_m − x_i‖²/2σ²) x_i for each row of `x`, with the shifts of
  /// `history`.
  ///
  /// One product of x with the data serves all shifts, and so does one weighted sum of the data.
  ///
  /// - Parameters:
  ///   - x: Queries, B × d; row r goes on where row r of the history left off.
  ///   - sigma: The width, for all rows or one a row.
  ///   - scale: a, for all rows or one a row; nil for x without shifts.
  ///   - means: The averages, B × d.
  ///   - history: Memory made for this cloud.
  public func softmaxMean(
    at x: Points, sigma: PerRow<Double>, scale: PerRow<Double>?, into means: inout Points,
    history: ProductHistory
  ) {
    precondition(x.dimension == dimension, "Points and data have one dimension.")
    precondition(means.count == x.count && means.dimension == dimension, "One average a row.")
    precondition(
      scale == nil || (history.shifts?.count ?? 0) >= x.count * history.shiftCount,
      "M shifts a row.")
    let count = x.count
    let shifts = scale == nil ? nil : history.shifts?.values
    means.values.withUnsafeMutableBufferPointer { means in
      withKernel { cloud in
        x.values.withUnsafeBufferPointer { x in
          (shifts ?? []).withUnsafeBufferPointer { shifts in
            guard let x = x.baseAddress, let means = means.baseAddress else { return }
            let run = SoftmaxRun(
              at: RowAddresses(
                cloud: cloud, history: history, x: x, totalVariance: totalVariance),
              means: means,
              shifts: scale == nil ? nil : shifts.baseAddress, sigma: sigma, scale: scale)
            run.run(count)
          }
        }
      }
    }
  }
}

/// Queries that one call of the kernels answers.
struct RowAddresses {
  let cloud: UnsafePointer<kernels_cloud>
  let history: ProductHistory
  let x: UnsafePointer<Float>
  /// tr Cov of the data.
  let totalVariance: Double

  var dimension: Int { cloud.pointee.dimension }

  /// The indices for which `body` is false; called with a worker.
  func left(of indices: [Int], _ body: (_ worker: Int, _ index: Int) -> Bool) -> [Int] {
    var done = [Bool](repeating: false, count: indices.count)
    withoutActuallyEscaping(body) { body in
      done.withUnsafeMutableBufferPointer { done in
        let shared = Shared((body, done.baseAddress))
        history.workers.forEach(indices.count) { worker, task in
          shared.pointer.1?[task] = shared.pointer.0(worker, indices[task])
        }
      }
    }
    return indices.indices.filter { !done[$0] }.map { indices[$0] }
  }

  /// How many data rows `list` lists for each row; more than there are where it knows none.
  func found(
    _ rows: [RowProducts], _ list: (_ index: Int, _ room: UnsafeMutablePointer<Int32>) -> Int?
  ) -> [Int] {
    var counts = [Int](repeating: .max, count: rows.count)
    let lists = rows.indices.map { history.list($0) }
    counts.withUnsafeMutableBufferPointer { counts in
      let address = counts.baseAddress
      _ = left(of: Array(rows.indices)) { _, index in
        address?[index] = list(index, lists[index]) ?? .max
        return true
      }
    }
    return counts
  }

  /// Takes the products of rows `indices` of a wave with all the data, each an anchor from now on.
  func pass(_ rows: [RowProducts], _ indices: [Int], first: Int) {
    let d = dimension
    history.count(passes: indices.count)
    let queries = indices.enumerated().map { place, index in
      ProductQuery(
        vector: x + (first + index) * d, inverseStep: rows[index].inverseStep,
        high: rows[index].startAnchor(), low: history.low(place))
    }
    history.take(
      queries, center: cloud.pointee.center, origin: cloud.pointee.origin, cloud)
    for (place, index) in indices.enumerated() { rows[index].useOwn(low: history.low(place)) }
  }
}

/// One evaluation: rows that anchors settle, then a pass over the data for the others.
private struct SoftmaxRun {
  let at: RowAddresses
  let means: UnsafeMutablePointer<Float>
  let shifts: UnsafePointer<Float>?
  let sigma: PerRow<Double>
  let scale: PerRow<Double>?

  private var history: ProductHistory { at.history }
  private var shiftCount: Int { shifts == nil ? 1 : history.shiftCount }

  func run(_ count: Int) {
    for first in stride(from: 0, to: count, by: history.wave) {
      let rows = history.products(of: first..<min(count, first + history.wave))
      if let shifts { history.takeShifts(of: rows, first: first, shifts, at.cloud) }
      for (index, row) in rows.enumerated() {
        row.begin(
          at.x + (first + index) * at.dimension, center: at.cloud.pointee.center,
          sigma: sigma[first + index], scale: scale?[first + index] ?? 0,
          shifts: shifts == nil ? nil : shiftCount)
      }
      let found = at.found(rows) { index, list in
        let row = rows[index]
        guard row.isInRange, isListable(row), row.mayBeNarrow,
          row.combineAnchors(caution: history.caution)
        else {
          return nil
        }
        // Whatever a pass would list is listed: its list may reach further by twice its error on
        // either side.
        row.setThresholds(
          slack: reach(row) + 5 * row.fineError, at.cloud,
          at.x + (first + index) * at.dimension)
        return row.list(into: list, capacity: most(row))
      }
      let passing = history.passing(
        found.indices.map { found[$0] > most(rows[$0]) ? history.reach + 1 : found[$0] })
      let listed = rows.indices.filter { !passing.contains($0) }
      let open =
        passing
        + at.left(of: listed) { worker, index in
          average(rows[index], first + index, history.list(index), found[index], worker)
        }
      let (near, far) = (open.filter { rows[$0].isInRange }, open.filter { !rows[$0].isInRange })
      at.pass(rows, near, first: first)
      let wide = at.left(of: near) { worker, index in
        let (row, list) = (rows[index], history.list(index))
        row.setThresholds(slack: reach(row) + 2 * row.fineError)
        row.wideAt = 0
        if isListable(row) {
          let count = row.list(into: list, capacity: capacity(row))
          if count <= capacity(row) {
            return average(row, first + index, list, count, worker)
          }
        }
        row.wideAt = row.sigma
        row.setFactors()
        return false
      }
      average(rows, wide, first)
      _ = at.left(of: far) { worker, index in
        join(rows[index], first + index, nil, lane: 0, Lanes(members: 0..<0, count: 0), worker)
        return true
      }
    }
  }

  /// What lies further below the best, in units of the logit times σ², weighs nothing.
  private func reach(_ row: RowProducts) -> Double {
    kernels_negligible * row.sigma * row.sigma
  }

  /// Data rows that are weighed one by one, at most: a matter of x and σ alone. Float32 does where
  /// the spread of the data, under each shift, is no more than that of neighbours.
  private func capacity(_ row: RowProducts) -> Int {
    let spread = Double(shiftCount) * at.totalVariance
    let sure = 2 * row.fineError <= 4e-2 * row.sigma * row.sigma
    return sure && spread <= Double(at.dimension) * row.sigma * row.sigma
      ? history.fewer : history.capacity
  }

  /// At most twice what may be weighed is listed: wide lists seldom hold so few that matter.
  private func most(_ row: RowProducts) -> Int { min(history.reach, 2 * capacity(row)) }

  private func isListable(_ row: RowProducts) -> Bool {
    2 * row.fineError > harmless * row.sigma * row.sigma
  }

  /// Averages listed points; false where a pass might find more than may be weighed one by one.
  private func average(
    _ row: RowProducts, _ index: Int, _ list: UnsafePointer<Int32>, _ count: Int, _ worker: Int
  ) -> Bool {
    let d = at.dimension
    var isDone: Int32 = 0
    row.withKernel { kernel in
      isDone = kernels_listed_mean(
        at.cloud, kernel, list, count, capacity(row), at.x + index * d, shiftAddress(index),
        row.scale, row.sigma, row.fineError, means + index * d, history.scratch[worker])
    }
    return isDone != 0
  }

  private func shiftAddress(_ row: Int) -> UnsafePointer<Float>? {
    shifts.map { $0 + row * shiftCount * at.dimension }
  }

  /// Sums the data with the weights of the rows, a panel and a segment a task, and writes the
  /// averages.
  private func average(_ rows: [RowProducts], _ wide: [Int], _ first: Int) {
    let panels = Lanes.panels(of: wide.count)
    let segments = history.segments
    let sums = panels.indices.map { history.sums($0) }
    let shared = Shared((self, rows, sums))
    history.workers.forEach(panels.count * segments.count) { worker, task in
      let (run, rows, sums) = shared.pointer
      let (panel, segment) = (task / segments.count, task % segments.count)
      let size = panels[panel].count * run.at.dimension
      let sum = sums[panel] + segment * size
      sum.update(repeating: 0, count: size)
      run.add(
        panels[panel].members.map { rows[wide[$0]] }, panels[panel].count, segments[segment],
        run.history.blocks[worker], to: sum)
    }
    for (index, panel) in panels.enumerated() {
      let members = Array(panel.members)
      _ = at.left(of: members) { worker, member in
        let row = wide[member]
        join(
          rows[row], first + row, sums[index], lane: member - panel.members.lowerBound, panel,
          worker)
        return true
      }
    }
  }

  /// `room` holds the weights of a block twice: a row of the batch after the other, and turned.
  private func add(
    _ rows: [RowProducts], _ lanes: Int, _ data: Range<Int>,
    _ room: UnsafeMutablePointer<Float>, to sum: UnsafeMutablePointer<Float>
  ) {
    let size = Int(kernels_block_rows)
    room.update(repeating: 0, count: size * lanes)
    for start in stride(from: data.lowerBound, to: data.upperBound, by: size) {
      let block = start..<min(data.upperBound, start + size)
      for (lane, row) in rows.enumerated() { row.weigh(block, into: room + lane * size) }
      kernels_add_weighted(
        at.cloud, block.lowerBound, block.upperBound, room, lanes, room + size * lanes, sum)
    }
  }

  /// Writes the average of a row from what was summed; without sums, all of it in Double.
  private func join(
    _ row: RowProducts, _ index: Int, _ sums: UnsafeMutablePointer<Float>?, lane: Int,
    _ panel: Lanes, _ worker: Int
  ) {
    let d = at.dimension
    let doubt =
      sums == nil ? .infinity : 2 * row.fineError / (row.sigma * row.sigma)
    kernels_sums_join(
      at.cloud, sums, sums == nil ? 0 : history.segments.count, lane, panel.count,
      at.x + index * d, shiftAddress(index), shiftCount, row.scale, row.sigma,
      row.secondMoment, doubt, means + index * d, history.scratch[worker])
  }
}
