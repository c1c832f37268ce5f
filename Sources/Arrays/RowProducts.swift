import CKernels

/// The products of one row of a batch with every data row, at the last points where they were
/// taken, its anchors, and those of its shifts.
///
/// With x = Σ_k α_k x_k + r the products at x are Σ_k α_k x_k · x_i + r · x_i, and
/// |r · x_i| ≤ ‖r‖ ‖x_i‖: where r is small, all logits are known without a pass over the data.
final class RowProducts {
  private let arena = Arena()
  private let bounds: ProductBounds
  private let dimension: Int
  /// What is usual in the data: rows and data are taken less it.
  private let usual: UsualValues?
  private let planes: [UnsafeMutablePointer<Int16>]
  /// The anchors themselves, less the cloud's center.
  private let points: [UnsafeMutablePointer<Double>]
  private var norms: [Double]
  /// Planes that hold an anchor, the newest first.
  private var order: [Int] = []

  let shiftHigh: UnsafeMutablePointer<Int16>
  let shiftLow: UnsafeMutablePointer<UInt8>
  /// ‖e_m‖ of the shifts whose products are stored; empty until they are.
  var shiftNorms: [Double] = []
  /// ‖Σ e_m‖, by which the last shift misses the sum of the others.
  var shiftRest = 0.0

  private let query: UnsafeMutablePointer<Double>
  private let anchors: UnsafeMutablePointer<UnsafePointer<Int16>?>
  private let weights: UnsafeMutablePointer<Float>
  private let shiftWeights: UnsafeMutablePointer<Float>
  /// For each shift: its best value, the least that counts, and the factor of its weights.
  let best: UnsafeMutablePointer<Float>
  private let leaders: UnsafeMutablePointer<Int32>
  let thresholds: UnsafeMutablePointer<Float>
  let factors: UnsafeMutablePointer<Float>

  /// The kernels' view of the row at hand.
  private(set) var kernel: kernels_row
  private(set) var sigma = 1.0
  private(set) var scale = 0.0
  private(set) var norm = 0.0
  /// σ at the last evaluation, if too many points mattered to list them; zero if not.
  var wideAt = 0.0
  /// Whether to try without a pass: not where σ is much what it was when too many points mattered.
  var mayBeNarrow: Bool { sigma <= 0.6 * wideAt || wideAt == 0 }
  /// E‖x_i‖² under the softmax, where it was summed.
  var secondMoment = Double.nan

  /// Room for `anchorCount` anchors and `stored` shifts; `kernel` has the tables of the cloud.
  init(
    _ cloud: PointCloud, _ kernel: kernels_row, anchorCount: Int, stored: Int
  ) {
    bounds = ProductBounds(cloud)
    dimension = cloud.dimension
    usual = cloud.usual
    self.kernel = kernel
    let (arena, stride) = (arena, kernel.stride)
    // One piece for all anchors and one for the shifts.
    let anchorPlanes = arena.room(for: anchorCount * stride, of: Int16.self)
    planes = (0..<anchorCount).map { anchorPlanes + $0 * stride }
    points = (0..<anchorCount).map { [dimension] _ in arena.doubles(dimension) }
    norms = [Double](repeating: 0, count: anchorCount)
    shiftHigh = arena.room(for: stride * stored, of: Int16.self)
    shiftLow = arena.room(for: stride * stored, of: UInt8.self)
    query = arena.doubles(dimension)
    anchors = arena.room(for: anchorCount, of: UnsafePointer<Int16>?.self)
    weights = arena.floats(anchorCount)
    shiftWeights = arena.floats(Int(kernels_most_shifts))
    best = arena.floats(Int(kernels_most_shifts))
    leaders = arena.integers(Int(kernels_most_shifts))
    thresholds = arena.floats(Int(kernels_most_shifts))
    factors = arena.floats(Int(kernels_most_shifts))
    self.kernel.anchors = UnsafePointer(anchors)
    self.kernel.weights = UnsafePointer(weights)
    self.kernel.shift_weights = UnsafePointer(shiftWeights)
    self.kernel.shift_high = UnsafePointer(shiftHigh)
    self.kernel.shift_low = UnsafePointer(shiftLow)
  }

  /// Bytes that a row takes.
  static func size(stride: Int, anchorCount: Int, stored: Int) -> Int {
    stride * (2 * anchorCount + 3 * stored)
  }

