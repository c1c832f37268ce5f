import CKernels

/// Gaussian components laid out for the kernel, in Double.
///
/// Component k is N(m_k, V_k) with V_k = Bᵀ diag(λ) B + ρ (I − BᵀB), B with orthonormal rows.
public struct PackedMixture: Sendable {
  /// The number of coordinates, d.
  public let dimension: Int
  /// The number of components, K.
  public let count: Int
  private(set) var logWeights: [Double] = []
  private(set) var means: [Double] = []
  private(set) var variances: [Double] = []
  private(set) var rests: [Double] = []
  private(set) var bases: [Int] = []
  private(set) var ranks: [UInt32] = []
  private(set) var basisValues: [Double] = []
  /// Whether the kernel for few dimensions takes it.
  let isPlane: Bool
  /// Whether the kernel for many dimensions takes it.
  private(set) var isWide = false
  /// The layout of that kernel, made when it is first asked for.
  private let wide = Once<WideMixture>()
  /// Whether the kernel that rules out components along the axes takes it.
  private(set) var isAlongAxes = false
  private let axes = Once<AxesMixture>()

  /// One component as the kernel takes it.
  public struct Component {
    /// log w_k.
    public var logWeight: Double
    /// m_k, d numbers.
    public var mean: [Double]
    /// λ, along the rows of the basis or, without one, along the axes (d of them or none).
    public var variances: [Double]
    /// Rows of B, row-major; nil for the coordinate axes.
    public var basis: [Double]?
    /// ρ, the variance off the basis.
    public var rest: Double

    /// A component from its parts.
    public init(
      logWeight: Double, mean: [Double], variances: [Double], basis: [Double]?, rest: Double
    ) {
      self.logWeight = logWeight
      self.mean = mean
      self.variances = variances
      self.basis = basis
      self.rest = rest
    }
  }

  /// Packs the components of a mixture in `dimension` coordinates.
  public init(_ components: [Component], dimension: Int) {
    precondition(!components.isEmpty, "A mixture has at least one component.")
    self.dimension = dimension
    count = components.count
    isPlane =
      dimension <= kernels_plane_dimension
      && components.allSatisfy { $0.basis == nil || $0.variances.count == dimension }
    for component in components {
      let rank = component.variances.count
      precondition(component.mean.count == dimension, "A mean has as many numbers as a point.")
      precondition(
        component.basis.map { $0.count == rank * dimension } ?? (rank == 0 || rank == dimension),
        "Every variance needs its direction.")
      logWeights.append(component.logWeight)
      means += component.mean
      variances += component.variances
      variances += [Double](repeating: 0, count: dimension - rank)
      rests.append(component.rest)
      ranks.append(UInt32(rank))
      bases.append(component.basis == nil ? -1 : basisValues.count)
      basisValues += component.basis ?? []
    }
    isWide = WideMixture.suits(dimension: dimension, directions: ranks, bases: bases)
    isAlongAxes =
      !isPlane && AxesMixture.suits(dimension: dimension, count: count, bases: bases)
    // Its kernel reads whole vectors.
    if isWide { basisValues += [Double](repeating: 0, count: Int(kernels_lanes)) }
  }

  /// Memory for evaluating a mixture again and again, one thread at a time in each part.
  public final class Scratch {
    var table: [Double]
    /// Of the threads; megabytes that the kernels for many dimensions never touch.
    lazy var parts = [Double](repeating: 0, count: partSize * threads)
    /// The layout of the kernel for few dimensions, at one σ.
    var exact: [Double]
    var single: [Float]
    let partSize: Int
    private let threads: Int
    private var wide: WideMixture.Memory?
    private var axes: AxesMixture.Memory?

    /// Memory for `mixture` on `workers`.
    public init(for mixture: PackedMixture, workers: Workers) {
      (table, partSize) = mixture.withKernel {
        (
          [Double](repeating: 0, count: kernels_mixture_table_size($0)),
          max(kernels_mixture_scratch($0), mixture.isPlane ? kernels_plane_size($0).scratch : 0)
        )
      }
      threads = workers.count
      let plane = mixture.withKernel { kernels_plane_size($0) }
      exact = [Double](repeating: 0, count: mixture.isPlane ? plane.exact : 0)
      single = [Float](repeating: 0, count: mixture.isPlane ? plane.single : 0)
    }

    /// What the kernel for many dimensions needs, from its first use on.
    func memory(
      for mixture: PackedMixture, _ layout: WideMixture, _ workers: Workers
    ) -> WideMixture.Memory {
      if let wide, wide.parts.count >= workers.count { return wide }
      let made = WideMixture.Memory(for: mixture, layout, workers: workers)
      wide = made
      return made
    }

    /// What the kernel that rules out components along the axes needs, from its first use on.
    func memory(
      for mixture: PackedMixture, _ layout: AxesMixture, _ workers: Workers
    ) -> AxesMixture.Memory {
      if let axes, axes.parts.count >= workers.count { return axes }
      let made = AxesMixture.Memory(for: mixture, layout, workers: workers)
      axes = made
      return made
    }

    func fits(_ mixture: PackedMixture, _ workers: Workers) -> Bool {
      mixture.withKernel {
        table.count == kernels_mixture_table_size($0) && partSize >= kernels_mixture_scratch($0)
          && threads >= workers.count
      }
    }
  }

