import CKernels

/// A weight e^−28, under 10⁻¹², of the largest counts no more.
private let negligible = 28.0
/// Points a row and segment that are weighed again in Double; where more matter, Float32 sums serve
/// unless rounding could decide between them.
private let capacity = 512
/// Where rounding moves logits by no more than this, Float32 sums serve however few points matter.
private let harmless = 4e-6

extension PointCloud {
  /// Memory for softmax averages over one cloud, again and again.
  public final class SoftmaxScratch {
    fileprivate let scan: PanelScan
    fileprivate let workers: Workers
    /// Rows where Float32 may not do, in few dimensions.
    fileprivate var doubtful: [UInt8] = []

    /// Memory for averages over `cloud` on `workers`.
    public init(for cloud: PointCloud, workers: Workers) {
      self.workers = workers
      scan = PanelScan(of: cloud, capacity: capacity, gathersMean: true, workers: workers)
    }
  }

  /// Σ_i softmax_i(−‖x − x_i‖²/2σ²) x_i for each row of `x`.
  ///
  /// - Parameters:
  ///   - x: Queries, B × d.
  ///   - sigma: The width, for all rows or one a row.
  ///   - means: The averages, B × d.
  ///   - scratch: Memory made for this cloud.
  public func softmaxMean(
    at x: Points, sigma: PerRow<Double>, into means: inout Points, scratch: SoftmaxScratch
  ) {
    precondition(means.count == x.count && means.dimension == dimension, "One average a row.")
    guard isNearby else { return averages(x, sigma, into: &means, scratch) }
    if scratch.doubtful.count < x.count {
      scratch.doubtful = [UInt8](repeating: 0, count: x.count)
    }
    nearbyMean(
      at: x, sigma: sigma, into: &means, doubtful: &scratch.doubtful, workers: scratch.workers)
    let left = (0..<x.count).filter { scratch.doubtful[$0] != 0 }
    guard !left.isEmpty else { return }
    var own = Points(count: left.count, dimension: dimension)
    averages(x.rows(at: left), sigma.rows(at: left), into: &own, scratch)
    for (place, row) in left.enumerated() { means.copyRow(place, of: own, to: row) }
  }

  /// The averages, by products first and by Double where rounding could decide.
  private func averages(
    _ x: Points, _ sigma: PerRow<Double>, into means: inout Points, _ scratch: SoftmaxScratch
  ) {
    means.values.withUnsafeMutableBufferPointer {
      average(x, sigma, $0.baseAddress, nil, scratch)
    }
  }

  /// log (1/N) Σ_i e^(−‖x − x_i‖²/2σ²) and the trace of the softmax's covariance, of each row.
  public func softmaxDensity(
    at x: Points, sigma: PerRow<Double>, scratch: SoftmaxScratch
  ) -> (logMean: [Double], spread: [Double]) {
    var results = [kernels_softmax](repeating: kernels_softmax(), count: x.count)
    results.withUnsafeMutableBufferPointer { average(x, sigma, nil, $0.baseAddress, scratch) }
    return (results.map(\.log_mean), results.map(\.spread))
  }

  /// Each row writes its own part of the outputs.
  private func average(
    _ x: Points, _ sigma: PerRow<Double>, _ means: UnsafeMutablePointer<Float>?,
    _ results: UnsafeMutablePointer<kernels_softmax>?, _ scratch: SoftmaxScratch
  ) {
    precondition(x.dimension == dimension, "Points and data have one dimension.")
    withKernel { kernel in
      x.values.withUnsafeBufferPointer { rows in
        let shared = Shared((kernel, rows.baseAddress, means, results, scratch.scan))
        let (d, segments) = (dimension, segments.count)
        let exact = means == nil
        scratch.scan.run(x, in: self, weigh: { weighing(of: x, row: $0, sigma[$0], exact).0 }) {
          worker, lane, panel, gathered in
          let (kernel, rows, means, results, scan) = shared.pointer
          let row = panel.rows.lowerBound + lane
          let (weighing, rounding) = weighing(of: x, row: row, sigma[row], exact)
          let result = kernels_softmax_join(
            kernel, gathered, segments, lane, panel.lanes, rows?.advanced(by: row * d),
            sigma[row], rounding, weighing.slack, means?.advanced(by: row * d),
            scan.scratch[worker])
          results?[row] = result
        }
      }
    }
  }

  /// How a row weighs the data, and the bound on the rounding of its Float32 products.
  private func weighing(
    of x: Points, row: Int, _ sigma: Double, _ exact: Bool
  ) -> (PanelScan.Weighing, Double) {
    let rounding = rounding(norm: norm(of: x, row: row))
    let weighing = PanelScan.Weighing(
      // Past Float32's range any precision is as good as the largest.
      precision: Float(min(1 / (sigma * sigma), Double(Float.greatestFiniteMagnitude))),
      slack: Float(negligible * sigma * sigma + 2 * rounding),
      lists: exact || 2 * rounding > harmless * sigma * sigma)
    return (weighing, rounding)
  }
}