  /// Forgets all, for another row.
  func reset() {
    order = []
    shiftNorms = []
    wideAt = 0
  }

  /// Forgets the anchors alone.
  func forgetAnchors() { order = [] }

  /// Turns to a row at hand; `shifts` is M, or nil for the row itself.
  func begin(
    _ x: UnsafePointer<Float>, center: UnsafePointer<Float>, sigma: Double, scale: Double,
    shifts: Int?
  ) {
    var square = 0.0
    for i in 0..<dimension {
      query[i] = Double(x[i]) - Double(center[i])
      if let usual { query[i] -= Double(usual.values[i]) }
      square += query[i] * query[i]
    }
    (norm, self.sigma, self.scale) = (square.squareRoot(), sigma, scale)
    kernel.shift_count = shifts ?? 1
    kernel.stored_count = shifts == nil ? 0 : shiftNorms.count
    for (m, norm) in shiftNorms.enumerated() {
      shiftWeights[m] = Float(scale * bounds.step(norm))
    }
  }

  /// Whether Float32 can hold the products, and their bounds mean something.
  var isInRange: Bool {
    norm < 1e12 && bounds.radius < 1e12 && scale * (shiftNorms.max() ?? 0) < 1e12
  }

  /// The error of a product of the row, all its own.
  var fineError: Double {
    bounds.error(norm, fine: true) + shiftError(fine: true)
      + bounds.adding(1 + kernel.stored_count, (norm + shiftLength) * bounds.radius)
      + settlingError
  }

  /// The error of half a squared distance in Double, which settles what is listed: to the last it
  /// must not matter what else is.
  private var settlingError: Double {
    let reach = norm + shiftLength + bounds.radius + (usual?.length ?? 0)
    return Double(dimension / 16 + 24) * 0x1p-53 * reach * reach
  }

  /// The error of a shift's product, times its scale.
  func shiftError(fine: Bool) -> Double {
    guard kernel.stored_count > 0 else { return 0 }
    let sum = shiftNorms.reduce(0) { $0 + bounds.error($1, fine: fine) }
    return scale * (sum + shiftRest * bounds.radius)
  }

  private var shiftLength: Double {
    kernel.stored_count > 0 ? 2 * scale * shiftNorms.reduce(0, +) : 0
  }

  /// Sets the kernels on the combination of anchors nearest to the row; false where there is none.
  func combineAnchors(caution: Float) -> Bool {
    guard !order.isEmpty else { return false }
    let count = order.count
    return withUnsafeTemporaryAllocation(of: UnsafePointer<Double>?.self, capacity: count) { at in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { numbers in
        for (k, plane) in order.enumerated() {
          anchors[k] = UnsafePointer(planes[plane])
          at[k] = UnsafePointer(points[plane])
          // A weight costs the error of its anchor as a rest of the point costs its length.
          let width = bounds.error(norms[plane], fine: false) / max(bounds.radius, 1e-30)
          numbers[k] = width * width
        }
        let combination = numbers.baseAddress?.advanced(by: count)
        let rest = kernels_combination(
          at.baseAddress, numbers.baseAddress, count, query, dimension, combination)
        var (error, magnitude) = (shiftError(fine: false), shiftLength * bounds.radius)
        for (k, plane) in order.enumerated() {
          let weight = numbers[count + k]
          error += abs(weight) * bounds.error(norms[plane], fine: false)
          magnitude += abs(weight) * norms[plane] * bounds.radius
          weights[k] = Float(weight * bounds.step(norms[plane]))
        }
        error += bounds.adding(count + 1 + kernel.stored_count, magnitude)
        error += settlingError
        kernel.anchor_count = count
        kernel.low = nil
        kernel.error = caution * Float(1.001 * error)
        // The rest itself is known to sixteen digits of its terms.
        kernel.residual =
          caution * Float(1.001 * rest + 1e-13 * magnitude / max(bounds.radius, 1e-30))
        return error.isFinite && rest.isFinite && kernel.error < 1e30 && kernel.residual < 1e15
      }
    }
  }

  /// The plane for products at the row, which becomes the newest anchor in place of the oldest.
  func startAnchor() -> UnsafeMutablePointer<Int16> {
    let plane = order.count < planes.count ? order.count : order.removeLast()
    order.insert(plane, at: 0)
    norms[plane] = norm
    points[plane].update(from: query, count: dimension)
    return planes[plane]
  }