  /// E[x₀ | x] of each row at its σ.
  public func denoise(
    _ x: Points, at sigma: PerRow<Double>, into clean: inout Points, scratch: Scratch,
    workers: Workers
  ) {
    clean.values.withUnsafeMutableBufferPointer {
      if isPlane {
        denoiseInPlane(x, sigma, $0.baseAddress, scratch, workers)
      } else if isWide {
        let layout = wide.value { WideMixture(self) }
        denoiseWide(x, sigma, $0.baseAddress, layout, scratch, workers)
      } else if isAlongAxes, case .uniform(let sigma) = sigma {
        let layout = axes.value { AxesMixture(self) }
        denoiseAlongAxes(x, sigma, $0.baseAddress, layout, scratch, workers)
      } else {
        evaluate(x, sigma, $0.baseAddress, nil, nil, scratch, workers)
      }
    }
  }

  /// log p(x; σ) of each row at its σ.
  public func logDensity(
    _ x: Points, at sigma: PerRow<Double>, scratch: Scratch, workers: Workers
  ) -> [Double] {
    var densities = [Double](repeating: 0, count: x.count)
    densities.withUnsafeMutableBufferPointer {
      evaluate(x, sigma, nil, $0.baseAddress, nil, scratch, workers)
    }
    return densities
  }

  /// tr J_D of each row at its σ.
  public func jacobianTrace(
    _ x: Points, at sigma: PerRow<Double>, scratch: Scratch, workers: Workers
  ) -> [Double] {
    var traces = [Double](repeating: 0, count: x.count)
    traces.withUnsafeMutableBufferPointer {
      evaluate(x, sigma, nil, nil, $0.baseAddress, scratch, workers)
    }
    return traces
  }

  /// Blocks of rows over the workers; worker w uses part w of the scratch alone.
  private func evaluate(
    _ x: Points, _ sigma: PerRow<Double>, _ clean: UnsafeMutablePointer<Float>?,
    _ density: UnsafeMutablePointer<Double>?, _ trace: UnsafeMutablePointer<Double>?,
    _ scratch: Scratch, _ workers: Workers
  ) {
    precondition(x.dimension == dimension, "Points and mixture have one dimension.")
    let (d, partSize) = (dimension, scratch.partSize)
    precondition(scratch.fits(self, workers), "Scratch belongs to one mixture.")
    withKernel { kernel in
      let (common, each): (Double, [Double]) =
        switch sigma {
        case .uniform(let value): (value, [])
        case .each(let values): (0, values)
        }
      if each.isEmpty { kernels_mixture_table(kernel, common, &scratch.table) }
      x.values.withUnsafeBufferPointer { x in
        each.withUnsafeBufferPointer { each in
          scratch.table.withUnsafeBufferPointer { table in
            scratch.parts.withUnsafeMutableBufferPointer { parts in
              let arrays = Shared((kernel, x.baseAddress, each.baseAddress, table.baseAddress))
              let outputs = Shared((parts.baseAddress, clean, density, trace))
              let uniform = each.isEmpty
              let rows = x.count / d
              workers.forEachBlock(of: rows, size: rowsPerTask(of: rows)) { worker, rows in
                let first = rows.lowerBound
                kernels_mixture_evaluate(
                  arrays.pointer.0, arrays.pointer.1?.advanced(by: first * d), rows.count,
                  uniform ? nil : arrays.pointer.2?.advanced(by: first), common,
                  uniform ? arrays.pointer.3 : nil,
                  outputs.pointer.0?.advanced(by: worker * partSize),
                  outputs.pointer.1?.advanced(by: first * d),
                  outputs.pointer.2?.advanced(by: first), outputs.pointer.3?.advanced(by: first))
              }
            }
          }
        }
      }
    }
  }

  /// Rows of a task out of `rows`: a few panels of a large mixture, many of a small one, and enough
  /// tasks for some threads to share.
  func rowsPerTask(of rows: Int) -> Int {
    let tasks = 16
    return 16 * max(1, min(256, (1 << 14) / rowCost, rows / (16 * tasks)))
  }

  /// Coordinates that a row is multiplied with.
  private var rowCost: Int { max(1, count * dimension * (basisValues.isEmpty ? 1 : dimension)) }

  /// Whether a row costs so little that its way through memory counts.
  package var isLight: Bool { rowCost <= 1 << 12 }

  /// Calls `body` with the kernel's view of these arrays, valid during the call.
  func withKernel<Result>(
    _ body: (UnsafePointer<kernels_mixture>) -> Result
  ) -> Result {
    logWeights.withUnsafeBufferPointer { logWeights in
      means.withUnsafeBufferPointer { means in
        variances.withUnsafeBufferPointer { variances in
          rests.withUnsafeBufferPointer { rests in
            bases.withUnsafeBufferPointer { bases in
              ranks.withUnsafeBufferPointer { ranks in
                basisValues.withUnsafeBufferPointer { basis in
                  var kernel = kernels_mixture(
                    dimension: dimension, components: count, log_weights: logWeights.baseAddress,
                    means: means.baseAddress, variances: variances.baseAddress,
                    rests: rests.baseAddress, bases: bases.baseAddress, ranks: ranks.baseAddress,
                    basis_values: basis.baseAddress)
                  return withUnsafePointer(to: &kernel, body)
                }
              }
            }
          }
        }
      }
    }
  }
}