  /// Sets the kernels on the products of the row itself, the newest anchor, with its low bits.
  func useOwn(low: UnsafeMutablePointer<UInt8>) {
    anchors[0] = UnsafePointer(planes[order[0]])
    weights[0] = Float(bounds.step(norm))
    kernel.anchor_count = 1
    kernel.low = UnsafePointer(low)
    (kernel.error, kernel.residual) = (0, 0)
  }

  /// Sets what error the kernels allow for.
  func allow(error: Double) { kernel.error = Float(1.001 * error) }

  /// 1 / step of the row's products.
  var inverseStep: Float { Float(1 / bounds.step(norm)) }

  /// 1 / step of the products of a vector of this length.
  func inverseStep(norm: Double) -> Float { Float(1 / bounds.step(norm)) }

  /// Finds the best of each shift and takes for a threshold what lies `slack` below it.
  func setThresholds(slack: Double) {
    kernels_row_best(&kernel, best, leaders)
    for m in 0..<kernel.shift_count { thresholds[m] = lowered(Double(best[m]) - slack) }
  }

  /// The same from anchors. A product taken for the leader of each shift stands for its lower
  /// bound: the error counts once, for the others, not twice.
  func setThresholds(
    slack: Double, _ cloud: UnsafePointer<kernels_cloud>, _ x: UnsafePointer<Float>
  ) {
    kernels_row_best(&kernel, best, leaders)
    let count = kernel.shift_count
    withValues(of: leaders, count, cloud, x) { values in
      for m in 0..<count {
        let sure = max(Double(best[m]), values[m] - fineError)
        thresholds[m] = lowered(sure - slack)
      }
    }
  }

  /// The least that one of the `wanted` nearest may have: what the last of so many that seem
  /// nearest has.
  func setNearestThreshold(
    _ wanted: Int, _ cloud: UnsafePointer<kernels_cloud>, _ x: UnsafePointer<Float>
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: wanted) { room in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: wanted) { leaders in
        guard let room = room.baseAddress, let leaders = leaders.baseAddress else { return }
        let least = kernels_row_least_of_best(&kernel, wanted, room, leaders)
        withValues(of: leaders, wanted, cloud, x) { values in
          let sure = (0..<wanted).reduce(Double.infinity) { min($0, values[$1]) } - fineError
          thresholds[0] = lowered(max(Double(least), sure))
        }
      }
    }
  }

  private func withValues(
    of chosen: UnsafePointer<Int32>, _ count: Int, _ cloud: UnsafePointer<kernels_cloud>,
    _ x: UnsafePointer<Float>, _ body: (UnsafeMutablePointer<Double>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension + count) {
      guard let values = $0.baseAddress else { return }
      kernels_row_values(cloud, &kernel, x, chosen, count, values, values + count)
      body(values)
    }
  }

  /// A number in Float32 that is no greater; never so low that entries past the data count.
  func lowered(_ value: Double) -> Float { max(-1e29, Float(value - 2e-7 * abs(value))) }

  /// Lists the data rows that reach a threshold; returns how many, or capacity + 1 for more.
  func list(into list: UnsafeMutablePointer<Int32>, capacity: Int) -> Int {
    kernels_row_list(&kernel, thresholds, capacity, list)
  }

  /// Finds the factors that bring the weights of all shifts to one.
  func setFactors() {
    let count = kernel.shift_count
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { sums in
      guard let sums = sums.baseAddress else { return }
      kernels_row_sums(&kernel, precision, best, thresholds, sums, sums + count)
      secondMoment = 0
      for m in 0..<count {
        factors[m] = Float(1 / (Double(count) * sums[m]))
        secondMoment += 2 * sums[count + m] / sums[m] / Double(count)
      }
    }
  }

  /// Writes the weights of a block of data rows, and what fills the last vector.
  func weigh(_ block: Range<Int>, into weights: UnsafeMutablePointer<Float>) {
    withKernel {
      kernels_row_weights(
        $0, block.lowerBound, block.upperBound, precision, best, thresholds, factors, weights)
    }
  }

  /// 1/σ²; past Float32's range any is as good as the largest.
  private var precision: Float {
    Float(min(1 / (sigma * sigma), Double(Float.greatestFiniteMagnitude)))
  }

  func withKernel(_ body: (UnsafePointer<kernels_row>) -> Void) {
    // A copy: segments of the data are weighed by several threads at once.
    var copy = kernel
    withUnsafePointer(to: &copy, body)
  }
}
